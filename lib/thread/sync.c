#include "thread/sync.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

void
sync_mutex_init(pthread_mutex_t *mutex)
{
	BUG_ON(pthread_mutex_init(mutex, NULL) != 0);
}

void
sync_mutex_destroy(pthread_mutex_t *mutex)
{
	BUG_ON(pthread_mutex_destroy(mutex) != 0);
}

void
sync_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	BUG_ON(pthread_condattr_init(&attr) != 0);
	BUG_ON(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0);
	BUG_ON(pthread_cond_init(cond, &attr) != 0);
	pthread_condattr_destroy(&attr);
}

void
sync_cond_destroy(pthread_cond_t *cond)
{
	BUG_ON(pthread_cond_destroy(cond) != 0);
}

void
sync_lock_at(pthread_mutex_t *mutex, const char *file, int line)
{
	int err = pthread_mutex_lock(mutex);

	if (err != 0)
		bug(file, line, strerror(err));
}

void
sync_unlock_at(pthread_mutex_t *mutex, const char *file, int line)
{
	int err = pthread_mutex_unlock(mutex);

	if (err != 0)
		bug(file, line, strerror(err));
}

void
sync_signal(pthread_cond_t *cond)
{
	BUG_ON(pthread_cond_signal(cond) != 0);
}

void
sync_broadcast(pthread_cond_t *cond)
{
	BUG_ON(pthread_cond_broadcast(cond) != 0);
}

bool
sync_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline)
{
	struct timespec ts = clock_timespec(deadline);
	int err = pthread_cond_timedwait(cond, mutex, &ts);

	BUG_ON(err != 0 && err != ETIMEDOUT);
	return err == 0;
}
