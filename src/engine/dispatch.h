/*
 * dispatch.h - the queue in front of the engine, its worker threads, and the
 * list of all jobs that have not ended.
 *
 * Admission: n jobs are taken if those that have not ended, and they, are at
 * most --max-queue-size and as many as the engine can run at once. So a burst
 * that finds free places is never refused, whether or not a thread has come for
 * its jobs yet.
 *
 * Lock: one mutex for the list and the drain state; below it only the
 * queue's. Nothing is called out while it is held.
 */
#ifndef ENGINE_DISPATCH_H
#define ENGINE_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "settings/settings.h"
#include "engine/engine.h"
#include "engine/job.h"

/*
 * Starts the engine's threads. The engine belongs to dispatch from then on,
 * on failure too. Errors: -errno.
 */
MUST_CHECK int dispatch_start(const struct settings *s, struct stats *stats,
    struct engine *engine, struct dispatch **ret_dispatch);

struct engine *dispatch_engine(struct dispatch *d);

/*
 * HTTP side. Queues all `n` jobs or none; takes references of its own.
 * Returns 0, or -EINVAL with `ret_error` set: QUEUE_FULL, SHUTTING_DOWN, or
 * INVALID_VALUE when so many could not be taken by an idle server either.
 */
MUST_CHECK int dispatch_submit(struct dispatch *d, struct job *const *jobs,
    size_t n, struct error *ret_error);

/* Any thread: the job is to end, for this reason. A queued one ends at once. */
void dispatch_cancel(
    struct dispatch *d, struct job *j, enum job_cancel_reason reason);

/* Any thread: ends the queued jobs that have waited too long. */
void dispatch_expire(struct dispatch *d);

/*
 * Engine side. Takes the next job, waiting until `deadline` (0: not at all);
 * its queue wait is noted. -ETIMEDOUT, or -EPIPE when there will be no more.
 */
MUST_CHECK int
dispatch_take(struct dispatch *d, int64_t deadline, struct job **ret_job);

/* Jobs that wait. */
size_t dispatch_depth(struct dispatch *d);

/* There will be no more jobs, and none is left: threads are to end. */
bool dispatch_is_stopping(struct dispatch *d);

/* The taken job has ended (its final event is out); drops its reference. */
void dispatch_done(struct dispatch *d, struct job *j);

/* Adds the engine, with its queue, to those in `g`; and whether it drains. */
void dispatch_gauges(struct dispatch *d, struct stats_gauges *g);

/* The engine's readiness, and the drain's. Never blocks. */
unsigned dispatch_readiness(struct dispatch *d);

/*
 * Drain, from main: refuse (submissions fail from now on) ...
 */
void dispatch_refuse(struct dispatch *d);
/* ... wait until no job is left; false when `deadline` came first ... */
bool dispatch_wait(struct dispatch *d, int64_t deadline);
/* ... cancel what is left, what waits for Codex included ... */
void dispatch_cancel_all(struct dispatch *d, enum job_cancel_reason reason);
/* ... close the queue, join the threads, free engine and all. */
void dispatch_stop(struct dispatch *d);

#endif
