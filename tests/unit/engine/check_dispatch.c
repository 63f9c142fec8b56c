#include "unit/unit.h"
#include "unit/request.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"
#include "engine/dispatch.h"

/*
 * A fake engine whose workers hold each job until it is let go (`gate`) or
 * cancelled.
 */
struct fake {
	struct engine engine;
	unsigned n_threads;
	unsigned n_lost; /* places that it has not just now */
	sem_t taken; /* posted for each job that a worker has begun */
	sem_t gate; /* a worker takes one before it finishes a job */
	_Atomic unsigned ran;
	/* by main */
	unsigned nudges;
	size_t depth; /* jobs that waited at the last of them */
	bool was_stopping;
};

static struct settings settings;
static struct stats *stats;
static struct fake fake;
static struct dispatch *dispatch;
static struct generation *request;

static unsigned
fake_threads(const struct engine *e)
{
	(void)e;
	return fake.n_threads;
}

static unsigned
fake_places(struct engine *e, bool at_best)
{
	(void)e;
	return at_best ? fake.n_threads : fake.n_threads - fake.n_lost;
}

static void
on_cancel(void *arg)
{
	(void)arg;
	sem_post(&fake.gate);
}

static void
fake_work(struct engine *e, unsigned index, struct dispatch *d)
{
	struct job *j;

	(void)e;
	(void)index;
	while (dispatch_take(d, CLOCK_NEVER, &j) == 0) {
		channel_set_cancel_hook(j->channel, on_cancel, NULL);
		sem_post(&fake.taken);
		while (sem_wait(&fake.gate) != 0)
			continue;
		channel_set_cancel_hook(j->channel, NULL, NULL);
		atomic_fetch_add(&fake.ran, 1);
		if (job_cancelled(j))
			job_end_cancelled(j);
		else
			job_finish(j, FINISH_STOP);
		dispatch_done(d, j);
	}
}

static unsigned
fake_readiness(struct engine *e)
{
	(void)e;
	return READY;
}

static void
fake_gauges(
    struct engine *e, struct stats_gauges *g, struct stats_engine_gauges *mine)
{
	(void)e;
	(void)g;
	mine->n_workers = 0;
}

static void
fake_abort(struct engine *e)
{
	(void)e;
}

static void
fake_free(struct engine *e)
{
	(void)e;
}

/* Called without a lock: the dispatch may be asked. */
static void
fake_nudge(struct engine *e)
{
	(void)e;
	fake.nudges++;
	fake.depth = dispatch_depth(dispatch);
	fake.was_stopping = dispatch_is_stopping(dispatch);
}

static const struct engine_ops fake_ops = { .kind = STATS_EXEC,
	.threads = fake_threads,
	.places = fake_places,
	.work = fake_work,
	.nudge = fake_nudge,
	.readiness = fake_readiness,
	.gauges = fake_gauges,
	.abort = fake_abort,
	.free = fake_free };

static void
start(unsigned n_threads, char *const *options)
{
	static const char body[] =
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"x\"}]}";
	char *const none[] = { NULL };
	char words[OPTIONS_ERROR_MAX];
	struct error error = ERROR_INIT;

	ck_assert_int_eq(settings_load(&settings, options, none, words), 0);
	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	stats = stats_new();
	memset(&fake, 0, sizeof(fake));
	fake.engine.ops = &fake_ops;
	fake.n_threads = n_threads;
	sem_init(&fake.taken, 0, 0);
	sem_init(&fake.gate, 0, 0);
	ck_assert_int_eq(unit_read(body, strlen(body), &request, &error), 0);
	ck_assert_int_eq(
	    dispatch_start(&settings, stats, &fake.engine, &dispatch), 0);
}

static void
stop(void)
{
	dispatch_stop(dispatch);
	generation_unref(request);
	stats_free(stats);
	settings_free(&settings);
}

static struct job *
make_job(int64_t deadline)
{
	static const struct model_name codexs_own = { .model = NULL };
	/* A record of its own: each job writes its phases there. */
	struct latency *latency = latency_new("r", "fake");
	struct job *j = job_new(
	    request, 0, "/", &codexs_own, deadline, latency);

	ck_assert_ptr_nonnull(j);
	latency_unref(latency);
	return j;
}

static int
submit(struct job *j, enum error_kind *ret_kind)
{
	struct error e = ERROR_INIT;
	int rc = dispatch_submit(dispatch, &j, 1, &e);

	*ret_kind = e.kind;
	error_free(&e);
	return rc;
}

