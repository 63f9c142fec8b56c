/*
 * chat_body.h - one choice of a chat.completion object: gathered from its
 * events, then written whole. Pure.
 *
 * Life cycle: chat_body_init, the events in order, chat_body_json,
 * chat_body_free. Threads: one at a time.
 */
#ifndef DIALECT_CHAT_CHAT_BODY_H
#define DIALECT_CHAT_CHAT_BODY_H

#include "dialect/chat/chat_reply.h"

struct chat_body_call;

struct chat_body {
	struct buf content;
	struct buf reasoning;
	struct buf details; /* elements of reasoning_details */
	unsigned n_details;
	struct chat_paragraph paragraph; /* of the reasoning */
	struct chat_body_call *calls;
	size_t n_calls;
	enum finish_reason finish;
};

void chat_body_init(struct chat_body *b);
void chat_body_free(struct chat_body *b);

/*
 * Takes in what an event says. How much that can be is the reply's to bound.
 * Errors: -ENOMEM; the event is then not taken in, or its text not wholly.
 */
MUST_CHECK int chat_body_event(struct chat_body *b, const struct event *e);

/* {"index":...,"message":...,"logprobs":null,"finish_reason":...} */
void chat_body_json(const struct chat_body *b, unsigned index,
    const struct chat_form *form, struct jsonw *w);

#endif
