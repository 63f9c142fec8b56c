#include "unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/app_pool.h"
#include "unit/app_job.h"
#include "unit/random.h"

/*
 * An engine of nothing but the pool: its workers hold the jobs they are given
 * and end them in any order, and now and then lose their child.
 */
enum {
	WORKERS = 4,
	ROOM = 3,
	SUBMITTERS = 4,
	JOBS = 400 /* of each */
};

static struct settings settings;
static struct stats *stats;
static struct engine engine;
static struct app_pool pool;
static struct dispatch *dispatch;
static _Atomic unsigned given, lost;

struct worker {
	unsigned index;
	uint64_t seed;
	bool loses; /* its child, now and then */
	bool serving;
	struct job *jobs[APP_TURNS_MAX];
	unsigned n;
};

static void
serve(struct worker *w, bool serving)
{
	w->serving = serving;
	app_pool_set_state(&pool, w->index,
	    serving ? APP_WORKER_SERVING : APP_WORKER_STARTING,
	    serving ? ROOM : 0);
	if (serving)
		app_pool_offer(&pool);
}

static void
take(struct worker *w)
{
	struct job *jobs[APP_TURNS_MAX];
	unsigned n = app_pool_take(&pool, w->index, jobs);

	for (unsigned i = 0; i < n; i++)
		w->jobs[w->n++] = jobs[i];
	atomic_fetch_add(&given, n);
	ck_assert_uint_le(w->n, ROOM);
}

static void
end_one(struct worker *w)
{
	size_t i = random_below(&w->seed, w->n);
	struct job *j = w->jobs[i];

	w->jobs[i] = w->jobs[--w->n];
	job_finish(j, FINISH_STOP);
	app_pool_job_over(&pool, w->index);
	dispatch_done(dispatch, j);
	app_pool_offer(&pool);
}

/* Its jobs go to others, or stay until it serves again. */
static void
lose(struct worker *w)
{
	unsigned kept = 0;

	serve(w, false);
	take(w);
	for (unsigned i = 0; i < w->n; i++) {
		atomic_fetch_add(&lost, 1);
		if (!app_pool_pass_on(&pool, w->index, w->jobs[i]))
			w->jobs[kept++] = w->jobs[i];
	}
	w->n = kept;
}

static void
turn(struct worker *w)
{
	if (!w->serving)
		serve(w, true);
	take(w);
	if (w->loses && random_below(&w->seed, 16) == 0)
		lose(w);
	else if (w->n > 0)
		end_one(w);
}

static void
wait_for_work(const struct worker *w)
{
	struct pollfd fd = { pool.seats[w->index].wake_fd, POLLIN, 0 };
	uint64_t count;

	if (w->n > 0 || !w->serving)
		return;
	ck_assert_int_eq(poll(&fd, 1, -1), 1);
	ck_assert_int_eq(read(fd.fd, &count, sizeof(count)), sizeof(count));
}

static void
work(struct engine *e, unsigned index, struct dispatch *d)
{
	struct worker w = { .index = index,
		.seed = index + 1,
		.loses = engine.ops->name[0] == 'l' };

	(void)e;
	app_pool_join(&pool, d);
	serve(&w, true);
	while (!dispatch_is_stopping(pool.dispatch)) {
		wait_for_work(&w);
		turn(&w);
	}
	ck_assert_uint_eq(w.n, 0);
	app_pool_set_state(&pool, index, APP_WORKER_STOPPED, 0);
}

static unsigned
threads(const struct engine *e)
{
	(void)e;
	return pool.n_workers;
}

static void
nudge(struct engine *e)
{
	(void)e;
	app_pool_nudge(&pool);
}

static void
free_engine(struct engine *e)
{
	(void)e;
}

static const struct engine_ops steady = { .name = "steady",
	.threads = threads,
	.work = work,
	.nudge = nudge,
	.free = free_engine };
static const struct engine_ops losing = { .name = "losing",
	.threads = threads,
	.work = work,
	.nudge = nudge,
	.free = free_engine };

static void
make_pool(char *const *words)
{
	app_settings(&settings, words);
	stats = stats_new();
	ck_assert_ptr_nonnull(stats);
	ck_assert_int_eq(app_pool_init(&pool, &settings, stats), 0);
}

static void
free_pool(void)
{
	app_pool_free(&pool);
	stats_free(stats);
	settings_free(&settings);
}

static void
start(const struct engine_ops *ops, char *const *words)
{
	make_pool(words);
	engine.ops = ops;
	ck_assert_int_eq(
	    dispatch_start(&settings, stats, &engine, &dispatch), 0);
}

