#include "daemon/signal_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/compiler.h"
#include "system/fdio.h"
#include "thread/thread.h"

static bool
is_end_signal(int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
}

static void *
watch_main(void *arg)
{
	struct signal_watch *w = arg;
	struct pollfd fds[] = { { w->signal_fd, POLLIN, 0 },
		{ w->done_fd, POLLIN, 0 } };

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents != 0)
			return NULL;
		if (fds[0].revents == 0 || !is_end_signal(w->signal_fd))
			continue;
		w->heard = true;
		w->fn(w->arg);
		return NULL;
	}
}

void
signal_watch_start(
    struct signal_watch *w, int signal_fd, void (*fn)(void *arg), void *arg)
{
	w->signal_fd = signal_fd;
	w->fn = fn;
	w->arg = arg;
	w->started = false;
	w->heard = false;
	w->done_fd = eventfd(0, EFD_CLOEXEC);
	if (signal_fd < 0 || w->done_fd < 0)
		return;
	w->started = thread_start(&w->thread, watch_main, w, "signals") == 0;
}

void
signal_watch_stop(struct signal_watch *w)
{
	if (w->started) {
		int rc = eventfd_write(w->done_fd, 1);

		BUG_ON(rc != 0);
		pthread_join(w->thread, NULL);
		w->started = false;
	}
	fd_close(&w->done_fd);
}
