/*
 * chat_reply.h - turns the events of a request's jobs into the chat
 * completion that the caller sees: SSE chunks, or one JSON body. Pure.
 *
 * Life cycle: chat_reply_new; chat_reply_event for each event of each choice,
 * in the order in which they come; when chat_reply_done, for a stream
 * chat_reply_end, otherwise chat_reply_body; chat_reply_free.
 * Threads: one at a time.
 *
 * The wire format is that of the OpenAI API reference ("The chat completion
 * object", "The chat completion chunk object").
 */
#ifndef CORE_CHAT_REPLY_H
#define CORE_CHAT_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/chat_request.h"
#include "core/event.h"

enum {
	/* Most bytes of one non-streaming answer, all choices together. */
	CHAT_REPLY_MAX = 256 * 1024 * 1024
};

struct chat_reply;

/*
 * `id` is the completion's id ("chatcmpl-..."), `created` seconds since the
 * epoch, `fingerprint` the Codex version; both strings are copied. A
 * reference to the request is taken. NULL: out of memory.
 */
struct chat_reply *chat_reply_new(struct chat_request *request, const char *id,
    int64_t created, const char *fingerprint);
void chat_reply_free(struct chat_reply *r);

/*
 * Takes in one event of choice `choice`. When the request streams, appends
 * the chunks that it gives, as SSE, to `out`; otherwise leaves `out` alone.
 * The first chunk of a choice carries its role. A FAILED event appends
 * nothing: see chat_reply_failure. Events after a choice's end are ignored.
 * Errors are those of buf; `out` is then as it was, and the reply may only be
 * freed.
 */
MUST_CHECK int chat_reply_event(struct chat_reply *r, unsigned choice,
    const struct event *e, struct buf *out);

/* All choices have finished, or one has failed. */
bool chat_reply_done(const struct chat_reply *r);

/* The first failure, or NULL. Borrowed. */
const struct api_error *chat_reply_failure(const struct chat_reply *r);

/* A stop string has cut this choice, so its job need not go on. */
bool chat_reply_stopped(const struct chat_reply *r, unsigned choice);

/* Sum over the choices so far. */
struct usage chat_reply_usage(const struct chat_reply *r);

/* True once there was content, reasoning or a tool call to hand on. */
bool chat_reply_has_content(const struct chat_reply *r);

/*
 * Stream: appends the keep-alive, an empty delta with the role, for the
 * first choice that still runs. (Some clients' patience is not renewed by
 * SSE comments.)
 */
MUST_CHECK int chat_reply_ping(struct chat_reply *r, struct buf *out);

/*
 * Stream: appends the last words: the usage chunk if it was asked for and
 * [DONE]; or, after a failure, the error object and nothing else.
 */
MUST_CHECK int chat_reply_end(struct chat_reply *r, struct buf *out);

/* Not a stream: appends the chat.completion object. */
MUST_CHECK int chat_reply_body(struct chat_reply *r, struct buf *out);

#endif
