/*
 * reply_script.h - requests, replies and events for tests of chat_reply,
 * written in short.
 *
 * A step is the choice's digit, a letter and a text:
 *	0c text    content          0r text    reasoning
 *	0t 0 id f  tool call 0      0a 0 text  its arguments
 *	0u 1,2,3,4 usage            0f stop    finished
 *	0x words   failed with UPSTREAM
 */
#ifndef TESTS_UNIT_REPLY_SCRIPT_H
#define TESTS_UNIT_REPLY_SCRIPT_H

#include "core/chat_reply.h"

enum {
	STEPS_MAX = 12,
	OUT_CAP = 1 << 20
};

/* `more` holds members, each with a comma behind it. */
struct chat_request *
script_request(const char *more, bool stream, bool include_usage);

/* The reply to such a request; id, time, model and fingerprint are fixed. */
struct chat_reply *
script_reply(const char *more, bool stream, bool include_usage);

struct event *script_event(const char *step);

/* Feeds one step; what chat_reply_event returned. */
int script_step(struct chat_reply *r, const char *step, struct buf *out);

/* Feeds all steps up to NULL, which must end the reply. */
void
script_play(struct chat_reply *r, const char *const *steps, struct buf *out);

#endif
