#include "runtime/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/fdio.h"
#include "runtime/guardian.h"

enum {
	CAPTURE_STEP = 16 * 1024,
	CAPTURE_GRACE_MS = 500 /* for a captured command that must stop */
};

/* The three streams: our ends and the child's, -1 where there is none. */
struct streams {
	int ours[3];
	int theirs[3];
};

static void
streams_init(struct streams *s)
{
	for (int i = 0; i < 3; i++)
		s->ours[i] = s->theirs[i] = -1;
}

static void
streams_close(int fds[3])
{
	for (int i = 0; i < 3; i++)
		fd_close(&fds[i]);
}

/*
 * Lifts a descriptor above 2, where the child's dup2 calls cannot overwrite
 * it before its own turn. That takes a program that was started with some of
 * the three closed, and another thread that frees a low number meanwhile.
 */
static int
lift(int *fd)
{
	int high;

	if (*fd > 2)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return -errno;
	fd_close(fd);
	*fd = high;
	return 0;
}

static int
stream_open(struct streams *s, int i)
{
	int fds[2], r;
	int mine = i == STDIN_FILENO ? 1 : 0;

	r = fd_pipe(fds);
	if (r < 0)
		return r;
	s->ours[i] = fds[mine];
	s->theirs[i] = fds[!mine];
	r = fd_set_nonblocking(s->ours[i]);
	return r < 0 ? r : lift(&s->theirs[i]);
}

/* What the child does before exec. Each returns 0 or a positive errno. */
static int
set_actions(posix_spawn_file_actions_t *fa, const struct process_spec *spec,
    const struct streams *s)
{
	int err = 0;

	if (spec->no_stdin)
		err = posix_spawn_file_actions_addopen(
		    fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	for (int i = 0; i < 3 && err == 0; i++)
		if (s->theirs[i] != -1)
			err = posix_spawn_file_actions_adddup2(
			    fa, s->theirs[i], i);
	if (err == 0 && spec->cwd != NULL)
		err = posix_spawn_file_actions_addchdir_np(fa, spec->cwd);
	return err;
}

static int
set_attributes(posix_spawnattr_t *at)
{
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(at, &none);
	if (err == 0)
		err = posix_spawnattr_setsigdefault(at, &all);
	if (err == 0) /* group 0: one of its own */
		err = posix_spawnattr_setpgroup(at, 0);
	if (err == 0)
		err = posix_spawnattr_setflags(at,
		    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
			POSIX_SPAWN_SETSIGDEF);
	return err;
}

static int
spawn(const struct process_spec *spec, const struct streams *s, pid_t *ret_pid)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int err;

	err = posix_spawn_file_actions_init(&fa);
	if (err != 0)
		return -err;
	err = posix_spawnattr_init(&at);
	if (err == 0) {
		err = set_actions(&fa, spec, s);
		if (err == 0)
			err = set_attributes(&at);
		if (err == 0)
			err = posix_spawn(ret_pid, spec->path, &fa, &at,
			    spec->argv, spec->envp);
		posix_spawnattr_destroy(&at);
	}
	posix_spawn_file_actions_destroy(&fa);
	return -err;
}

