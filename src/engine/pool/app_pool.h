/*
 * app_pool.h - what the workers of the app-server engine share: who has room
 * for how many turns, who is to get the next job, and what is known of all.
 *
 * Jobs leave the queue when a worker has room, for the one with the most;
 * until then they wait in the queue and count as waiting.
 *
 * Lock: one mutex, never held while dispatch or a channel is called. It is
 * below nothing and above nothing.
 */
#ifndef ENGINE_POOL_APP_POOL_H
#define ENGINE_POOL_APP_POOL_H

#include <pthread.h>
#include <stdbool.h>

#include "settings/settings.h"
#include "stats/stats.h"
#include "engine/setup/codex_setup.h"
#include "engine/dispatch.h"
#include "engine/turn/app_kept.h"

enum {
	APP_WORKERS_MAX = 64,
	APP_WARNINGS_MAX = 32, /* that are told apart */
	APP_TURNS_MAX = 256 /* of one worker */
};

/* What others see of a worker. */
enum app_worker_state {
	APP_WORKER_STARTING, /* its child is on its way */
	APP_WORKER_SERVING,
	APP_WORKER_DOWN, /* waits before it tries again */
	APP_WORKER_STOPPED
};

struct app_seat {
	/* under the pool's lock */
	enum app_worker_state state;
	unsigned room; /* turns at once; 0 while it cannot serve */
	unsigned taken; /* jobs given and not over */
	struct job *inbox[APP_TURNS_MAX];
	unsigned n_inbox;
	bool waiting; /* has jobs that it would pass on */
	bool renew; /* is to replace its child */
	bool login_missing;
	struct app_kept kept; /* threads, by app_affinity */
	uint64_t turns, restarts;
	pid_t pid; /* of its child; 0 = none */
	/* immutable */
	int wake_fd; /* eventfd */
};

struct app_pool {
	const struct settings *settings;
	struct stats *stats;
	struct codex_setup *setup;
	struct dispatch *dispatch; /* set once, by the first worker */
	unsigned n_workers;
	struct digest kept_key; /* immutable; for app_affinity */

	pthread_mutex_t lock; /* all below, and the seats */
	pthread_cond_t changed; /* a seat's state */
	struct app_seat *seats;
	bool opened; /* the first worker has a child, or could not have one */
	bool aborting;
	struct error error; /* why the last child could not be had */
	struct codex_limits limits;
	int64_t renew_at; /* not before: look for a login anew */
	uint64_t warned[APP_WARNINGS_MAX]; /* hashes of what was said */
	unsigned n_warned;
};

/* Errors: -errno. app_pool_free on what was made, in any case. */
MUST_CHECK int app_pool_init(
    struct app_pool *p, const struct settings *s, struct stats *stats);
void app_pool_free(struct app_pool *p);

/* Worker: where the jobs come from; all say the same. */
void app_pool_join(struct app_pool *p, struct dispatch *d);

/* Any thread: gives waiting jobs to workers that have room. */
void app_pool_offer(struct app_pool *p);

/* The same, and has somebody refuse them when nobody ever will have any. */
void app_pool_nudge(struct app_pool *p);

/* Any thread: turns at once; `at_best` if all workers served. */
unsigned app_pool_places(struct app_pool *p, bool at_best);

/* Any thread: has one worker, or all, look around. */
void app_pool_wake(struct app_pool *p, unsigned index);
void app_pool_wake_all(struct app_pool *p);

/* Worker: takes what was given to it; its number. */
unsigned app_pool_take(
    struct app_pool *p, unsigned index, struct job *ret_jobs[APP_TURNS_MAX]);

/* Worker: a job is over, which makes room. */
void app_pool_job_over(struct app_pool *p, unsigned index);

/*
 * Worker: gives a job that it had to another with room; false: keep it, and
 * be woken when there is some.
 */
bool app_pool_pass_on(struct app_pool *p, unsigned index, struct job *j);

/* Worker: what is to be seen of it from now on. `room`: for turns at once. */
void app_pool_set_state(struct app_pool *p, unsigned index,
    enum app_worker_state state, unsigned room);

/*
 * Worker: whether it may start a child; if not it is woken once it may. The
 * first child is alone with the home until it is ready or has failed: older
 * versions of Codex that make their databases there at once make each other
 * fail (doc/codex.md).
 */
bool app_pool_may_start(struct app_pool *p, unsigned index);

/* Worker: its child, for what is shown; pid 0: it has none. */
void app_pool_set_child(
    struct app_pool *p, unsigned index, pid_t pid, bool login_missing);

/* Worker: it has to start a child in place of one that was lost. */
void app_pool_note_restart(struct app_pool *p, unsigned index);

/* Worker: true once for each time that it was asked to replace its child. */
bool app_pool_take_renewal(struct app_pool *p, unsigned index);

/* Worker: why a child could not be had; copied. */
void app_pool_set_error(struct app_pool *p, const struct error *error);

/* Worker: what is left of the quota; windows that are unknown stay. */
void app_pool_set_limits(struct app_pool *p, const struct codex_limits *l);

/* Worker: true the first time that Codex says this, to any worker. */
bool app_pool_is_new_warning(struct app_pool *p, struct text warning);

/*
 * Any thread: asks workers without a login to look for one anew, twice a
 * minute at most.
 */
void app_pool_renew_logins(struct app_pool *p);

/* NOT_READY_NO_WORKER or NOT_READY_NOT_LOGGED_IN, as the workers stand. */
unsigned app_pool_readiness(struct app_pool *p);

/* As the engine's op. */
void app_pool_gauges(struct app_pool *p, struct stats_gauges *g,
    struct stats_engine_gauges *mine);

/* Any thread: nothing is waited for any more. */
void app_pool_abort(struct app_pool *p);

/*
 * True when no worker can serve or is about to, so that who waits waits in
 * vain; a copy of the reason then goes to `ret_error`.
 */
bool app_pool_is_down(struct app_pool *p, struct error *ret_error);

/* Waits until a worker serves (0) or all have failed (-EINVAL). */
MUST_CHECK int app_pool_wait(struct app_pool *p, struct error *ret_error);

#endif
