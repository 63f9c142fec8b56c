#include "daemon/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/progress.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "system/fdio.h"

enum {
	LINE_MAX_BYTES = 2048
};

/* A start that is over before shows nothing of its steps. */
#define SHOW_STEPS_AFTER (NS_PER_S / 2)

/* First byte of each line on the pipe. */
enum {
	SAYS_STEP = 'S',
	SAYS_WARNING = 'W',
	SAYS_FAILED = 'E',
	SAYS_UP = 'U'
};

void
launch_foreground(struct launch *l)
{
	l->pipe_fd = -1;
	l->child = 0;
}

/*
 * Whoever ends the command, by Ctrl-C above all, ends what it was starting.
 * Until the server is up; -ECHILD: too late.
 */
static int
die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return -errno;
	return getppid() == parent ? 0 : -ECHILD;
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
	pid_t parent = getpid();
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
	if (l->child > 0)
		return 0;
	rc = die_with_parent(parent);
	return rc != 0 ? rc : detach();
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
launch_step(struct launch *l, const char *fmt, ...)
{
	va_list ap;

	if (l->pipe_fd < 0)
		return;
	va_start(ap, fmt);
	tell(l, SAYS_STEP, fmt, ap);
	va_end(ap);
}

void
launch_warning(struct launch *l, const char *fmt, ...)
{
	va_list ap;

	if (l->pipe_fd < 0)
		return;
	va_start(ap, fmt);
	tell(l, SAYS_WARNING, fmt, ap);
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

void
launch_succeeded(struct launch *l)
{
	static const char line[] = { SAYS_UP, '\n' };

	if (l->pipe_fd < 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, 0);
	(void)!fd_write_all(l->pipe_fd, line, sizeof(line));
	fd_close(&l->pipe_fd);
}

/* ---- the parent ---- */

/* What the parent knows while it waits. */
struct listening {
	struct buf heard; /* not yet a whole line */
	struct progress progress;
	bool up;
};

/* A line that stays. */
static void
print_line(struct listening *in, const char *text)
{
	progress_hide(&in->progress);
	fprintf(stderr, "codex-api-proxy: %s\n", text);
	progress_tick(&in->progress);
}

/* Takes one line; true when it was the last word. */
static bool
hear(struct listening *in, const char *line)
{
	switch (line[0]) {
	case SAYS_UP:
		in->up = true;
		return true;
	case SAYS_FAILED:
		progress_set(&in->progress, "");
		print_line(in, line + 1);
		return true;
	case SAYS_WARNING:
		print_line(in, line + 1);
		return false;
	case SAYS_STEP:
		progress_set(&in->progress, line + 1);
		return false;
	default:
		return false;
	}
}

/* Hears all whole lines and drops them. */
static bool
hear_lines(struct listening *in)
{
	struct buf *b = &in->heard;
	char *end;

	while (b->len > 0 && (end = memchr(b->data, '\n', b->len)) != NULL) {
		*end = '\0';
		if (hear(in, b->data))
			return true;
		buf_consume(b, (size_t)(end - b->data) + 1);
	}
	return false;
}

static int64_t
wake_at(const struct listening *in, int64_t deadline)
{
	int64_t due = progress_deadline(&in->progress);

	return due < deadline ? due : deadline;
}

/* 0: something was read; -EPIPE: the end; -ETIMEDOUT. */
static int
listen_once(int fd, struct listening *in, int64_t deadline)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	ssize_t n;

	/* Below 0 when it was stopped and goes on (EINTR). */
	while (poll(&pfd, 1, clock_poll_timeout(wake_at(in, deadline))) <= 0) {
		if (clock_now() >= deadline)
			return -ETIMEDOUT;
		progress_tick(&in->progress);
	}
	n = fd_read_buf(fd, &in->heard, LINE_MAX_BYTES);
	return n > 0 || n == -EAGAIN ? 0 : -EPIPE;
}

bool
launch_wait(struct launch *l, int64_t patience)
{
	struct listening in = { .up = false };
	int rc = 0;

	buf_init(&in.heard, LIMIT_START_WORDS);
	progress_init(
	    &in.progress, STDERR_FILENO, clock_after(SHOW_STEPS_AFTER));
	while (rc == 0) {
		rc = listen_once(l->pipe_fd, &in, clock_after(patience));
		if (hear_lines(&in))
			break;
		if (rc == -ETIMEDOUT)
			print_line(
			    &in, "the server does not come up; see its log");
		else if (rc == -EPIPE)
			print_line(&in,
			    "the server ended without a word; see its log");
	}
	progress_hide(&in.progress);
	if (rc == -ETIMEDOUT)
		kill(l->child, SIGKILL);
	if (!in.up)
		(void)waitpid(l->child, NULL, 0);
	buf_free(&in.heard);
	fd_close(&l->pipe_fd);
	return in.up;
}
