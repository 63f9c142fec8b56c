/*
 * chat_body.h - one choice of a chat.completion object: gathered from its
 * events, then written whole. Pure.
 *
 * Life cycle: chat_body_init, the events' contents in order,
 * chat_body_choice, chat_body_free. Threads: one at a time.
 */
#ifndef CORE_CHAT_BODY_H
#define CORE_CHAT_BODY_H

#include "base/buf.h"
#include "core/event.h"

struct chat_body_call;

struct chat_body {
	struct buf content;
	struct buf reasoning;
	struct chat_body_call *calls;
	size_t n_calls;
	bool old_calls; /* a call is a function_call */
	size_t *room; /* bytes that all choices together may yet take */
};

/* `room` is borrowed and shared by the choices of a reply. */
void chat_body_init(struct chat_body *b, bool old_calls, size_t *room);
void chat_body_free(struct chat_body *b);

/*
 * Take in what one event says. Errors: -ENOMEM, -EMSGSIZE when there is no
 * room; the event is then not taken in.
 */
MUST_CHECK int
chat_body_content(struct chat_body *b, const char *text, size_t len);
MUST_CHECK int
chat_body_reasoning(struct chat_body *b, const char *text, size_t len);
MUST_CHECK int chat_body_tool_call(struct chat_body *b, const struct event *e);
/* Arguments of a call that never began are ignored. */
MUST_CHECK int
chat_body_tool_arguments(struct chat_body *b, const struct event *e);

/*
 * Appends {"index":...,"message":...,"logprobs":null,"finish_reason":...}.
 * Errors are those of buf.
 */
MUST_CHECK int chat_body_choice(const struct chat_body *b, unsigned index,
    const char *finish_reason, struct buf *out);

#endif
