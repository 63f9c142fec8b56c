/*
 * clock.h - time on the monotonic clock, and deadlines.
 *
 * All times and deadlines of the program are int64_t nanoseconds of
 * CLOCK_MONOTONIC; wall-clock time is only for what people read.
 * CLOCK_NEVER is the deadline that never comes. Any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER INT64_MAX
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* Now, in nanoseconds of the monotonic clock. */
int64_t clock_now(void);

/* `ns` from now, saturating at CLOCK_NEVER; 0 or less is now. */
int64_t clock_after(int64_t ns);

/* The same, counted from `start` instead of now. */
int64_t clock_add(int64_t start, int64_t ns);

/* Which of two comes first. */
static inline int64_t
clock_first(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * The timeout for poll(2) or epoll_wait(2) that wakes at `deadline`:
 * milliseconds rounded up, 0 when it has passed, -1 for CLOCK_NEVER.
 */
int clock_poll_timeout(int64_t deadline);

/* The deadline as an absolute timespec of CLOCK_MONOTONIC. */
struct timespec clock_timespec(int64_t deadline);

/* Seconds since the Unix epoch, wall clock. */
int64_t clock_unix_seconds(void);

#endif
