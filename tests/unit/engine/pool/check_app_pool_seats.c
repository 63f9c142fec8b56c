#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "engine/pool/app_pool.h"
#include "unit/app_job.h"

/* What the workers say of themselves, and what is made of it for others. */
enum {
	ROOM = 3
};

static struct settings settings;
static struct stats *stats;
static struct app_pool pool;

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

/* True when worker `index` had been woken since the last time. */
static bool
drain(unsigned index)
{
	uint64_t count;

	return read(pool.seats[index].wake_fd, &count, sizeof(count)) ==
	    (ssize_t)sizeof(count);
}

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
	struct error why = ERROR_INIT;

	make_pool(WORDS("--workers=2"));
	error_set(&why, ERROR_CODEX_UNAVAILABLE, "this is why");
	app_pool_set_error(&pool, &why);
	for (size_t i = 0; i < ARRAY_SIZE(standings); i++) {
		struct error error = ERROR_INIT;
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
		error_free(&error);
	}
	error_free(&why);
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
	struct error error = ERROR_INIT;
	pthread_t id;

	make_pool(WORDS("--workers=2"));
	ck_assert_int_eq(pthread_create(&id, NULL, aborter, NULL), 0);
	ck_assert_int_eq(app_pool_wait(&pool, &error), -EINVAL);
	ck_assert_int_eq(error.kind, ERROR_SHUTTING_DOWN);
	pthread_join(id, NULL);
	for (unsigned i = 0; i < 2; i++)
		ck_assert(drain(i));
	error_free(&error);
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
	struct codex_limits both = { { true, 0.5, 1, 2 },
		{ true, 0.25, 3, 4 } };
	struct codex_limits one = { { true, 0.75, 1, 2 }, { 0 } };
	struct stats_gauges g = { 0 };

	make_pool(WORDS("--workers=2"));
	app_pool_set_limits(&pool, &both);
	app_pool_set_limits(&pool, &one);
	app_pool_gauges(&pool, &g, &g.by[0]);
	ck_assert(!g.app_server_pool_started);
	ck_assert_uint_eq(g.by[0].n_workers, 2);
	ck_assert_str_eq(g.by[0].workers[0].state, "starting");
	ck_assert_int_eq(g.by[0].workers[0].rss_bytes, 0);
	ck_assert_double_eq(g.limits.primary.used, 0.75);
	ck_assert_double_eq(g.limits.secondary.used, 0.25);
	app_pool_set_child(&pool, 1, getpid(), false);
	app_pool_note_restart(&pool, 1);
	set_states((const enum app_worker_state[]){ D, V });
	app_pool_gauges(&pool, &g, &g.by[0]);
	ck_assert(g.app_server_pool_started);
	ck_assert_str_eq(g.by[0].workers[0].state, "down");
	ck_assert_str_eq(g.by[0].workers[1].state, "idle");
	ck_assert_uint_eq(g.by[0].workers[1].restarts, 1);
	ck_assert_int_gt(g.by[0].workers[1].rss_bytes, 4096);
	free_pool();
}
END_TEST

START_TEST(places_are_the_room_of_those_that_serve)
{
	make_pool(WORDS("--workers=2", "--turns-per-worker=5"));
	ck_assert_uint_eq(app_pool_places(&pool, false), 0);
	ck_assert_uint_eq(app_pool_places(&pool, true), 10);
	app_pool_set_state(&pool, 1, V, 5);
	ck_assert_uint_eq(app_pool_places(&pool, false), 5);
	app_pool_set_state(&pool, 0, V, 5);
	ck_assert_uint_eq(app_pool_places(&pool, false), 10);
	app_pool_set_state(&pool, 1, D, 0);
	ck_assert_uint_eq(app_pool_places(&pool, false), 5);
	ck_assert_uint_eq(app_pool_places(&pool, true), 10);
	free_pool();
}
END_TEST

UNIT_MAIN("app_pool_seats", what_the_workers_stand_for,
    the_first_child_is_alone_with_the_home, an_abort_ends_the_waiting,
    a_login_is_looked_for_once, gauges, places_are_the_room_of_those_that_serve)
