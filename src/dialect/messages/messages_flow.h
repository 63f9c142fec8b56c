/*
 * messages_flow.h - from the events of an answer to the blocks of a message:
 * which there are, in which order, and what belongs into each. Pure.
 *
 * One block is open at a time, and none is empty but a thought of which the
 * caller wants no words. Commentary is text like any other, since the API has
 * no other place for it; where the answer keeps to a schema it is left out, for
 * callers read the first text as that.
 *
 * Life cycle: messages_flow_init, the events in order, messages_flow_free.
 * Threads: one at a time.
 */
#ifndef DIALECT_MESSAGES_MESSAGES_FLOW_H
#define DIALECT_MESSAGES_MESSAGES_FLOW_H

#include "dialect/messages/messages_form.h"

enum messages_open {
	OPEN_NONE,
	OPEN_TEXT,
	OPEN_THINKING,
	OPEN_CALL
};

/* What a writer does with blocks. Errors are those of buf. */
struct messages_sink {
	/* `e` is the event that begins it: of a call, its ITEM_BEGIN. */
	int (*open)(void *writer, enum messages_open kind,
	    const struct event *e, struct buf *out);
	int (*add)(void *writer, enum messages_open kind, struct text text,
	    struct buf *out);
	/* The encrypted reasoning of the thought that is open. */
	int (*seal)(void *writer, const char *sealed, struct buf *out);
	int (*close)(void *writer, enum messages_open kind, struct buf *out);
};

struct messages_flow {
	const struct generation *request; /* borrowed, as the form */
	const struct messages_form *form;
	enum messages_open open;
	unsigned part; /* of the thought that is open */
	enum finish_reason finish; /* NONE: not yet */
	struct buf stopped_by; /* the caller's string that has cut it */
};

void messages_flow_init(struct messages_flow *f,
    const struct generation *request, const struct form *form);
void messages_flow_free(struct messages_flow *f);

/* Errors are those of buf and of the sink. */
MUST_CHECK int
messages_flow_event(struct messages_flow *f, const struct event *e,
    const struct messages_sink *sink, void *writer, struct buf *out);

#endif
