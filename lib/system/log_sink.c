#include "system/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

/* Between asking and writing nobody of ours may take the room. */
static pthread_mutex_t ask_lock = PTHREAD_MUTEX_INITIALIZER;

static int
open_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(
	    path, O_WRONLY | O_NONBLOCK | O_APPEND | O_NOCTTY | O_CLOEXEC);
}

void
log_sink_open(struct log_sink *s, int fd)
{
	struct stat st;

	*s = (struct log_sink)LOG_SINK_INIT(fd);
	if (fstat(fd, &st) != 0)
		return;
	if (S_ISSOCK(st.st_mode)) {
		s->way = LOG_SINK_SOCKET;
		return;
	}
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return;
	if (S_ISFIFO(st.st_mode))
		(void)fcntl(fd, F_SETPIPE_SZ, (int)LIMIT_LOG_PIPE);
	s->own = open_anew(fd);
	if (s->own >= 0)
		s->fd = s->own;
	else
		s->way = LOG_SINK_ASK;
}

void
log_sink_close(struct log_sink *s)
{
	if (s->own >= 0)
		(void)close(s->own);
	s->own = -1;
}

/* One piece that a pipe which takes anything takes whole. */
static ssize_t
write_asking(int fd, const char *data, size_t len)
{
	struct pollfd pfd = { fd, POLLOUT, 0 };
	int n = poll(&pfd, 1, 0);

	if (n < 0)
		return -1;
	if (n == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, data, len < PIPE_BUF ? len : PIPE_BUF);
}

static ssize_t
write_all_asking(int fd, const char *data, size_t len)
{
	size_t done = 0;
	ssize_t n = 0;

	BUG_ON(pthread_mutex_lock(&ask_lock) != 0);
	while (done < len && n >= 0) {
		n = write_asking(fd, data + done, len - done);
		if (n > 0)
			done += (size_t)n;
	}
	BUG_ON(pthread_mutex_unlock(&ask_lock) != 0);
	return done > 0 ? (ssize_t)done : n;
}

static ssize_t
write_once(const struct log_sink *s, const char *data, size_t len)
{
	switch (s->way) {
	case LOG_SINK_SOCKET:
		return send(s->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	case LOG_SINK_ASK:
		return write_all_asking(s->fd, data, len);
	case LOG_SINK_PLAIN:
		break;
	}
	return write(s->fd, data, len);
}

ssize_t
log_sink_write(const struct log_sink *s, const char *data, size_t len)
{
	ssize_t n;

	do
		n = write_once(s, data, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}