static void
stop(void)
{
	dispatch_stop(dispatch);
	for (unsigned i = 0; i < pool.n_workers; i++) {
		ck_assert_uint_eq(pool.seats[i].taken, 0);
		ck_assert_uint_eq(pool.seats[i].n_inbox, 0);
	}
	free_pool();
}

static void
submit(struct job *j)
{
	struct api_error error = API_ERROR_INIT;
	int rc = dispatch_submit(dispatch, &j, 1, &error);

	ck_assert_msg(rc == 0, "%s", error.message);
}

static void
expect_end(struct job *j)
{
	struct app_seen seen;

	app_seen_init(&seen);
	app_see(j, &seen);
	ck_assert_uint_eq(seen.ends, 1);
	ck_assert_int_eq(seen.finish, FINISH_STOP);
	app_seen_free(&seen);
	job_unref(j);
}

static void *
submitter(void *arg)
{
	struct job **jobs = arg;

	for (int i = 0; i < JOBS; i++)
		submit(jobs[i]);
	return NULL;
}

static void
flood(const struct engine_ops *ops)
{
	static struct job *jobs[SUBMITTERS][JOBS];
	pthread_t ids[SUBMITTERS];

	atomic_store(&given, 0);
	start(ops,
	    WORDS("--workers=4", "--max-queue-size=100000",
		"--queue-timeout-seconds=0"));
	for (int i = 0; i < SUBMITTERS * JOBS; i++)
		jobs[i / JOBS][i % JOBS] = app_job("");
	for (int i = 0; i < SUBMITTERS; i++)
		ck_assert_int_eq(
		    pthread_create(&ids[i], NULL, submitter, jobs[i]), 0);
	for (int i = 0; i < SUBMITTERS; i++)
		pthread_join(ids[i], NULL);
	/* A job that nobody comes for would wait for ever. */
	ck_assert(dispatch_wait(dispatch, clock_after(50 * NS_PER_S)));
	for (int i = 0; i < SUBMITTERS * JOBS; i++)
		expect_end(jobs[i / JOBS][i % JOBS]);
	stop();
}

START_TEST(each_job_is_given_once)
{
	flood(&steady);
	ck_assert_uint_eq(atomic_load(&given), SUBMITTERS * JOBS);
}
END_TEST

START_TEST(jobs_of_lost_children_are_not_lost)
{
	flood(&losing);
	ck_assert_uint_ge(atomic_load(&given), SUBMITTERS * JOBS);
	ck_assert_uint_gt(atomic_load(&lost), 0);
}
END_TEST

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle_cond = PTHREAD_COND_INITIALIZER;

/* Leaves the wake-ups to the test. */
static void
sleep_until_stopped(struct engine *e, unsigned index, struct dispatch *d)
{
	(void)e;
	(void)index;
	app_pool_join(&pool, d);
	pthread_mutex_lock(&idle_lock);
	while (!dispatch_is_stopping(d))
		pthread_cond_wait(&idle_cond, &idle_lock);
	pthread_mutex_unlock(&idle_lock);
}

static void
nudge_idle(struct engine *e)
{
	nudge(e);
	pthread_mutex_lock(&idle_lock);
	pthread_cond_broadcast(&idle_cond);
	pthread_mutex_unlock(&idle_lock);
}

/* The test does what its workers would. */
static const struct engine_ops idle = { .name = "idle",
	.threads = threads,
	.work = sleep_until_stopped,
	.nudge = nudge_idle,
	.free = free_engine };

static void
expect_taken(unsigned first, unsigned second)
{
	ck_assert_uint_eq(pool.seats[0].taken, first);
	ck_assert_uint_eq(pool.seats[1].taken, second);
}

static struct job *late; /* to come while a place is held for nothing */

int __real_dispatch_take(
    struct dispatch *d, int64_t deadline, struct job **ret_job);
int __wrap_dispatch_take(
    struct dispatch *d, int64_t deadline, struct job **ret_job);

/* The linker sends all calls of dispatch_take through here (app.mk). */
int
__wrap_dispatch_take(struct dispatch *d, int64_t deadline, struct job **ret_job)
{
	int rc = __real_dispatch_take(d, deadline, ret_job);
	struct job *j = late;

	if (rc != 0 && j != NULL) {
		late = NULL;
		submit(j);
	}
	return rc;
}

/*
 * Somebody reserves the only place and finds the queue empty; the job that
 * comes now finds no place, and must not be left in the queue.
 */
