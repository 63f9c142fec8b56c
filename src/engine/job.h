/*
 * job.h - one answer to be had from Codex: a choice of a chat completion.
 *
 * States, seen from outside:
 *
 *	queued  --taken by a worker-->  running  --final event-->  ended
 *	queued  --cancelled, expired, drained-->  ended
 *
 * A job ends exactly once, with the event FINISHED or FAILED as the last of
 * its channel. Whoever wants it to end calls dispatch_cancel; the engine
 * sees job_cancelled, called back through the channel's cancel hook.
 *
 * References: the HTTP side holds one, queue and worker together another.
 * Fields are immutable after job_new unless said otherwise.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "tls/digest.h"
#include "conversation/generation.h"
#include "conversation/event.h"
#include "models/model_name.h"
#include "settings/key_ring.h"
#include "stats/latency.h"
#include "thread/channel.h"
#include "thread/queue.h"

enum job_cancel_reason {
	JOB_NOT_CANCELLED,
	JOB_CANCEL_HANGUP, /* nobody listens any more */
	JOB_CANCEL_STOPPED, /* a stop string has cut the answer */
	JOB_CANCEL_DRAIN /* the server shuts down */
};

/* Whether a thread that was kept goes on with it: an engine's own. */
struct job_kept {
	const struct digest *key; /* of the digests; NULL: nothing is kept */
	struct digest known; /* the chain over what such a thread knows ... */
	struct digest all; /* ... and over all of it */
	struct digest wishes; /* effort, tier, summary, schema */
	size_t from; /* the first item that is new */
	size_t results; /* so many of those are results, they come first */
	size_t bytes; /* of its text */
	bool effort; /* one is said */
	bool fits; /* what is new can be given to such a thread */
	uint64_t number; /* of the one that it was given, or 0 */
};

struct job {
	struct queue_node node; /* queue's, while queued */
	struct job *next, *prev; /* dispatch's list, under its lock */
	struct generation *request;
	unsigned choice;
	char owner[KEY_OWNER_MAX + 1]; /* whose it is; set before submission */
	char *cwd; /* resolved working directory */
	char *model; /* for Codex; NULL: its own */
	const char *effort; /* asked for, or NULL; the request's or constant */
	int64_t queued_at; /* monotonic ns; set at submission */
	int64_t deadline; /* monotonic ns, of the whole request */
	struct channel *channel; /* of struct event */
	struct latency *latency;
	struct phases *phases; /* this choice's; the engine's thread writes */
	unsigned losses; /* engine's: children that died over it */
	struct job_kept kept; /* engine's: of threads that are kept */
	bool unsealed; /* engine's: asked anew, without encrypted reasoning */
	_Atomic bool asked; /* the model was: something has been spent */
	_Atomic unsigned refs;
};

/*
 * One reference; takes its own of request and latency, copies cwd and what
 * `name` says. NULL: out of memory.
 */
struct job *
job_new(struct generation *request, unsigned choice, const char *cwd,
    const struct model_name *name, int64_t deadline, struct latency *latency);
struct job *job_ref(struct job *j);

/* The engine asks the model now; whether it has. Any thread. */
void job_note_asked(struct job *j);
bool job_was_asked(const struct job *j);

void job_unref(struct job *j);

/* Why it is to end early, or JOB_NOT_CANCELLED. Any thread. */
enum job_cancel_reason job_cancelled(const struct job *j);

/*
 * What engines say; the thread that runs the job. Takes the event in any
 * case; NULL stands for one that could not be made. Errors: -ENOMEM, -ENOBUFS
 * (the client is too slow), -ECANCELED.
 */
MUST_CHECK int job_push(struct job *j, struct event *e);

/*
 * What to fail it with after a push that was -ENOBUFS or -EDQUOT. What waits is
 * dropped: its end is missing anyway, and others need the room.
 */
void job_too_slow(struct job *j, int rc, struct error *ret_error);

/* Ends the job. Later calls of either do nothing. */
void job_finish(struct job *j, enum finish_reason reason);
/* The same with an error, which is moved into the event. */
void job_fail(struct job *j, struct error *error);
void job_fail_with(struct job *j, enum error_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Ends a cancelled job in the way its reason asks for. */
void job_end_cancelled(struct job *j);

#endif
