#include "unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/dispatch.h"
#include "system/log.h"
#include "unit/app_job.h"
#include "unit/random.h"

/*
 * Who is taken and who is told to come again. The engine has places and no
 * threads that take anything: the test does what they would.
 */
enum {
	REQUEST_MAX = 8,
	JOBS_MAX = 256
};

static struct settings settings;
static struct stats *stats;
static struct engine engine;
static struct dispatch *dispatch;
static unsigned places_now, places_at_best;

/* What should be so: the jobs that wait, in their order, and those that run. */
static struct model {
	struct job *waiting[JOBS_MAX], *running[JOBS_MAX];
	size_t n_waiting, n_running, may_wait;
} model;

static unsigned
one_thread(const struct engine *e)
{
	(void)e;
	return 1;
}

static unsigned
places(struct engine *e, bool at_best)
{
	(void)e;
	return at_best ? places_at_best : places_now;
}

static void
take_nothing(struct engine *e, unsigned index, struct dispatch *d)
{
	(void)e;
	(void)index;
	(void)d;
}

static void
no_gauges(
    struct engine *e, struct stats_gauges *g, struct stats_engine_gauges *mine)
{
	(void)e;
	(void)g;
	mine->n_workers = 0;
}

static void
no_free(struct engine *e)
{
	(void)e;
}

static const struct engine_ops ops = { .kind = STATS_EXEC,
	.threads = one_thread,
	.places = places,
	.work = take_nothing,
	.gauges = no_gauges,
	.free = no_free };

static void
start(size_t may_wait, unsigned n_places)
{
	char option[64];

	snprintf(option, sizeof(option), "--max-queue-size=%zu", may_wait);
	app_settings(&settings, WORDS(option));
	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	stats = stats_new();
	engine.ops = &ops;
	places_now = places_at_best = n_places;
	memset(&model, 0, sizeof(model));
	model.may_wait = may_wait;
	ck_assert_int_eq(
	    dispatch_start(&settings, stats, &engine, &dispatch), 0);
}

static void
check_gauges(void)
{
	struct stats_gauges g = { 0 };

	dispatch_gauges(dispatch, &g);
	ck_assert_uint_eq(g.by[0].queue_depth, model.n_waiting);
	ck_assert_uint_eq(g.by[0].in_flight, model.n_running);
	ck_assert_uint_eq(g.by[0].queue_capacity, model.may_wait);
}

/* Its words say how many were without a place. */
static void
check_refusal(const struct error *e, size_t n)
{
	size_t all = model.n_waiting + model.n_running;
	char words[64];

	if (n > model.may_wait + places_at_best) {
		ck_assert_int_eq(e->kind, ERROR_INVALID_VALUE);
		snprintf(words, sizeof(words), "never take %zu answers", n);
	} else {
		ck_assert_int_eq(e->kind, ERROR_QUEUE_FULL);
		snprintf(words, sizeof(words), "full: %zu ",
		    all > places_now ? all - places_now : 0);
	}
	ck_assert_msg(
	    strstr(e->message, words) != NULL, "%s: %s", words, e->message);
}

/* A request of n answers; true when it is taken, which is all or nothing. */
static bool
submit(size_t n)
{
	struct error e = ERROR_INIT;
	struct job *jobs[REQUEST_MAX] = { NULL };
	bool taken;

	for (size_t i = 0; i < n; i++)
		jobs[i] = app_job("");
	taken = dispatch_submit(dispatch, jobs, n, &e) == 0;
	if (!taken)
		check_refusal(&e, n);
	error_free(&e);
	for (size_t i = 0; i < n; i++) {
		if (taken)
			model.waiting[model.n_waiting++] = jobs[i];
		else
			job_unref(jobs[i]);
	}
	return taken;
}