START_TEST(a_place_given_back_strands_nobody)
{
	struct job *jobs[APP_TURNS_MAX], *j = app_job("");

	start(&idle, WORDS("--workers=2"));
	app_pool_join(&pool, dispatch);
	app_pool_set_state(&pool, 0, APP_WORKER_SERVING, 1);
	late = j;
	app_pool_offer(&pool);
	ck_assert_ptr_null(late);
	expect_taken(1, 0);
	ck_assert_uint_eq(app_pool_take(&pool, 0, jobs), 1);
	ck_assert_ptr_eq(jobs[0], j);
	job_finish(j, FINISH_STOP);
	app_pool_job_over(&pool, 0);
	dispatch_done(dispatch, j);
	expect_end(j);
	stop();
}
END_TEST

/* True when worker `index` had been woken since the last time. */
static bool
drain(unsigned index)
{
	uint64_t count;

	return read(pool.seats[index].wake_fd, &count, sizeof(count)) ==
	    (ssize_t)sizeof(count);
}

START_TEST(a_lost_job_takes_its_place_along)
{
	struct job *jobs[APP_TURNS_MAX], *j;

	start(&idle, WORDS("--workers=2"));
	app_pool_join(&pool, dispatch);
	app_pool_set_state(&pool, 0, APP_WORKER_SERVING, 2);
	app_pool_set_state(&pool, 1, APP_WORKER_SERVING, 1);
	j = app_job("");
	submit(j);
	expect_taken(1, 0);
	ck_assert_uint_eq(app_pool_take(&pool, 0, jobs), 1);
	ck_assert_ptr_eq(jobs[0], j);
	app_pool_set_state(&pool, 0, APP_WORKER_STARTING, 0);
	ck_assert(app_pool_pass_on(&pool, 0, j));
	expect_taken(0, 1);
	ck_assert_uint_eq(app_pool_take(&pool, 0, jobs), 0);
	ck_assert_uint_eq(app_pool_take(&pool, 1, jobs), 1);
	ck_assert_ptr_eq(jobs[0], j);
	app_pool_set_state(&pool, 1, APP_WORKER_STARTING, 0);
	drain(1);
	ck_assert(!app_pool_pass_on(&pool, 1, j));
	expect_taken(0, 1);
	ck_assert(!drain(1));
	/* When there is room it is told, once. */
	app_pool_set_state(&pool, 0, APP_WORKER_SERVING, ROOM);
	ck_assert(drain(1));
	app_pool_set_state(&pool, 0, APP_WORKER_SERVING, ROOM);
	ck_assert(!drain(1));
	job_finish(j, FINISH_STOP);
	app_pool_job_over(&pool, 1);
	dispatch_done(dispatch, j);
	expect_end(j);
	stop();
}
END_TEST

static void
set_states(const enum app_worker_state *states)
{
	for (unsigned i = 0; i < pool.n_workers; i++)
		app_pool_set_state(&pool, i, states[i],
		    states[i] == APP_WORKER_SERVING ? ROOM : 0);
}

#define S APP_WORKER_STARTING
#define V APP_WORKER_SERVING
#define D APP_WORKER_DOWN

static const struct {
	enum app_worker_state states[2];
	bool login_missing[2];
	bool down;
	int wait; /* of app_pool_wait; 1: it would wait */
	unsigned readiness;
	const char *comment;
} standings[] = {
	{ { S, S }, { 0 }, false, 1, NOT_READY_NO_WORKER, "at first" },
	{ { V, S }, { 0 }, false, 0, READY, "one is enough" },
	{ { D, V }, { 0 }, false, 0, READY, "whichever" },
	{ { D, S }, { 0 }, false, 1, NOT_READY_NO_WORKER, "there is hope" },
	{ { D, D }, { 0 }, true, -EINVAL, NOT_READY_NO_WORKER, "all failed" },
	{ { V, V }, { true, true }, false, 0, NOT_READY_NOT_LOGGED_IN,
	    "nobody is logged in" },
	{ { V, V }, { true, false }, false, 0, READY, "one is" },
	{ { V, D }, { true, false }, false, 0, NOT_READY_NOT_LOGGED_IN,
	    "the one that serves is not" },
};

START_TEST(what_the_workers_stand_for)
{
	struct api_error why = API_ERROR_INIT;

	make_pool(WORDS("--workers=2"));
	api_error_set(&why, API_ERROR_CODEX_UNAVAILABLE, "this is why");
	app_pool_set_error(&pool, &why);
	for (size_t i = 0; i < ARRAY_SIZE(standings); i++) {
		struct api_error error = API_ERROR_INIT;
		const char *comment = standings[i].comment;

		set_states(standings[i].states);
		for (unsigned k = 0; k < 2; k++)
			app_pool_set_child(
			    &pool, k, 1, standings[i].login_missing[k]);
		ck_assert_msg(
		    app_pool_is_down(&pool, &error) == standings[i].down, "%s",
		    comment);
		ck_assert_msg(!standings[i].down ||
			strcmp(error.message, "this is why") == 0,
		    "%s", comment);
		ck_assert_msg(
		    app_pool_readiness(&pool) == standings[i].readiness,
		    "%s: %u", comment, app_pool_readiness(&pool));
		if (standings[i].wait != 1)
			ck_assert_msg(
			    app_pool_wait(&pool, &error) == standings[i].wait,
			    "%s", comment);
		api_error_free(&error);
	}
	api_error_free(&why);
	free_pool();
}
END_TEST

