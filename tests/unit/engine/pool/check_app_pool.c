#include "unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/pool/app_pool.h"
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

static bool loses; /* the engine is one that loses children */

static void
work(struct engine *e, unsigned index, struct dispatch *d)
{
	struct worker w = { .index = index, .seed = index + 1, .loses = loses };

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

static unsigned
places(struct engine *e, bool at_best)
{
	(void)e;
	return app_pool_places(&pool, at_best);
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

static const struct engine_ops steady = { .kind = STATS_APP_SERVER,
	.threads = threads,
	.places = places,
	.work = work,
	.nudge = nudge,
	.free = free_engine };
static const struct engine_ops losing = { .kind = STATS_APP_SERVER,
	.threads = threads,
	.places = places,
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
	struct error error = ERROR_INIT;
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
	loses = false;
	flood(&steady);
	ck_assert_uint_eq(atomic_load(&given), SUBMITTERS * JOBS);
}
END_TEST

START_TEST(jobs_of_lost_children_are_not_lost)
{
	loses = true;
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
static const struct engine_ops idle = { .kind = STATS_APP_SERVER,
	.threads = threads,
	.places = places,
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

UNIT_MAIN("app_pool", each_job_is_given_once,
    jobs_of_lost_children_are_not_lost, a_place_given_back_strands_nobody,
    a_lost_job_takes_its_place_along)
