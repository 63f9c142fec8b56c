#include "app/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "runtime/fdio.h"

enum {
	LINE_MAX_BYTES = 2048,
	OUTPUT_MAX = 64 * 1024
};

/* First byte of each line on the pipe. */
enum {
	SAYS_PROGRESS = 'P',
	SAYS_FAILED = 'E',
	SAYS_UP = 'U'
};

void
launch_foreground(struct launch *l)
{
	l->pipe_fd = -1;
	l->child = 0;
}

static int
detach(void)
{
	int null, rc = 0;

	if (setsid() < 0 || chdir("/") != 0)
		return -errno;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		rc = -errno;
	if (null > STDERR_FILENO)
		fd_close(&null);
	return rc;
}

int
launch_fork(struct launch *l)
{
	int fds[2], rc = fd_pipe(fds);

	if (rc != 0)
		return rc;
	fflush(NULL);
	l->child = fork();
	if (l->child < 0) {
		rc = -errno;
		fd_close(&fds[0]);
		fd_close(&fds[1]);
		return rc;
	}
	l->pipe_fd = l->child > 0 ? fds[0] : fds[1];
	fd_close(l->child > 0 ? &fds[1] : &fds[0]);
	return l->child > 0 ? 0 : detach();
}

static void tell(struct launch *l, char what, const char *fmt, va_list ap)
    PRINTF_LIKE(3, 0);

static void
tell(struct launch *l, char what, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	int n;

	line[0] = what;
	n = vsnprintf(line + 1, sizeof(line) - 2, fmt, ap);
	if (n < 0)
		return;
	n = (int)strlen(line);
	line[n] = '\n';
	/* A parent that is gone is not interested. */
	(void)!fd_write_all(l->pipe_fd, line, (size_t)n + 1);
}

void
launch_progress(struct launch *l, const char *fmt, ...)
{
	va_list ap;

	if (l->pipe_fd < 0)
		return;
	va_start(ap, fmt);
	tell(l, SAYS_PROGRESS, fmt, ap);
	va_end(ap);
}

void
launch_failed(struct launch *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (l->pipe_fd >= 0) {
		tell(l, SAYS_FAILED, fmt, ap);
	} else {
		fputs("codex-api-proxy: ", stderr);
		vfprintf(stderr, fmt, ap);
		fputc('\n', stderr);
	}
	va_end(ap);
}

static void tell_up(struct launch *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
tell_up(struct launch *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(l, SAYS_UP, fmt, ap);
	va_end(ap);
}

void
launch_succeeded(struct launch *l)
{
	if (l->pipe_fd < 0)
		return;
	tell_up(l, "%s", "");
	fd_close(&l->pipe_fd);
}

/* ---- the parent ---- */

/* Takes one line; true when it was the last word. */
static bool
hear(const char *line, bool *ret_up)
{
	switch (line[0]) {
	case SAYS_UP:
		*ret_up = true;
		return true;
	case SAYS_FAILED:
		fprintf(stderr, "codex-api-proxy: %s\n", line + 1);
		return true;
	case SAYS_PROGRESS:
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "%s\n", line + 1);
		return false;
	default:
		return false;
	}
}

/* Hears all whole lines of `b` and drops them. */
static bool
hear_lines(struct buf *b, bool *ret_up)
{
	char *end;

	while (b->len > 0 && (end = memchr(b->data, '\n', b->len)) != NULL) {
		*end = '\0';
		if (hear(b->data, ret_up))
			return true;
		buf_consume(b, (size_t)(end - b->data) + 1);
	}
	return false;
}

/* 0: something was read; -EPIPE: the end; -ETIMEDOUT. */
static int
listen_once(int fd, struct buf *b, int64_t deadline)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	ssize_t n;

	if (poll(&pfd, 1, clock_poll_timeout(deadline)) == 0)
		return -ETIMEDOUT;
	n = fd_read_buf(fd, b, LINE_MAX_BYTES);
	return n > 0 || n == -EAGAIN ? 0 : -EPIPE;
}

bool
launch_wait(struct launch *l, int64_t patience)
{
	bool up = false;
	struct buf b;
	int rc = 0;

	buf_init(&b, OUTPUT_MAX);
	while (rc == 0) {
		rc = listen_once(l->pipe_fd, &b, clock_after(patience));
		if (hear_lines(&b, &up))
			break;
		if (rc == -ETIMEDOUT)
			fputs("codex-api-proxy: the server does not come up; "
			      "see its log\n",
			    stderr);
		else if (rc == -EPIPE)
			fputs("codex-api-proxy: the server ended without a "
			      "word; see its log\n",
			    stderr);
	}
	if (rc == -ETIMEDOUT)
		kill(l->child, SIGKILL);
	if (!up)
		(void)waitpid(l->child, NULL, 0);
	buf_free(&b);
	fd_close(&l->pipe_fd);
	return up;
}