static void
take(void)
{
	struct job *j;
	int rc = dispatch_take(dispatch, 0, &j);

	ck_assert_int_eq(rc, model.n_waiting > 0 ? 0 : -ETIMEDOUT);
	if (rc != 0)
		return;
	ck_assert_ptr_eq(j, model.waiting[0]);
	memmove(model.waiting, model.waiting + 1,
	    --model.n_waiting * sizeof(struct job *));
	model.running[model.n_running++] = j;
}

static void
end(size_t i)
{
	struct job *j = model.running[i];

	model.running[i] = model.running[--model.n_running];
	job_finish(j, FINISH_STOP);
	dispatch_done(dispatch, j);
	job_unref(j);
}

static void
cancel(size_t i)
{
	struct job *j = model.waiting[i];

	model.n_waiting--;
	memmove(model.waiting + i, model.waiting + i + 1,
	    (model.n_waiting - i) * sizeof(struct job *));
	dispatch_cancel(dispatch, j, JOB_CANCEL_HANGUP);
	job_unref(j);
}

static void
stop(void)
{
	while (model.n_waiting > 0)
		cancel(0);
	while (model.n_running > 0)
		end(0);
	dispatch_stop(dispatch);
	stats_free(stats);
	settings_free(&settings);
}

static void
random_step(uint64_t *seed)
{
	size_t n = random_below(seed, REQUEST_MAX) + 1;
	bool fits;

	switch (random_below(seed, 5)) {
	case 0:
	case 1:
		fits = model.n_waiting + model.n_running + n <=
		    model.may_wait + places_now;
		ck_assert_int_eq(submit(n), fits);
		break;
	case 2:
		if (model.n_running < places_now)
			take();
		break;
	case 3:
		if (model.n_running > 0)
			end(random_below(seed, model.n_running));
		break;
	default:
		if (random_below(seed, 4) == 0)
			places_now = (unsigned)random_below(
			    seed, places_at_best + 1);
		else if (model.n_waiting > 0)
			cancel(random_below(seed, model.n_waiting));
	}
}

/* Whatever has happened before, the rule alone says who is taken. */
START_TEST(admission_agrees_with_a_model)
{
	uint64_t seed = 1;

	for (int round = 0; round < 20; round++) {
		start(random_below(&seed, 12) + 1,
		    (unsigned)random_below(&seed, 12) + 1);
		for (int step = 0; step < 400; step++) {
			random_step(&seed);
			check_gauges();
		}
		stop();
	}
}
END_TEST

START_TEST(a_burst_at_an_idle_engine_finds_its_places)
{
	start(1, 8);
	for (int i = 0; i < 8; i++) /* before any thread came for one */
		ck_assert(submit(1));
	ck_assert(submit(1)); /* this one waits */
	ck_assert(!submit(1));
	take();
	ck_assert(!submit(1));
	end(0);
	ck_assert(submit(1));
	stop();
}
END_TEST

START_TEST(n_answers_fit_where_some_run_and_some_wait)
{
	/* clang-format off */
	static const struct {
		size_t may_wait;
		unsigned places;
		size_t running, n;
		bool taken;
		const char *comment;
	} table[] = {
		{ 2, 2, 0, 4, true,  "two run, two wait" },
		{ 2, 1, 0, 3, true,  "the exact edge" },
		{ 2, 1, 0, 4, false, "never" },
		{ 2, 2, 1, 4, false, "not now" },
		{ 1, 8, 0, 8, true,  "all run" },
		{ 8, 1, 1, 8, true,  "all wait" },
	};
	/* clang-format on */
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		start(table[i].may_wait, table[i].places);
		for (size_t k = 0; k < table[i].running; k++) {
			ck_assert(submit(1));
			take();
		}
		ck_assert_msg(submit(table[i].n) == table[i].taken, "%s",
		    table[i].comment);
		check_gauges();
		stop();
	}
}
END_TEST

UNIT_MAIN("admission", admission_agrees_with_a_model,
    a_burst_at_an_idle_engine_finds_its_places,
    n_answers_fit_where_some_run_and_some_wait)
