#include "engine/pool/app_owner.h"

#include "engine/pool/app_affinity.h"
#include "system/log.h"

enum {
	WARNING_MAX = 500 /* bytes of one that are logged */
};

static void
on_job_over(void *arg, struct job *j)
{
	app_jobs_end(arg, j);
}

static void
on_limits(void *arg, const struct codex_limits *limits)
{
	const struct app_jobs *jobs = arg;

	app_pool_set_limits(jobs->pool, limits);
}

static void
on_warning(void *arg, struct text warning)
{
	const struct app_jobs *jobs = arg;

	if (app_pool_is_new_warning(jobs->pool, warning))
		log_info("codex warns: %.*s",
		    (int)(warning.len < WARNING_MAX ? warning.len
						    : WARNING_MAX),
		    warning.s);
}

/* ---- threads that are kept ---- */

static uint64_t
on_keep(void *arg, const struct app_kept_entry *entry)
{
	const struct app_jobs *jobs = arg;

	return app_pool_keep(jobs->pool, jobs->index, entry);
}

static bool
on_forget(void *arg, uint64_t number, enum stats_kept_eviction why)
{
	const struct app_jobs *jobs = arg;

	return app_pool_forget(jobs->pool, jobs->index, number, why);
}

static uint64_t
next_to_drop(void *arg, int64_t now)
{
	const struct app_jobs *jobs = arg;

	return app_pool_next_to_drop(jobs->pool, jobs->index, now);
}

static void
on_resumed(void *arg, bool there, bool waiting)
{
	const struct app_jobs *jobs = arg;
	struct stats_kept *k = &jobs->pool->stats->kept;

	if (!there)
		counter_add(&k->misses[KEPT_MISS_LOST], 1);
	else
		counter_add(waiting ? &k->hits_waiting : &k->hits_idle, 1);
}

static void
on_kept_failed(void *arg)
{
	const struct app_jobs *jobs = arg;

	counter_add(&jobs->pool->stats->kept.failures, 1);
}

struct app_session_owner
app_owner_of(struct app_jobs *jobs)
{
	return (struct app_session_owner){ .job_over = on_job_over,
		.limits = on_limits,
		.warning = on_warning,
		.keep = on_keep,
		.forget = on_forget,
		.next_to_drop = next_to_drop,
		.resumed = on_resumed,
		.failed = on_kept_failed,
		.arg = jobs };
}
