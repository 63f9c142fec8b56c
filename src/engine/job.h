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

#include "core/chat_request.h"
#include "core/event.h"
#include "core/latency.h"
#include "runtime/channel.h"
#include "runtime/queue.h"

/* Most bytes of events that wait for a client that is slow to take them. */
#define JOB_BACKLOG_MAX ((size_t)64 * 1024 * 1024)

enum job_cancel_reason {
	JOB_NOT_CANCELLED,
	JOB_CANCEL_HANGUP, /* nobody listens any more */
	JOB_CANCEL_STOPPED, /* a stop string has cut the answer */
	JOB_CANCEL_DRAIN /* the server shuts down */
};

struct job {
	struct queue_node node; /* queue's, while queued */
	struct job *next, *prev; /* dispatch's list, under its lock */
	struct chat_request *request;
	unsigned choice;
	char *cwd; /* resolved working directory */
	const char *model; /* NULL: Codex's own; borrowed from the settings
	                      or the request */
	int64_t queued_at; /* monotonic ns; set at submission */
	int64_t deadline; /* monotonic ns, of the whole request */
	struct channel *channel; /* of struct event */
	struct latency *latency;
	struct phases *phases; /* this choice's; the engine's thread writes */
	unsigned losses; /* engine's: children that died over it */
	_Atomic unsigned refs;
};

/*
 * One reference; takes its own of request and latency, copies cwd. NULL:
 * out of memory.
 */
struct job *
job_new(struct chat_request *request, unsigned choice, const char *cwd,
    const char *model, int64_t deadline, struct latency *latency);
struct job *job_ref(struct job *j);
void job_unref(struct job *j);

/* Why it is to end early, or JOB_NOT_CANCELLED. Any thread. */
enum job_cancel_reason job_cancelled(const struct job *j);

/*
 * What engines say; the thread that runs the job. Those that push return
 * -ENOMEM, -ENOBUFS (the client is too slow) or -ECANCELED.
 */
MUST_CHECK int job_push_text(
    struct job *j, enum event_kind kind, const char *text, size_t len);
/* A call as a whole: its begin, and its arguments in one piece. */
MUST_CHECK int job_push_tool_call(struct job *j, unsigned call, const char *id,
    const char *name, const char *arguments);
MUST_CHECK int job_push_usage(struct job *j, const struct usage *usage);

/* Ends the job. Later calls of either do nothing. */
void job_finish(struct job *j, enum finish_reason reason);
/* The same with an error, which is moved into the event. */
void job_fail(struct job *j, struct api_error *error);
void job_fail_with(struct job *j, enum api_error_kind kind, const char *fmt,
    ...) PRINTF_LIKE(3, 4);

/* Ends a cancelled job in the way its reason asks for. */
void job_end_cancelled(struct job *j);

#endif