/* waitid(2) without EINTR. */
static int
wait_leader(idtype_t type, id_t id, siginfo_t *ret_si, int options)
{
	int r;

	memset(ret_si, 0, sizeof(*ret_si));
	do
		r = waitid(type, id, ret_si, options);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Gets the pidfd; a child that cannot be watched is not kept. */
static int
open_pidfd(pid_t pid, int *ret_fd)
{
	siginfo_t si;
	int fd, r;

	fd = pidfd_open(pid, 0); /* close-on-exec by itself */
	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	r = -errno;
	kill(-pid, SIGKILL);
	wait_leader(P_PID, (id_t)pid, &si, WEXITED);
	return r;
}

int
process_start(const struct process_spec *spec, struct process *ret_process)
{
	struct streams s;
	pid_t pid = -1;
	int pidfd = -1, r = 0;

	streams_init(&s);
	for (int i = spec->no_stdin ? 1 : 0; i < 3 && r == 0; i++)
		r = stream_open(&s, i);
	if (r == 0)
		r = spawn(spec, &s, &pid);
	if (r == 0)
		r = open_pidfd(pid, &pidfd);
	streams_close(s.theirs);
	if (r < 0) {
		streams_close(s.ours);
		return r;
	}
	*ret_process = (struct process){
		.pid = pid,
		.pidfd = pidfd,
		.stdin_fd = s.ours[0],
		.stdout_fd = s.ours[1],
		.stderr_fd = s.ours[2],
		.guardian_slot = guardian_add(pid),
	};
	return 0;
}

void
process_close_stdin(struct process *p)
{
	fd_close(&p->stdin_fd);
}

void
process_signal_group(struct process *p, int signo)
{
	/* The leader is not reaped yet, so the id is still ours. */
	if (p->pid > 1)
		kill(-p->pid, signo);
}

static bool
leader_exited(const struct process *p)
{
	siginfo_t si;

	return wait_leader(P_PIDFD, (id_t)p->pidfd, &si,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    si.si_pid != 0;
}

/* Waits until the leader has exited or the deadline has passed. */
static void
await_exit(const struct process *p, int64_t deadline)
{
	struct pollfd pfd = { .fd = p->pidfd, .events = POLLIN };
	int n;

	do
		n = poll(&pfd, 1, clock_poll_timeout(deadline));
	while ((n < 0 && errno == EINTR) || (n == 0 && clock_now() < deadline));
}

static struct process_status
status_of(const siginfo_t *si, bool killed)
{
	return (struct process_status){
		.signalled = si->si_code != CLD_EXITED,
		.code = si->si_status,
		.killed = killed,
	};
}

void
process_end(
    struct process *p, int64_t grace_ns, struct process_status *ret_status)
{
	bool killed = false;
	siginfo_t si;

	if (p->pid <= 1)
		return;
	fd_close(&p->stdin_fd);
	fd_close(&p->stdout_fd);
	fd_close(&p->stderr_fd);
	if (!leader_exited(p)) {
		killed = true;
		process_signal_group(p, SIGTERM);
		await_exit(p, clock_after(grace_ns));
	}
	/*
	 * The leader may still run or be a zombie; either way the group's id
	 * cannot have passed to strangers before it is reaped below.
	 */
	process_signal_group(p, SIGKILL);
	guardian_remove(p->guardian_slot);
	BUG_ON(wait_leader(P_PIDFD, (id_t)p->pidfd, &si, WEXITED) < 0);
	fd_close(&p->pidfd);
	p->pid = -1;
	p->guardian_slot = -1;
	if (ret_status != NULL)
		*ret_status = status_of(&si, killed);
}

int64_t
process_rss(pid_t pid)
{
	char path[64], text[128];
	long pages = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* statm(5): all pages, then the resident ones */
	if (sscanf(text, "%*d %ld", &pages) != 1)
		return 0;
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

void
process_obituary(
    const struct process_status *st, char out[PROCESS_OBITUARY_MAX])
{
	const char *name;

	if (!st->signalled) {
		snprintf(out, PROCESS_OBITUARY_MAX, "exit status %d", st->code);
		return;
	}
	name = sigdescr_np(st->code);
	if (name != NULL)
		snprintf(out, PROCESS_OBITUARY_MAX, "signal %d (%s)", st->code,
		    name);
	else
		snprintf(out, PROCESS_OBITUARY_MAX, "signal %d", st->code);
}

/*
 * Reads once and keeps what the cap allows. Returns the bytes read, 0 when
 * there are none now, -EPIPE at the end of the stream, -ENOMEM.
 */
static ssize_t
collect(int fd, struct buf *b)
{
	char chunk[CAPTURE_STEP];
	size_t room = b->cap - b->len;
	ssize_t n;
	int r;

	do
		n = read(fd, chunk, sizeof(chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -EPIPE;
	r = buf_append(b, chunk, (size_t)n < room ? (size_t)n : room);
	return r < 0 ? r : n;
}

/*
 * After the leader's exit: takes what it left in the pipe. Bounded by the
 * pipe's size, for a grandchild may hold the other end and write for ever.
 */
static int
collect_rest(int fd, struct buf *b)
{
	ssize_t left, n = 1;

	if (fd == -1)
		return 0;
	left = fcntl(fd, F_GETPIPE_SZ);
	while (left > 0 && n > 0) {
		n = collect(fd, b);
		left -= n;
	}
	return n == -ENOMEM ? -ENOMEM : 0;
}

static int
collect_ready(int *fd, short revents, struct buf *b)
{
	ssize_t n;

	if (revents == 0)
		return 0;
	n = collect(*fd, b);
	if (n == -EPIPE)
		fd_close(fd);
	return n == -ENOMEM ? -ENOMEM : 0;
}

/* One wait and its outcome: 1 the leader has exited, 0 go on, or -errno. */
static int
capture_step(struct process *p, int64_t deadline, int abort_fd, struct buf *out,
    struct buf *err)
{
	struct pollfd fds[4] = {
		{ .fd = p->pidfd, .events = POLLIN },
		{ .fd = abort_fd, .events = POLLIN },
		{ .fd = p->stdout_fd, .events = POLLIN },
		{ .fd = p->stderr_fd, .events = POLLIN },
	};
	int n, r;

	n = poll(fds, ARRAY_SIZE(fds), clock_poll_timeout(deadline));
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents != 0)
		return -ECANCELED;
	if (fds[0].revents != 0)
		return 1;
	/* Asked each time: a command that never pauses must end, too. */
	if (clock_now() >= deadline)
		return -ETIMEDOUT;
	r = collect_ready(&p->stdout_fd, fds[2].revents, out);
	return r < 0 ? r : collect_ready(&p->stderr_fd, fds[3].revents, err);
}

int
process_capture(const struct process_spec *spec, int64_t deadline, int abort_fd,
    struct buf *out, struct buf *err, struct process_status *ret_status)
{
	struct process_spec quiet = *spec;
	struct process_status st = { 0 };
	struct process p;
	int r;

	quiet.no_stdin = true;
	r = process_start(&quiet, &p);
	if (r < 0)
		return r;
	do
		r = capture_step(&p, deadline, abort_fd, out, err);
	while (r == 0);
	if (r > 0)
		r = collect_rest(p.stdout_fd, out);
	if (r == 0)
		r = collect_rest(p.stderr_fd, err);
	process_end(&p, CAPTURE_GRACE_MS * NS_PER_MS, &st);
	if (r == 0)
		*ret_status = st;
	return r;
}
