/*
 * sync.h - mutexes and condition variables that work or end the program.
 *
 * A lock that fails is a fault of our own: an error of any of these aborts
 * with file and line, of sync_lock and sync_unlock the caller's. Condition
 * variables wait on the monotonic clock, so that deadlines are those of
 * clock.h.
 *
 * Life cycle: the init of each, and its destroy when nobody holds or waits
 * for it any more. Any thread. Which fields a lock guards stands where it is
 * declared.
 */
#ifndef THREAD_SYNC_H
#define THREAD_SYNC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

void sync_mutex_init(pthread_mutex_t *mutex);
void sync_mutex_destroy(pthread_mutex_t *mutex);
void sync_cond_init(pthread_cond_t *cond);
void sync_cond_destroy(pthread_cond_t *cond);

/* Not recursive: who holds it must not take it again. */
#define sync_lock(mutex) sync_lock_at(mutex, __FILE__, __LINE__)
#define sync_unlock(mutex) sync_unlock_at(mutex, __FILE__, __LINE__)

/* Wakes one of those that wait, or all; with the lock held or not. */
void sync_signal(pthread_cond_t *cond);
void sync_broadcast(pthread_cond_t *cond);

/*
 * With `mutex` held, which is let go of meanwhile: waits until woken or until
 * `deadline` (CLOCK_NEVER: without one). False when the deadline has come.
 * May wake for no reason, so that it stands in a loop on what is waited for.
 */
bool
sync_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline);

/* What the macros above call. */
void sync_lock_at(pthread_mutex_t *mutex, const char *file, int line);
void sync_unlock_at(pthread_mutex_t *mutex, const char *file, int line);

#endif
