/*
 * app_affinity.h - which worker has the conversation of a job: the part of
 * app_pool that knows the threads which are kept.
 *
 * A thread is in its worker's table from just before its answer goes out. Who
 * takes it out of there, under the pool's lock, has it: a job, which then goes
 * to that worker with the thread's number, or the worker, which drops it. So of
 * two jobs that go on in the same way the second finds nothing.
 *
 * Lock: the pool's.
 */
#ifndef ENGINE_POOL_APP_AFFINITY_H
#define ENGINE_POOL_APP_AFFINITY_H

#include "engine/pool/app_pool.h"

/*
 * Any thread: the job has a place with worker `i`; returns whose place it is to
 * have instead, which it has then.
 */
unsigned app_pool_place(struct app_pool *p, unsigned i, struct job *j);

/* Worker: as app_keeper has it. */
uint64_t app_pool_keep(
    struct app_pool *p, unsigned index, const struct app_kept_entry *entry);
bool app_pool_forget(struct app_pool *p, unsigned index, uint64_t number,
    enum stats_kept_eviction why);

/* Worker: the next that it is to drop, or 0. */
uint64_t app_pool_next_to_drop(struct app_pool *p, unsigned index, int64_t now);

/* Adds those that are kept now. Under the lock. */
void
app_pool_kept_gauges(const struct app_pool *p, struct stats_kept_gauges *ret);

#endif
