#include "base/clock.h"

#include <limits.h>

#include "base/compiler.h"

static struct timespec
clock_read(clockid_t id)
{
	struct timespec ts;

	BUG_ON(clock_gettime(id, &ts) != 0);
	return ts;
}

int64_t
clock_now(void)
{
	struct timespec ts = clock_read(CLOCK_MONOTONIC);

	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
clock_add(int64_t start, int64_t ns)
{
	int64_t sum;

	if (ns <= 0)
		return start;
	return __builtin_add_overflow(start, ns, &sum) ? CLOCK_NEVER : sum;
}

int64_t
clock_after(int64_t ns)
{
	return clock_add(clock_now(), ns);
}

int
clock_poll_timeout(int64_t deadline)
{
	int64_t now, ms;

	if (deadline == CLOCK_NEVER)
		return -1;
	now = clock_now();
	if (deadline <= now)
		return 0;
	/* Up, so that poll never wakes just before the deadline and spins. */
	ms = (deadline - now - 1) / NS_PER_MS + 1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

struct timespec
clock_timespec(int64_t deadline)
{
	if (deadline < 0)
		deadline = 0;
	return (struct timespec){
		.tv_sec = deadline / NS_PER_S,
		.tv_nsec = deadline % NS_PER_S,
	};
}

int64_t
clock_unix_seconds(void)
{
	return clock_read(CLOCK_REALTIME).tv_sec;
}
