/*
 * app_jobs.h - the jobs of one worker of the app-server engine that are in no
 * turn: those it was given, and those that were lost with a child and are to
 * be begun anew.
 *
 * A job that was given to the worker stays with it, and takes up one of its
 * places, until app_jobs_end, or until another worker takes over a lost one.
 *
 * The worker's thread, but for the cancel hook, which only wakes that thread.
 */
#ifndef ENGINE_POOL_APP_JOBS_H
#define ENGINE_POOL_APP_JOBS_H

#include "engine/pool/app_pool.h"
#include "engine/pool/app_session.h"

struct app_jobs {
	struct app_pool *pool;
	unsigned index; /* of the worker */
	struct job *again[APP_TURNS_MAX]; /* references; to be begun anew */
	unsigned n_again;
	bool room_made; /* a job is over: others may come in */
};

/* The job has its last event; takes the reference. */
void app_jobs_end(struct app_jobs *jobs, struct job *j);

/* A child was lost over this job, which gets another try. */
void app_jobs_keep(struct app_jobs *jobs, struct job *j);

/*
 * Begins what was given and what is to be begun anew in `s`. When `s` is NULL
 * a lost job goes to another worker that has room, or ends when it was
 * cancelled, when its time is over or when nobody will serve it; else it
 * waits.
 */
void app_jobs_begin(struct app_jobs *jobs, struct app_session *s, int64_t now);

/* While no worker can serve: tells those in the queue why. */
void app_jobs_refuse_waiting(struct app_jobs *jobs);

/* When app_jobs_begin has to be called at the latest. Monotonic ns. */
int64_t app_jobs_deadline(const struct app_jobs *jobs);

#endif
