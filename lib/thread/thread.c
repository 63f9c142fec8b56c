#include "thread/thread.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum {
	NAME_SIZE = 16 /* of the kernel, its NUL included */
};

int
thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg,
    const char *name_fmt, ...)
{
	char name[NAME_SIZE];
	sigset_t all, old;
	va_list ap;
	int err;

	va_start(ap, name_fmt);
	vsnprintf(name, sizeof(name), name_fmt, ap);
	va_end(ap);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(ret_thread, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err == 0)
		(void)pthread_setname_np(*ret_thread, name);
	return -err;
}

void
thread_name_once(const char *name)
{
	static _Thread_local bool named;
	char cut[NAME_SIZE];

	if (named)
		return;
	named = true;
	snprintf(cut, sizeof(cut), "%s", name);
	(void)pthread_setname_np(pthread_self(), cut);
}
