/*
 * api_aside: errands run in the order of their lane, lanes do not wait for
 * each other, and an errand is freed once whoever leaves it first.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "api/aside/api_aside.h"
#include "base/clock.h"

#include "unit/unit.h"

enum {
	ERRANDS = 3
};

static sem_t begun, go_on;
static atomic_int ran, freed;

static void
run_quickly(struct errand *e)
{
	(void)e;
	atomic_fetch_add(&ran, 1);
}

static void
run_until_told(struct errand *e)
{
	(void)e;
	sem_post(&begun);
	sem_wait(&go_on);
	atomic_fetch_add(&ran, 1);
}

static void
count_free(struct errand *e)
{
	(void)e;
	atomic_fetch_add(&freed, 1);
}

static struct aside *
start(void)
{
	struct aside *a;

	ck_assert_int_eq(aside_start(&a), 0);
	sem_init(&begun, 0, 0);
	sem_init(&go_on, 0, 0);
	return a;
}

static void
wait_for(struct aside *a, const struct errand *e)
{
	int64_t end = clock_after(30 * NS_PER_S);

	while (!aside_is_done(a, e))
		ck_assert(clock_now() < end);
}

START_TEST(lanes_do_not_wait_for_each_other)
{
	struct aside *a = start();
	struct errand slow, behind, other;
	struct http_park park;

	http_park_init(&park, NULL);
	errand_init(&slow, run_until_told, count_free);
	errand_init(&behind, run_quickly, count_free);
	errand_init(&other, run_quickly, count_free);
	ck_assert_int_eq(aside_submit(a, ASIDE_OUTSIDE, &slow, &park), 0);
	ck_assert_int_eq(aside_submit(a, ASIDE_OUTSIDE, &behind, &park), 0);
	sem_wait(&begun);
	ck_assert(!park.woken);
	ck_assert_int_eq(aside_submit(a, ASIDE_INSIDE, &other, &park), 0);
	wait_for(a, &other);
	ck_assert(park.woken);
	ck_assert(!aside_is_done(a, &slow));
	ck_assert(!aside_is_done(a, &behind));
	sem_post(&go_on);
	wait_for(a, &behind);
	ck_assert(aside_is_done(a, &slow));
	aside_leave(a, &slow);
	aside_leave(a, &behind);
	aside_leave(a, &other);
	aside_free(a);
	ck_assert_int_eq(freed, 3);
	http_park_destroy(&park);
}
END_TEST

START_TEST(who_leaves_first_frees_nothing_that_runs)
{
	struct aside *a = start();
	struct errand running, queued;
	struct http_park park;

	http_park_init(&park, NULL);
	errand_init(&running, run_until_told, count_free);
	errand_init(&queued, run_quickly, count_free);
	ck_assert_int_eq(aside_submit(a, ASIDE_INSIDE, &running, &park), 0);
	sem_wait(&begun);
	ck_assert_int_eq(aside_submit(a, ASIDE_INSIDE, &queued, &park), 0);
	aside_leave(a, &queued);
	ck_assert_int_eq(freed, 1);
	aside_leave(a, &running);
	ck_assert_int_eq(freed, 1);
	sem_post(&go_on);
	aside_free(a);
	ck_assert_int_eq(freed, 2);
	ck_assert_int_eq(ran, 1);
	ck_assert(!park.woken);
	http_park_destroy(&park);
}
END_TEST

START_TEST(the_stop_wakes_all_and_leaves_who_hangs)
{
	struct aside *a = start();
	struct errand errands[ERRANDS];
	struct http_park parks[ERRANDS];
	int64_t begin;

	for (int i = 0; i < ERRANDS; i++) {
		http_park_init(&parks[i], NULL);
		errand_init(&errands[i], run_until_told, count_free);
		ck_assert_int_eq(
		    aside_submit(a, ASIDE_INSIDE, &errands[i], &parks[i]), 0);
	}
	sem_wait(&begun);
	begin = clock_now();
	aside_stop(a);
	aside_stop(a);
	ck_assert_int_lt(clock_now() - begin, 20 * NS_PER_S);
	ck_assert(aside_is_stopping(a));
	for (int i = 0; i < ERRANDS; i++) {
		ck_assert(parks[i].woken);
		ck_assert(!aside_is_done(a, &errands[i]));
		aside_leave(a, &errands[i]);
	}
	ck_assert_int_eq(freed, ERRANDS - 1);
	errand_init(&errands[1], run_quickly, count_free);
	ck_assert_int_eq(
	    aside_submit(a, ASIDE_OUTSIDE, &errands[1], &parks[1]), -EPIPE);
	/* Left behind, it still finds all that it uses. */
	aside_free(a);
	sem_post(&go_on);
	begin = clock_now();
	while (atomic_load(&freed) < ERRANDS)
		ck_assert(clock_now() < begin + 30 * NS_PER_S);
}
END_TEST

UNIT_MAIN("api_aside", lanes_do_not_wait_for_each_other,
    who_leaves_first_frees_nothing_that_runs,
    the_stop_wakes_all_and_leaves_who_hangs)
