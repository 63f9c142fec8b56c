#include "daemon/signals.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/notify.h"

int
signals_take(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int64_t
drain_of(const struct signalfd_siginfo *info)
{
	if (info->ssi_signo != SIGTERM || info->ssi_code != SI_QUEUE ||
	    info->ssi_int <= 0)
		return SIGNALS_DRAIN_UNSAID;
	return (int64_t)(info->ssi_int - 1) * NS_PER_MS;
}

int
signals_next(int signal_fd, int64_t *ret_drain)
{
	int64_t interval = notify_watchdog_interval();
	struct pollfd pfd = { signal_fd, POLLIN, 0 };
	struct signalfd_siginfo info;

	if (poll(&pfd, 1,
		interval == 0 ? -1
			      : clock_poll_timeout(clock_after(interval))) <= 0)
		return 0;
	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	*ret_drain = drain_of(&info);
	return (int)info.ssi_signo;
}

int
signals_send_end(pid_t pid, int64_t drain)
{
	int64_t ms = drain / NS_PER_MS;
	union sigval value = { .sival_int = INT_MAX };
	int rc;

	if (ms < INT_MAX)
		value.sival_int = (int)ms + 1;
	rc = drain == SIGNALS_DRAIN_UNSAID ? kill(pid, SIGTERM)
					   : sigqueue(pid, SIGTERM, value);
	return rc == 0 ? 0 : -errno;
}
