/*
 * app_pulse.h - whether a child that says nothing still lives.
 *
 * A turn may be silent for minutes while a model thinks, and thread/start took
 * a healthy child 12 s among 63 others on a loaded machine, when a request
 * that costs nothing was answered in 43 ms (doc/codex.md). So how long an
 * answer takes says little; a child that has said nothing at all for a while is
 * asked such a request, and lost when it stays silent. A child of which nothing
 * is expected is not asked, so it costs nothing; if it hangs, the first job it
 * is given finds out.
 *
 *	need       asked after   lost after
 *	NONE       -             -
 *	RUNNING    10 s          16 s    of silence
 *	OWED       2 s           8 s     (app_bounds.h)
 *
 * Time that passes while our own thread cannot run counts as one step at most:
 * each begins when the one before it has been noticed.
 *
 * All times are monotonic ns. Pure; the child's worker thread only.
 */
#ifndef ENGINE_CHILD_APP_PULSE_H
#define ENGINE_CHILD_APP_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	APP_PULSE_STEPS = 4, /* of silence: asked after one, lost after all */
	/*
	 * Codex reads nothing while it takes in a conversation, 0.13 s a
	 * megabyte on a loaded machine. Over one of this size the deadline of
	 * its answer alone decides. Bytes.
	 */
	APP_PULSE_LARGE = 1024 * 1024
};

enum app_pulse_need {
	PULSE_NONE, /* nothing is expected of it */
	PULSE_RUNNING, /* turns run; there may be nothing to say */
	PULSE_OWED /* it owes an answer */
};

enum app_pulse_verdict {
	PULSE_FINE,
	PULSE_ASK, /* say something that it answers at once */
	PULSE_LOST /* it hangs */
};

/* All zero at first. */
struct app_pulse {
	enum app_pulse_need need;
	int64_t alive_at; /* its last sign of life, or when need began */
	int64_t since; /* that, or the last step without one */
	unsigned misses; /* such steps */
	size_t said; /* bytes that it was given since it said something */
};

/* It has said something. */
void app_pulse_heard(struct app_pulse *p, int64_t now);

/*
 * It was given `n` bytes. `room`: its pipe was full before, so that it has
 * read.
 */
void app_pulse_gave(struct app_pulse *p, size_t n, bool room, int64_t now);

/* What is to be done now that this is what it is needed for. */
enum app_pulse_verdict
app_pulse_step(struct app_pulse *p, enum app_pulse_need need, int64_t now);

/* When app_pulse_step has to be called at the latest. */
int64_t app_pulse_deadline(const struct app_pulse *p);

#endif
