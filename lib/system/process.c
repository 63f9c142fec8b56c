#include "system/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/guardian.h"
#include "system/orphans.h"
#include "system/pidfd.h"

enum {
	STACK_SIZE = 64 * 1024,
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

/* So that nobody takes it for an orphan once it is out of the table. */
static int
reap_leader(idtype_t type, id_t id, int slot, siginfo_t *ret_si)
{
	int r = wait_leader(type, id, ret_si, WEXITED | WNOWAIT);

	if (r < 0)
		return r;
	orphans_lock();
	guardian_remove(slot);
	r = wait_leader(type, id, ret_si, WEXITED);
	orphans_unlock();
	return r;
}

/* A child until it becomes another program; it shares our memory. */
struct birth {
	const struct process_spec *spec;
	const struct streams *streams;
	int slot; /* the guardian's */
	int err; /* errno of what failed */
};

/* Raw calls, since sanitizers take these for the parent's. */
static int
take_nothing(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);

	if (fd <= 0)
		return (int)fd;
	return syscall(SYS_dup3, fd, STDIN_FILENO, 0) < 0 ||
		syscall(SYS_close, fd) < 0
	    ? -1
	    : 0;
}

static int
take_streams(const struct birth *b)
{
	const struct streams *s = b->streams;

	if (b->spec->no_stdin && take_nothing() < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		if (s->theirs[i] != -1 &&
		    syscall(SYS_dup3, s->theirs[i], i, 0) < 0)
			return -errno;
	}
	return b->spec->cwd != NULL && chdir(b->spec->cwd) < 0 ? -errno : 0;
}

static void
reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i <= SIGRTMAX; i++)
		(void)sigaction(i, &standard, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * What posix_spawn does, and what it cannot: to be where the orphans of its
 * descendants go, and to be guarded from the first. While it runs, its parent's
 * thread stands still; it may do only what is async-signal-safe.
 */
static NO_SANITIZE int
be_born(void *arg)
{
	struct birth *b = arg;
	int rc;

	b->slot = guardian_add(getpid());
	rc = guardian_runs() && b->slot < 0 ? -EAGAIN : 0;
	if (rc == 0 && setpgid(0, 0) < 0)
		rc = -errno;
	orphans_keep();
	if (rc == 0)
		rc = take_streams(b);
	if (rc == 0) {
		reset_signals();
		execve(b->spec->path, b->spec->argv, b->spec->envp);
		rc = -errno;
	}
	b->err = rc;
	_exit(127);
}

/* To ThreadSanitizer clone is a fork, after which no thread may start: it notes
 * that in the child, in the memory that is ours, too. */
#ifdef __SANITIZE_THREAD__
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
#define clone __clone
#endif

static int
give_birth(struct birth *b, pid_t *ret_pid)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	sigset_t all, old;
	int rc = 0;

	if (stack == MAP_FAILED)
		return -errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	*ret_pid = clone(
	    be_born, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, b);
	if (*ret_pid < 0)
		rc = -errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	munmap(stack, STACK_SIZE);
	return rc;
}

static int
spawn(const struct process_spec *spec, const struct streams *s, pid_t *ret_pid,
    int *ret_slot)
{
	struct birth b = { .spec = spec, .streams = s, .slot = -1 };
	int rc = give_birth(&b, ret_pid);
	siginfo_t si;

	if (rc == 0 && b.err != 0)
		(void)reap_leader(P_PID, (id_t)*ret_pid, b.slot, &si);
	*ret_slot = b.slot;
	return rc != 0 ? rc : b.err;
}

/* Gets the pidfd; a child that cannot be watched is not kept. */
static int
open_pidfd(pid_t pid, int slot, int *ret_fd)
{
	siginfo_t si;
	int fd = pidfd_of(pid);

	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	kill(-pid, SIGKILL);
	(void)reap_leader(P_PID, (id_t)pid, slot, &si);
	return fd;
}

int
process_start(const struct process_spec *spec, struct process *ret_process)
{
	struct streams s;
	pid_t pid = -1;
	int pidfd = -1, slot = -1, r = 0;

	streams_init(&s);
	for (int i = spec->no_stdin ? 1 : 0; i < 3 && r == 0; i++)
		r = stream_open(&s, i);
	if (r == 0)
		r = spawn(spec, &s, &pid, &slot);
	if (r == 0)
		r = open_pidfd(pid, slot, &pidfd);
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
		.guardian_slot = slot,
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

	return wait_leader(PIDFD_IDTYPE, (id_t)p->pidfd, &si,
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
	BUG_ON(reap_leader(
		   PIDFD_IDTYPE, (id_t)p->pidfd, p->guardian_slot, &si) < 0);
	orphans_end();
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
