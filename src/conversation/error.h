/*
 * error.h - what a caller is told of an error, in whatever API he asks: each
 * dialect has an envelope of its own for it.
 *
 * Life cycle: zero-initialise or ERROR_INIT, error_set once,
 * error_free. Setting one that is set replaces it. Running out of memory
 * while setting keeps the kind and loses the words, never the error.
 * Threads: none of its own.
 */
#ifndef CONVERSATION_ERROR_H
#define CONVERSATION_ERROR_H

#include <stdbool.h>

#include "base/compiler.h"
#include "conversation/place.h"

enum error_kind {
	ERROR_NONE,
#define ERROR(kind, status, code, retry) ERROR_##kind,
#include "conversation/error.def"
#undef ERROR
	ERROR_KINDS
};

/*
 * What of the request is at fault, as those say it who know no dialect; the
 * dialect puts it in its own words (`param`).
 */
enum error_field {
	FIELD_NONE,
	FIELD_MODEL,
	FIELD_EFFORT,
	FIELD_IMAGE, /* of the part at `place` */
	FIELD_CALL, /* the call of a function in the item at `place` */
	FIELD_RESULT, /* the result of a call at `place` */
	FIELD_ITEM, /* all of the item at `place` */
	FIELD_REFERENCE, /* to an item that was kept, at `place` */
	FIELD_PREVIOUS, /* the answer that is gone on from */
	FIELD_CONVERSATION, /* by the name that it is kept by */
	FIELD_TOOLS,
	FIELD_CHOICE, /* which of the tools is to be called */
	FIELD_PARALLEL, /* how many of them may be called at once */
	FIELD_FORMAT,
	FIELD_SEARCH, /* Codex's own web search */
	FIELD_STOP,
	FIELD_CWD
};

struct error {
	enum error_kind kind;
	enum error_field field;
	struct place place; /* PLACE_NONE where the field has none */
	char *message; /* owned; NULL: the kind's code serves */
	char *param; /* owned; the offending field's name, or NULL */
	int retry_after; /* seconds, or -1 */
};

#define ERROR_INIT \
	{ \
		.place = { PLACE_ALL, PLACE_ALL }, .retry_after = -1 \
	}

/*
 * Sets kind and message; retry_after comes from the table. A precision may cut
 * a character in the message ("%.64s"), and in `param` below: what is left of
 * it is taken out. Always returns -EINVAL, so that a validator can
 * `return error_set(...)`.
 */
int error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The same with the name of the field at fault, which is copied. */
int error_set_param(struct error *e, enum error_kind kind, const char *param,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * The same with the field at fault as who knows no dialect can tell it;
 * PLACE_NONE when it stands at no place, or it is not known at which.
 */
int error_set_at(struct error *e, enum error_kind kind, enum error_field field,
    struct place place, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Moves `from` to `to`; `from` is then empty. */
void error_move(struct error *to, struct error *from);

/* Makes `to` the same as `from`. */
void error_copy(struct error *to, const struct error *from);

void error_free(struct error *e);

/* What the table says of a kind. */
int error_status(enum error_kind kind);
const char *error_code(enum error_kind kind);

/* The first of those that have the same code: itself, but for a few. */
enum error_kind error_counted_as(enum error_kind kind);

/*
 * True when a client that tries again gains nothing: the quota is out, Codex
 * is not installed.
 */
bool error_no_retry(enum error_kind kind);

/* The words, or for want of them the code. Borrowed. */
const char *error_message(const struct error *e);

#endif