static void
submit_ok(struct job *j)
{
	enum error_kind kind;

	ck_assert_int_eq(submit(j, &kind), 0);
}

static void
wait_taken(void)
{
	while (sem_wait(&fake.taken) != 0)
		continue;
}

/* The only event of an ended job: finished (NONE), or why it failed. */
static enum error_kind
verdict(struct job *j)
{
	bool closed;
	struct channel_item *item = channel_take(j->channel, &closed);
	struct event *e;
	enum error_kind kind;

	ck_assert_ptr_nonnull(item);
	ck_assert(closed);
	ck_assert_ptr_null(item->next);
	e = event_of(item);
	kind = e->kind == EVENT_FAILED ? e->error.kind : ERROR_NONE;
	event_free(e);
	return kind;
}

START_TEST(a_job_runs_and_ends_once)
{
	char *const options[] = { NULL };
	struct job *j;

	start(1, options);
	j = make_job(CLOCK_NEVER);
	submit_ok(j);
	wait_taken();
	sem_post(&fake.gate);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert_int_eq(verdict(j), ERROR_NONE);
	job_unref(j);
	stop();
}
END_TEST

START_TEST(a_full_queue_refuses_all_of_a_request)
{
	char *const *options = WORDS("--max-queue-size=2");
	struct job *running, *queued, *three[3];
	struct error e = ERROR_INIT;
	struct stats_gauges g = { 0 };
	enum error_kind kind;

	start(1, options);
	running = make_job(CLOCK_NEVER);
	submit_ok(running);
	wait_taken();
	queued = make_job(CLOCK_NEVER);
	submit_ok(queued);
	for (int i = 0; i < 3; i++)
		three[i] = make_job(CLOCK_NEVER);
	ck_assert_int_ne(dispatch_submit(dispatch, three, 2, &e), 0);
	ck_assert_int_eq(e.kind, ERROR_QUEUE_FULL);
	ck_assert_int_eq(e.retry_after, 1);
	error_free(&e);
	dispatch_gauges(dispatch, &g);
	ck_assert_uint_eq(g.by[0].queue_depth, 1);
	ck_assert_uint_eq(g.by[0].in_flight, 1);
	ck_assert_int_eq(submit(three[2], &kind), 0);
	for (int i = 0; i < 3; i++)
		sem_post(&fake.gate);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert_uint_eq(atomic_load(&fake.ran), 3);
	job_unref(running);
	job_unref(queued);
	for (int i = 0; i < 3; i++)
		job_unref(three[i]);
	stop();
}
END_TEST

START_TEST(a_queued_job_leaves_when_cancelled)
{
	char *const options[] = { NULL };
	struct job *running, *queued;
	struct stats_gauges g = { 0 };

	start(1, options);
	running = make_job(CLOCK_NEVER);
	queued = make_job(CLOCK_NEVER);
	submit_ok(running);
	wait_taken();
	submit_ok(queued);
	dispatch_cancel(dispatch, queued, JOB_CANCEL_HANGUP);
	dispatch_gauges(dispatch, &g);
	ck_assert_uint_eq(g.by[0].queue_depth, 0);
	ck_assert_int_eq(verdict(queued), ERROR_CLIENT_GONE);
	dispatch_cancel(dispatch, running, JOB_CANCEL_DRAIN);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert_int_eq(verdict(running), ERROR_SHUTTING_DOWN);
	ck_assert_uint_eq(atomic_load(&fake.ran), 1);
	job_unref(running);
	job_unref(queued);
	stop();
}
END_TEST

START_TEST(a_job_that_waited_too_long_expires)
{
	char *const *options = WORDS("--queue-timeout-seconds=0.05");
	struct job *running, *late, *overdue;
	struct timespec ts;
	int64_t deadline;

	start(1, options);
	running = make_job(CLOCK_NEVER);
	submit_ok(running);
	wait_taken();
	late = make_job(CLOCK_NEVER);
	overdue = make_job(clock_after(NS_PER_MS));
	submit_ok(late);
	submit_ok(overdue);
	dispatch_expire(dispatch); /* too early for `late` */
	deadline = clock_after(60 * NS_PER_MS);
	ts = clock_timespec(deadline);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		continue;
	dispatch_expire(dispatch);
	ck_assert_int_eq(verdict(late), ERROR_QUEUE_TIMEOUT);
	ck_assert_int_eq(verdict(overdue), ERROR_TIMEOUT);
	sem_post(&fake.gate);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert_uint_eq(atomic_load(&fake.ran), 1);
	job_unref(running);
	job_unref(late);
	job_unref(overdue);
	stop();
}
END_TEST

