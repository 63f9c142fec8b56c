/* thread: a started thread has its name, and hears no signals. */
#include <signal.h>
#include <string.h>

#include "thread/thread.h"

#include "unit/unit.h"

struct seen {
	char name[32];
	sigset_t blocked;
};

static void *
look(void *arg)
{
	struct seen *seen = arg;

	pthread_sigmask(SIG_BLOCK, NULL, &seen->blocked);
	thread_name_once("a name that is far too long");
	thread_name_once("another");
	pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
	return NULL;
}

START_TEST(one_may_name_itself_and_is_deaf)
{
	struct seen seen;
	pthread_t thread;
	sigset_t mine;

	ck_assert_int_eq(thread_start(&thread, look, &seen, "x"), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_str_eq(seen.name, "a name that is ");
	ck_assert_int_eq(sigismember(&seen.blocked, SIGTERM), 1);
	ck_assert_int_eq(sigismember(&seen.blocked, SIGALRM), 1);
	pthread_sigmask(SIG_BLOCK, NULL, &mine);
	ck_assert_int_eq(sigismember(&mine, SIGTERM), 0);
}
END_TEST

static void *
wait_for_lock(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

/* Whose name is looked at lives as long as the lock is held. */
static void
check_name(const char *prefix, const char *name)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	char found[32];

	pthread_mutex_lock(&lock);
	ck_assert_int_eq(
	    thread_start(&thread, wait_for_lock, &lock, "%s-%u", prefix, 7U),
	    0);
	pthread_getname_np(thread, found, sizeof(found));
	ck_assert_str_eq(found, name);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
}

START_TEST(names_are_made_and_cut)
{
	check_name("worker", "worker-7");
	check_name("0123456789abcd", "0123456789abcd-");
}
END_TEST

UNIT_MAIN("thread", one_may_name_itself_and_is_deaf, names_are_made_and_cut)
