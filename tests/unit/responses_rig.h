/*
 * responses_rig.h - replies and events for tests of the writers of responses,
 * written in short.
 *
 * A step is a letter and a text:
 *	m r k          a message begins, a reasoning, a commentary
 *	t call_1 f     a call of a function; c: of a freeform tool
 *	n sp call_1 f  one of a function in a namespace
 *	+text          a piece of what has begun; /text: of the next paragraph
 *	.  !           it ends, whole or broken off
 *	s SEALED       a reasoning ends, with its encrypted content
 *	u 1,2,3,4,5    usage: input, cached, cache_write, output, reasoning
 *	f stop         finished; see responses_rig.c for the reasons
 *	x words        failed with UPSTREAM
 *	p              a keep-alive
 */
#ifndef TESTS_UNIT_RESPONSES_RIG_H
#define TESTS_UNIT_RESPONSES_RIG_H

#include "conversation/generation.h"
#include "dialect/reply.h"
#include "dialect/responses/responses_form.h"

enum {
	RIG_STEPS = 24,
	RIG_OUT = 1 << 20
};

/* What all objects of the rig's have behind their usage. */
#define RIG_ECHO "\"instructions\":null,\"metadata\":{}"

/*
 * A reply to a request for "m \"1\"", whose id is "1"; one at a time, for
 * rig_free. `own`, items each of which begins {"type":, is what it brings, up
 * to NULL. NULL: out of memory.
 */
struct rig_options {
	bool stream, keep, sealed;
	const char *own[4];
};
struct reply *rig_new(const struct rig_options *options);
void rig_free(struct reply *r);

/* One step; an event that cannot be made is -ENOMEM, too. */
int rig_step(struct reply *r, const char *step, struct buf *out);

/*
 * All steps up to NULL, and reply_end unless the reply has failed and is no
 * stream. The time of completion, which must be now, becomes 1700000009.
 */
void rig_play(struct reply *r, const char *const *steps, struct buf *out);

#endif