START_TEST(a_drain_refuses_waits_and_cancels)
{
	char *const options[] = { NULL };
	struct job *running, *queued, *refused;
	enum error_kind kind;

	start(1, options);
	running = make_job(CLOCK_NEVER);
	queued = make_job(CLOCK_NEVER);
	refused = make_job(CLOCK_NEVER);
	submit_ok(running);
	wait_taken();
	submit_ok(queued);
	ck_assert_uint_eq(dispatch_readiness(dispatch), READY);
	dispatch_refuse(dispatch);
	ck_assert_uint_eq(dispatch_readiness(dispatch), NOT_READY_DRAINING);
	ck_assert_int_ne(submit(refused, &kind), 0);
	ck_assert_int_eq(kind, ERROR_SHUTTING_DOWN);
	ck_assert(!dispatch_wait(dispatch, clock_after(20 * NS_PER_MS)));
	dispatch_cancel_all(dispatch, JOB_CANCEL_DRAIN);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert_int_eq(verdict(running), ERROR_SHUTTING_DOWN);
	ck_assert_int_eq(verdict(queued), ERROR_SHUTTING_DOWN);
	job_unref(running);
	job_unref(queued);
	job_unref(refused);
	stop();
}
END_TEST

static void *
canceller(void *arg)
{
	struct job **jobs = arg;

	for (int i = 0; i < 200; i++)
		dispatch_cancel(dispatch, jobs[i], JOB_CANCEL_HANGUP);
	return NULL;
}

/* Each job ends exactly once, whoever wins: its worker or its canceller. */
START_TEST(cancelling_races_with_running)
{
	char *const *options = WORDS("--max-queue-size=1000");
	struct job *jobs[200];
	pthread_t thread;

	start(4, options);
	for (int i = 0; i < 200; i++)
		jobs[i] = make_job(CLOCK_NEVER);
	for (int i = 0; i < 200; i++) {
		submit_ok(jobs[i]);
		sem_post(&fake.gate);
	}
	ck_assert_int_eq(pthread_create(&thread, NULL, canceller, jobs), 0);
	pthread_join(thread, NULL);
	ck_assert(dispatch_wait(dispatch, clock_after(30 * NS_PER_S)));
	for (int i = 0; i < 200; i++) {
		enum error_kind kind = verdict(jobs[i]);

		ck_assert(kind == ERROR_NONE || kind == ERROR_CLIENT_GONE);
		job_unref(jobs[i]);
	}
	stop();
}
END_TEST

/* Engines that do not wait in dispatch_take are told of what comes. */
START_TEST(the_engine_is_nudged)
{
	char *const *options = WORDS("--max-queue-size=1");
	struct job *running, *queued, *refused;
	enum error_kind kind;

	start(1, options);
	ck_assert_uint_eq(fake.nudges, 0);
	running = make_job(CLOCK_NEVER);
	submit_ok(running);
	ck_assert_uint_eq(fake.nudges, 1);
	wait_taken();
	ck_assert_uint_eq(dispatch_depth(dispatch), 0);
	queued = make_job(CLOCK_NEVER);
	submit_ok(queued);
	ck_assert_uint_eq(fake.nudges, 2);
	ck_assert_uint_eq(fake.depth, 1);
	refused = make_job(CLOCK_NEVER);
	ck_assert_int_ne(submit(refused, &kind), 0);
	ck_assert_uint_eq(fake.nudges, 2);
	sem_post(&fake.gate);
	sem_post(&fake.gate);
	ck_assert(dispatch_wait(dispatch, clock_after(10 * NS_PER_S)));
	ck_assert(!fake.was_stopping);
	job_unref(running);
	job_unref(queued);
	job_unref(refused);
	stop();
	ck_assert_uint_eq(fake.nudges, 3);
	ck_assert(fake.was_stopping);
}
END_TEST

UNIT_MAIN("dispatch", a_job_runs_and_ends_once,
    a_full_queue_refuses_all_of_a_request, a_queued_job_leaves_when_cancelled,
    a_job_that_waited_too_long_expires, a_drain_refuses_waits_and_cancels,
    cancelling_races_with_running, the_engine_is_nudged)