START_TEST(the_first_child_is_alone_with_the_home)
{
	const enum app_worker_state outcomes[] = { V, D };

	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		make_pool(WORDS("--workers=3"));
		ck_assert(app_pool_may_start(&pool, 0));
		app_pool_set_state(&pool, 0, S, 0);
		app_pool_set_state(&pool, 1, D, 0);
		ck_assert(!app_pool_may_start(&pool, 1));
		ck_assert(!app_pool_may_start(&pool, 2));
		ck_assert(!drain(1) && !drain(2));
		app_pool_set_state(&pool, 0, outcomes[i], 0);
		ck_assert(drain(1) && drain(2));
		/* Once, whatever becomes of the first. */
		app_pool_set_state(&pool, 0, S, 0);
		app_pool_set_state(&pool, 0, V, ROOM);
		ck_assert(app_pool_may_start(&pool, 2));
		ck_assert(!drain(1) && !drain(2));
		free_pool();
	}
}
END_TEST

static void *
aborter(void *arg)
{
	(void)arg;
	app_pool_abort(&pool);
	return NULL;
}

START_TEST(an_abort_ends_the_waiting)
{
	struct api_error error = API_ERROR_INIT;
	pthread_t id;

	make_pool(WORDS("--workers=2"));
	ck_assert_int_eq(pthread_create(&id, NULL, aborter, NULL), 0);
	ck_assert_int_eq(app_pool_wait(&pool, &error), -EINVAL);
	ck_assert_int_eq(error.kind, API_ERROR_SHUTTING_DOWN);
	pthread_join(id, NULL);
	for (unsigned i = 0; i < 2; i++)
		ck_assert(drain(i));
	api_error_free(&error);
	free_pool();
}
END_TEST

START_TEST(a_login_is_looked_for_once)
{
	make_pool(WORDS("--workers=2"));
	app_pool_set_child(&pool, 0, 1, true);
	app_pool_set_child(&pool, 1, 2, false);
	app_pool_renew_logins(&pool);
	app_pool_renew_logins(&pool);
	ck_assert(app_pool_take_renewal(&pool, 0));
	ck_assert(!app_pool_take_renewal(&pool, 0));
	ck_assert(!app_pool_take_renewal(&pool, 1));
	free_pool();
}
END_TEST

START_TEST(gauges)
{
	struct stats_limits both = { { true, 0.5, 1, 2 },
		{ true, 0.25, 3, 4 } };
	struct stats_limits one = { { true, 0.75, 1, 2 }, { 0 } };
	struct stats_gauges g = { 0 };

	make_pool(WORDS("--workers=2"));
	app_pool_set_limits(&pool, &both);
	app_pool_set_limits(&pool, &one);
	app_pool_gauges(&pool, &g);
	ck_assert(!g.app_server_pool_started);
	ck_assert_uint_eq(g.n_workers, 2);
	ck_assert_str_eq(g.workers[0].state, "starting");
	ck_assert_int_eq(g.workers[0].rss_bytes, 0);
	ck_assert_double_eq(g.limits.primary.used, 0.75);
	ck_assert_double_eq(g.limits.secondary.used, 0.25);
	app_pool_set_child(&pool, 1, getpid(), false);
	app_pool_note_restart(&pool, 1);
	set_states((const enum app_worker_state[]){ D, V });
	app_pool_gauges(&pool, &g);
	ck_assert(g.app_server_pool_started);
	ck_assert_str_eq(g.workers[0].state, "down");
	ck_assert_str_eq(g.workers[1].state, "idle");
	ck_assert_uint_eq(g.workers[1].restarts, 1);
	ck_assert_int_gt(g.workers[1].rss_bytes, 4096);
	free_pool();
}
END_TEST

UNIT_MAIN("app_pool", each_job_is_given_once,
    jobs_of_lost_children_are_not_lost, a_place_given_back_strands_nobody,
    a_lost_job_takes_its_place_along, what_the_workers_stand_for,
    the_first_child_is_alone_with_the_home, an_abort_ends_the_waiting,
    a_login_is_looked_for_once, gauges)
