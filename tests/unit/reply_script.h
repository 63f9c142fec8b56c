/*
 * reply_script.h - requests, replies and events for tests of the writers of
 * chat completions, written in short.
 *
 * A step is the choice's digit, a letter and a text:
 *	0c text    the answer       0m text    a second message of it
 *	0r text    reasoning        0p text    a second part of its summary
 *	0k text    commentary
 *	0t 0 id f  tool call 0      0a 0 text  its arguments
 *	0T 0 id f  of a freeform one  0A 0 text  its input
 *	0u 1,2,3,4 usage            0f stop    finished
 *	0x words   failed with UPSTREAM
 *	0s text    the reasoning ends, of which this is encrypted
 *	0v         void             0e         the end of the answer's item
 */
#ifndef TESTS_UNIT_REPLY_SCRIPT_H
#define TESTS_UNIT_REPLY_SCRIPT_H

#include "conversation/generation.h"
#include "dialect/reply.h"

enum {
	STEPS_MAX = 12,
	OUT_CAP = 1 << 20
};

/*
 * Such a request and its form, read by the chat dialect. `more` holds members,
 * each with a comma behind it.
 */
struct generation *script_request(
    const char *more, bool stream, bool include_usage, struct form **ret_form);

/*
 * The reply to such a request, for script_free; one at a time. Id, time, model
 * and fingerprint are fixed.
 */
struct reply *script_reply(const char *more, bool stream, bool include_usage);
void script_free(struct reply *r);

struct event *script_event(const char *step);

/* Feeds one step; what reply_event returned. */
int script_step(struct reply *r, const char *step, struct buf *out);

/* Feeds all steps up to NULL, which must end the reply. */
void script_play(struct reply *r, const char *const *steps, struct buf *out);

#endif
