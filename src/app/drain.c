#include "app/drain.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "runtime/fdio.h"

/* For engines to end what was cancelled, and slow clients to take it. */
#define CANCEL_PATIENCE (5 * NS_PER_S)
#define DELIVERY_PATIENCE (5 * NS_PER_S)

/* Listens for the second signal while main waits on condition variables. */
struct impatience {
	int signal_fd;
	int done_fd; /* eventfd: the drain is over */
	pthread_t thread;
	bool started;
};

static bool
is_end_signal(int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
}

/* The guardian ends the children when we are gone. */
static void *
impatience_main(void *arg)
{
	struct impatience *i = arg;
	struct pollfd fds[] = { { i->signal_fd, POLLIN, 0 },
		{ i->done_fd, POLLIN, 0 } };

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents != 0)
			return NULL;
		if (fds[0].revents == 0 || !is_end_signal(i->signal_fd))
			continue;
		log_warning("second signal: ending at once");
		_exit(EXIT_FAILURE);
	}
}

static void
impatience_start(struct impatience *i, int signal_fd)
{
	i->signal_fd = signal_fd;
	i->started = false;
	i->done_fd = eventfd(0, EFD_CLOEXEC);
	if (signal_fd < 0 || i->done_fd < 0)
		return;
	i->started = pthread_create(&i->thread, NULL, impatience_main, i) == 0;
}

static void
impatience_stop(struct impatience *i)
{
	uint64_t one = 1;

	if (i->started) {
		ssize_t n = write(i->done_fd, &one, sizeof(one));

		BUG_ON(n != sizeof(one));
		pthread_join(i->thread, NULL);
	}
	fd_close(&i->done_fd);
}

static void
drain_jobs(struct parts *p)
{
	if (p->http != NULL)
		http_server_drain(p->http);
	dispatch_refuse(p->dispatch); /* 1 */
	if (!dispatch_wait(
		p->dispatch, clock_after(p->settings->drain))) { /* 2 */
		log_warning("drain: --drain-seconds are over, ending the "
			    "requests that still run");
		dispatch_cancel_all(p->dispatch, JOB_CANCEL_DRAIN); /* 3 */
		if (!dispatch_wait(p->dispatch, clock_after(CANCEL_PATIENCE)))
			log_error("drain: a request does not end");
	}
}

void
drain_parts(struct parts *p)
{
	struct impatience impatience;

	impatience_start(&impatience, p->signal_fd);
	if (p->dispatch != NULL)
		drain_jobs(p);
	if (p->http != NULL) {
		if (!http_server_wait(
			p->http, clock_after(DELIVERY_PATIENCE))) /* 4 */
			log_warning("drain: cutting clients that do not take "
				    "their answer");
		http_server_stop(p->http); /* 5 */
	}
	if (p->dispatch != NULL)
		dispatch_stop(p->dispatch); /* 6 */
	if (p->watch != NULL)
		watch_stop(p->watch);
	stats_free(p->stats);
	key_ring_free(p->keys);
	impatience_stop(&impatience);
	log_info("stopped");
}
