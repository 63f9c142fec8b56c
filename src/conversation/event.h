/*
 * event.h - what an engine reports of one job, in order, through the job's
 * channel: the items of the answer as they come, and its end.
 *
 *	{ ITEM_BEGIN { TEXT | ARGUMENTS }* ITEM_END | USAGE | VOID }*
 *	( FINISHED | FAILED )
 *
 * An item begins only when there is something of it, and no two overlap; the
 * last may lack its ITEM_END when the job fails.
 *
 * Life cycle: an event_new_* function makes it, channel_push hands it over,
 * the consumer frees it with event_free.
 */
#ifndef CONVERSATION_EVENT_H
#define CONVERSATION_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conversation/error.h"
#include "conversation/item.h"
#include "conversation/usage.h"
#include "thread/channel.h"

enum event_kind {
	EVENT_ITEM_BEGIN, /* text: see event_id and its like */
	EVENT_TEXT, /* text: a piece of a message, or of reasoning */
	EVENT_ARGUMENTS, /* text: a piece of a call's arguments */
	EVENT_ITEM_END, /* text: see event_id and event_sealed */
	EVENT_VOID, /* all of the job so far: it begins anew */
	EVENT_USAGE,
	EVENT_FINISHED, /* text: the stop string that has cut, or empty */
	EVENT_FAILED
};

/* The item that an event is about. */
struct event_item {
	unsigned index; /* among the items of its job, from 0 */
	enum item_kind kind; /* MESSAGE, CALL or REASONING */
	enum item_phase phase; /* MESSAGE: never NONE */
	unsigned call; /* CALL: its index among the calls, from 0 */
	bool custom; /* CALL: of a freeform tool; not JSON, but its input */
	struct text space; /* CALL: namespace of its tool, which the request
	                      owns; or empty */
};

struct event {
	struct channel_item link;
	enum event_kind kind;
	struct event_item item; /* ITEM_*, TEXT, ARGUMENTS */
	union {
		unsigned part; /* TEXT: the paragraph of a summary, from 0 */
		bool whole; /* ITEM_END: false when it broke off */
		struct usage usage;
		enum finish_reason finish;
		struct error error; /* owned */
	};
	size_t len; /* bytes of text */
	const char *text; /* NUL-terminated, may contain NUL, valid UTF-8 */
	char bytes[]; /* private: where an event's own text stands */
};

/*
 * All return NULL when memory is out. Texts are copied; a `const char *` that
 * is NULL is "".
 */
struct event *event_new_begin(const struct event_item *item, const char *id,
    const char *call_id, const char *name);
struct event *event_new_text(
    const struct event_item *item, unsigned part, const char *text, size_t len);
struct event *event_new_arguments(
    const struct event_item *item, const char *text, size_t len);
struct event *event_new_end(const struct event_item *item, bool whole,
    const char *id, const char *sealed);
struct event *event_new_void(void);
struct event *event_new_usage(const struct usage *usage);
struct event *event_new_finished(enum finish_reason reason);
/* FINISHED by this stop string. */
struct event *event_new_stopped(const char *by, size_t len);
/* Moves `error` into the event; it is emptied. */
struct event *event_new_failed(struct error *error);

/*
 * What Codex or the model calls the item; may be empty. Of an ITEM_BEGIN, and
 * of a reasoning's ITEM_END. Borrowed, as those below.
 */
const char *event_id(const struct event *e);
/* Of a call's ITEM_BEGIN. */
const char *event_call_id(const struct event *e);
const char *event_name(const struct event *e);
/* Of a reasoning's ITEM_END: its encrypted content, or empty. */
const char *event_sealed(const struct event *e);

/* Is it the text of the answer proper, not commentary and not reasoning? */
bool event_is_answer(const struct event *e);

void event_free(struct event *e);

/* event_free for channel_new. */
void event_free_item(struct channel_item *item);

/* The event that an item of an event channel is. */
struct event *event_of(struct channel_item *item);

#endif
