/* sync: waits end at a wake or at their deadline; a failed lock aborts. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "thread/sync.h"

#include "unit/unit.h"

/* One mutex and what it guards. */
struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int value;
};

static void
shared_init(struct shared *s)
{
	sync_mutex_init(&s->lock);
	sync_cond_init(&s->changed);
	s->value = 0;
}

static void
shared_destroy(struct shared *s)
{
	sync_cond_destroy(&s->changed);
	sync_mutex_destroy(&s->lock);
}

/* Takes a lock twice, which an error-checking mutex refuses. */
static void
lock_twice(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t lock;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&lock, &attr);
	sync_lock(&lock);
	sync_lock(&lock);
}

START_TEST(a_failed_lock_aborts_and_says_where)
{
	char text[600];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		lock_twice();
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert_msg(strstr(text, "check_sync.c:") != NULL, "%s", text);
}
END_TEST

/* On the wall clock the deadline would be long over. */
START_TEST(a_wait_ends_at_its_deadline_and_not_before)
{
	int64_t deadline = clock_after(30 * NS_PER_MS);
	struct shared s;

	shared_init(&s);
	sync_lock(&s.lock);
	while (sync_wait_until(&s.changed, &s.lock, deadline))
		continue;
	ck_assert_int_ge(clock_now(), deadline);
	ck_assert(!sync_wait_until(&s.changed, &s.lock, 0));
	sync_unlock(&s.lock);
	shared_destroy(&s);
}
END_TEST

/* Answers each odd value with the next even one. */
static void *
answer(void *arg)
{
	struct shared *s = arg;

	sync_lock(&s->lock);
	while (s->value < 200) {
		if (s->value % 2 == 0) {
			(void)sync_wait_until(
			    &s->changed, &s->lock, CLOCK_NEVER);
			continue;
		}
		s->value++;
		sync_broadcast(&s->changed);
	}
	sync_unlock(&s->lock);
	return NULL;
}

START_TEST(two_threads_take_turns)
{
	pthread_t thread;
	struct shared s;

	shared_init(&s);
	ck_assert_int_eq(pthread_create(&thread, NULL, answer, &s), 0);
	sync_lock(&s.lock);
	while (s.value < 200) {
		s.value++;
		sync_signal(&s.changed);
		while (s.value % 2 == 1)
			ck_assert(sync_wait_until(
			    &s.changed, &s.lock, clock_after(50 * NS_PER_S)));
	}
	sync_unlock(&s.lock);
	pthread_join(thread, NULL);
	ck_assert_int_eq(s.value, 200);
	shared_destroy(&s);
}
END_TEST

UNIT_MAIN("sync", a_failed_lock_aborts_and_says_where,
    a_wait_ends_at_its_deadline_and_not_before, two_threads_take_turns)
