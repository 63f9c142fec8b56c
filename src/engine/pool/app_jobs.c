#include "engine/pool/app_jobs.h"

#include "base/clock.h"
#include "engine/pool/app_turns.h"

/* Under the channel's lock. */
static void
on_cancel(void *arg)
{
	const struct app_jobs *jobs = arg;

	app_pool_wake(jobs->pool, jobs->index);
}

void
app_jobs_end(struct app_jobs *jobs, struct job *j)
{
	channel_set_cancel_hook(j->channel, NULL, NULL);
	app_pool_job_over(jobs->pool, jobs->index);
	dispatch_done(jobs->pool->dispatch, j);
	jobs->room_made = true;
}

static void
keep(struct app_jobs *jobs, struct job *j)
{
	BUG_ON(jobs->n_again == APP_TURNS_MAX);
	/* The thread that was kept for it is gone, too. */
	j->kept.number = 0;
	jobs->again[jobs->n_again++] = j;
}

void
app_jobs_keep(struct app_jobs *jobs, struct job *j)
{
	counter_add(&jobs->pool->stats->by[STATS_APP_SERVER].retries, 1);
	keep(jobs, j);
}

/* True when the job has ended without a child. */
static bool
end_without_child(struct app_jobs *jobs, struct job *j, int64_t now)
{
	struct error error = ERROR_INIT;

	if (job_cancelled(j))
		job_end_cancelled(j);
	else if (now >= j->deadline)
		job_fail_with(j, ERROR_TIMEOUT,
		    "Codex was lost, and the next was not ready before "
		    "--timeout-seconds.");
	else if (app_pool_is_down(jobs->pool, &error))
		job_fail(j, &error);
	else
		return false;
	app_jobs_end(jobs, j);
	return true;
}

static bool
pass_on(struct app_jobs *jobs, struct job *j)
{
	channel_set_cancel_hook(j->channel, NULL, NULL);
	if (app_pool_pass_on(jobs->pool, jobs->index, j))
		return true;
	channel_set_cancel_hook(j->channel, on_cancel, jobs);
	return false;
}

static void
begin_given(struct app_jobs *jobs, struct app_session *s)
{
	struct job *given[APP_TURNS_MAX];
	unsigned n = app_pool_take(jobs->pool, jobs->index, given);

	for (unsigned i = 0; i < n; i++) {
		channel_set_cancel_hook(given[i]->channel, on_cancel, jobs);
		if (s != NULL)
			app_session_begin(s, given[i]);
		else /* it was lost a moment ago */
			keep(jobs, given[i]);
	}
}

static void
begin_again(struct app_jobs *jobs, struct app_session *s, int64_t now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < jobs->n_again; i++) {
		struct job *j = jobs->again[i];

		if (end_without_child(jobs, j, now))
			continue;
		if (s != NULL)
			app_session_begin(s, j);
		else if (!pass_on(jobs, j))
			jobs->again[kept++] = j;
	}
	jobs->n_again = kept;
}

void
app_jobs_begin(struct app_jobs *jobs, struct app_session *s, int64_t now)
{
	begin_given(jobs, s);
	begin_again(jobs, s, now);
}

void
app_jobs_refuse_waiting(struct app_jobs *jobs)
{
	struct error error = ERROR_INIT;
	struct job *j;

	while (app_pool_is_down(jobs->pool, &error) &&
	    dispatch_take(jobs->pool->dispatch, 0, &j) == 0) {
		job_fail(j, &error);
		dispatch_done(jobs->pool->dispatch, j);
	}
	error_free(&error);
}

int64_t
app_jobs_deadline(const struct app_jobs *jobs)
{
	int64_t at = CLOCK_NEVER;

	for (unsigned i = 0; i < jobs->n_again; i++) {
		if (jobs->again[i]->deadline < at)
			at = jobs->again[i]->deadline;
	}
	return at;
}
