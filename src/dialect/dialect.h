/*
 * dialect.h - the contract of a dialect: one API in which callers ask, such as
 * chat completions.
 *
 * A dialect is a constant: functions that read a body into what is asked, and
 * two writers that say the events of the answer in its own way. api_generate
 * drives any of them, in this order:
 *
 *	1. read      the body; the request and its form are the caller's then
 *	2. reply_new (reply.h), which makes a writer by `stream` or `whole`
 *	3. reply_event for each event of the jobs, reply_end
 *	4. reply_free, form_free
 *
 * No dialect knows another, nor HTTP, nor an engine.
 * Threads: read, param and error any; a writer one at a time.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "conversation/error.h"
#include "conversation/event.h"
#include "conversation/generation.h"

enum {
	DIALECT_PARAM_MAX = 128 /* bytes of a field's name, with the NUL */
};

/*
 * What a request says of the form of its answer. A dialect's own struct begins
 * with it, and only its writers read the rest.
 */
struct form {
	bool stream; /* events as they come, not one body */
	bool keep; /* the answer is to be kept: see record */
	/* Tools that the model is not shown, "web_search, ..."; or NULL. */
	const char *left_out;
};

/* What stands for one reference: items, as a dialect's record had them. */
struct found {
	const struct text *items;
	size_t n;
};

/* One item of a record: its JSON, and the id under which it is found. */
struct record_item {
	struct text id, json;
	bool output; /* of the answer, not of the request */
};

/*
 * What is kept of an answer, for those that refer to it. The items are what
 * the request gave anew, in its order, and then those of the answer; what it
 * referred to is not among them.
 */
struct record {
	struct text id; /* of the answer */
	struct text previous; /* the answer that it goes on from, or empty */
	struct text conversation; /* that it is added to, or empty */
	struct text body; /* the answer whole, as it was given out */
	const struct record_item *items;
	size_t n_items;
};

/* What a reply says of itself. Borrowed while a writer is made. */
struct identity {
	const char *id; /* unguessable; a dialect puts its prefix before it */
	int64_t created; /* Unix seconds */
	const char *fingerprint; /* the Codex version; "" while unknown */
	const char *request_id; /* the x-request-id header */
};

/*
 * A writer; that of a whole body has neither ping nor failed. Each function
 * that has `out` appends to it; after an error, those
 * of buf, part of what it meant to append may stand there, and the writer may
 * only be freed.
 */
struct reply_ops {
	/* NULL: out of memory. Request and form outlive the writer. */
	void *(*new)(const struct generation *request, const struct form *form,
	    const struct identity *identity);
	/*
	 * An ITEM_BEGIN, TEXT, ARGUMENTS, ITEM_END or FINISHED of a choice.
	 * FINISHED is a choice's last; FINISH_STOP_STRING has the string as
	 * its text. A stream's writer gets them as they come, the other at
	 * the end, one choice after the other.
	 */
	int (*event)(void *writer, unsigned choice, const struct event *e,
	    struct buf *out);
	/* Some choice still runs, and nothing was said for a while. */
	int (*ping)(void *writer, struct buf *out);
	/* All choices have finished: the last words, or the whole body. */
	int (*end)(void *writer, const struct usage *usage, struct buf *out);
	/* The last words after a failure. */
	int (*failed)(void *writer, const struct error *e, struct buf *out);
	/*
	 * After `end`: what is to be kept, borrowed from the writer. NULL in
	 * dialects that keep nothing. Errors: -ENOMEM.
	 */
	int (*record)(void *writer, struct record *ret_record);
	void (*free)(void *writer);
};

struct dialect {
	const char *name; /* "chat" */
	/*
	 * What stands between two messages where an answer is one text, and
	 * stop strings may reach across; NULL where messages stay apart, each
	 * with its own ITEM_END. With a joint an item's last words may come
	 * behind its ITEM_END.
	 */
	const char *joint;
	/*
	 * Reads a body. On success both are the caller's: a reference to the
	 * request, and the form for form_free. Errors: -EINVAL with
	 * `ret_error` set, -ENOMEM with INTERNAL.
	 */
	int (*read)(const char *body, size_t len,
	    struct generation **ret_request, struct form **ret_form,
	    struct error *ret_error);
	void (*form_free)(struct form *form);
	/*
	 * Puts what was found in the place of the request's references: one
	 * `found` for each ITEM_REFERENCE, in their order. To be called once,
	 * before anybody else reads the request. NULL in dialects whose
	 * readers make no references. Errors: as read.
	 */
	int (*resolve)(struct generation *request, struct form *form,
	    const struct found *found, size_t n, struct error *ret_error);
	/*
	 * Writes the name of the field that an error is about (its `field`
	 * and `place`), as the caller wrote it. False when it is about none;
	 * `out` is then left alone. See dialect_name_fault.
	 */
	bool (*param)(const struct generation *request, const struct form *form,
	    const struct error *e, char out[DIALECT_PARAM_MAX]);
	/* Appends the envelope of an error. */
	int (*error)(
	    const struct error *e, const char *request_id, struct buf *out);
	const struct reply_ops *stream, *whole;
	/*
	 * Appends the answer to how many tokens a request would take. NULL in
	 * dialects in which nobody can ask. Errors: those of buf.
	 */
	int (*count)(uint64_t tokens, struct buf *out);
};

/* Gives an error its `param`, unless it has one or is about no field. */
void dialect_name_fault(const struct dialect *d,
    const struct generation *request, const struct form *form, struct error *e);

#endif
