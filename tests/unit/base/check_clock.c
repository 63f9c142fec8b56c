/*
 * clock: arithmetic at its edges, and that a poll with the timeout wakes at
 * the deadline and not before.
 */
#include <limits.h>
#include <poll.h>

#include "base/clock.h"

#include "unit/unit.h"

static const struct add_case {
	int64_t start, ns, sum;
	const char *comment;
} add_cases[] = {
	{ 5, 7, 12, "plain" },
	{ 5, 0, 5, "nothing" },
	{ 5, -7, 5, "negative is now" },
	{ 5, INT64_MIN, 5, "most negative" },
	{ 5, INT64_MAX, CLOCK_NEVER, "never" },
	{ CLOCK_NEVER, 1, CLOCK_NEVER, "past never" },
	{ INT64_MAX - 1, 1, CLOCK_NEVER, "just never" },
	{ -5, INT64_MAX, INT64_MAX - 5, "from before zero" },
};

START_TEST(add_saturates)
{
	for (size_t i = 0; i < ARRAY_SIZE(add_cases); i++) {
		const struct add_case *c = &add_cases[i];

		ck_assert_msg(
		    clock_add(c->start, c->ns) == c->sum, "%s", c->comment);
	}
	ck_assert_int_eq(clock_after(INT64_MAX), CLOCK_NEVER);
}
END_TEST

START_TEST(now_goes_forward)
{
	int64_t last = clock_now();

	ck_assert_int_gt(last, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now(), after = clock_after(NS_PER_S);

		ck_assert_int_ge(now, last);
		ck_assert_int_ge(after, now + NS_PER_S);
		last = now;
	}
	ck_assert_int_le(clock_after(-1), clock_now());
}
END_TEST

START_TEST(poll_timeouts)
{
	ck_assert_int_eq(clock_poll_timeout(CLOCK_NEVER), -1);
	ck_assert_int_eq(clock_poll_timeout(CLOCK_NEVER - 1), INT_MAX);
	ck_assert_int_eq(clock_poll_timeout(0), 0);
	ck_assert_int_eq(clock_poll_timeout(INT64_MIN), 0);
	ck_assert_int_eq(clock_poll_timeout(clock_now()), 0);
	/* An hour away, so that a slow machine does not matter. */
	ck_assert_int_le(
	    clock_poll_timeout(clock_after(3600 * NS_PER_S)), 3600 * 1000);
	ck_assert_int_gt(
	    clock_poll_timeout(clock_after(3600 * NS_PER_S)), 3500 * 1000);
}
END_TEST

/* Rounding down would wake early, and a loop would spin until it is time. */
START_TEST(poll_wakes_after_the_deadline)
{
	for (int64_t ns = 1; ns < 5 * NS_PER_MS; ns = ns * 3 + 7) {
		int64_t deadline = clock_after(ns);
		int timeout = clock_poll_timeout(deadline);

		(void)poll(NULL, 0, timeout);
		ck_assert_int_ge(clock_now(), deadline);
	}
}
END_TEST

START_TEST(timespecs)
{
	static const int64_t deadlines[] = { 0, 1, NS_PER_S - 1, NS_PER_S,
		NS_PER_S * 1234567 + 89, CLOCK_NEVER };

	for (size_t i = 0; i < ARRAY_SIZE(deadlines); i++) {
		struct timespec ts = clock_timespec(deadlines[i]);

		ck_assert_int_ge(ts.tv_nsec, 0);
		ck_assert_int_lt(ts.tv_nsec, NS_PER_S);
		ck_assert_int_eq(
		    ts.tv_sec * NS_PER_S + ts.tv_nsec, deadlines[i]);
	}
	ck_assert_int_eq(clock_timespec(-1).tv_sec, 0);
	ck_assert_int_eq(clock_timespec(-1).tv_nsec, 0);
}
END_TEST

START_TEST(unix_seconds)
{
	int64_t before = time(NULL), now = clock_unix_seconds();

	/* time() may read a coarser clock that lags by a tick. */
	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, time(NULL) + 1);
}
END_TEST

UNIT_MAIN("clock", add_saturates, now_goes_forward, poll_timeouts,
    poll_wakes_after_the_deadline, timespecs, unix_seconds)
