#include "unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/process.h"
#include "unit/child.h"
#include "unit/scratch.h"

START_TEST(three_streams)
{
	size_t before = open_fds();
	struct process p = start("read x; echo \"out $x\"; echo err >&2; cat");
	struct process_status st;

	ck_assert_int_ne(fcntl(p.stdin_fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(p.stdout_fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(p.stderr_fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fd_write_all(p.stdin_fd, "hey\nrest", 8), 0);
	process_close_stdin(&p);
	ck_assert_int_eq(p.stdin_fd, -1);
	process_close_stdin(&p);
	expect(p.stdout_fd, "out hey\nrest");
	expect(p.stderr_fd, "err\n");
	await(p.pidfd);
	process_end(&p, 0, &st);
	ck_assert(!st.signalled && !st.killed);
	ck_assert_int_eq(st.code, 0);
	ck_assert_int_eq(p.pid, -1);
	process_end(&p, 0, &st);
	process_signal_group(&p, SIGKILL);
	ck_assert_uint_eq(open_fds(), before);
	no_child_left();
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	const char *script; /* says "x" when it is ready */
	bool wait;          /* for its end, before process_end */
	int64_t grace_ms;
	bool signalled;
	int code;
	bool killed;
	const char *obituary;
} ends[] = {
	{ "success", "echo x", true, 0, false, 0, false, "exit status 0" },
	{ "failure", "echo x; exit 7", true, 0, false, 7, false,
	  "exit status 7" },
	{ "crash", "echo x; kill -SEGV $$", true, 0, true, SIGSEGV, false,
	  "signal 11 (Segmentation fault)" },
	{ "a signal without a name", "echo x; kill -40 $$", true, 0, true, 40,
	  false, "signal 40" },
	{ "dies of TERM", "echo x; exec sleep 99", false, 5000, true, SIGTERM,
	  true, "signal 15 (Terminated)" },
	{ "exits on TERM",
	  "trap 'exit 3' TERM; echo x; while :; do sleep 99 & wait; done",
	  false, 5000, false, 3, true, "exit status 3" },
	{ "ignores TERM", "trap '' TERM; echo x; exec sleep 99", false, 50,
	  true, SIGKILL, true, "signal 9 (Killed)" },
	{ "no grace", "trap '' TERM; echo x; exec sleep 99", false, 0,
	  true, SIGKILL, true, "signal 9 (Killed)" },
};
/* clang-format on */

static void
check_end(size_t i)
{
	char text[PROCESS_OBITUARY_MAX];
	struct process p = start(ends[i].script);
	struct process_status st;
	int64_t begin;

	expect(p.stdout_fd, "x\n");
	if (ends[i].wait)
		await(p.pidfd);
	begin = clock_now();
	process_end(&p, ends[i].grace_ms * NS_PER_MS, &st);
	if (ends[i].code == SIGKILL)
		ck_assert_int_ge(
		    clock_now() - begin, ends[i].grace_ms * NS_PER_MS);
	process_obituary(&st, text);
	ck_assert_msg(strcmp(text, ends[i].obituary) == 0, "%s: %s",
	    ends[i].comment, text);
	ck_assert_int_eq(st.signalled, ends[i].signalled);
	ck_assert_int_eq(st.code, ends[i].code);
	ck_assert_int_eq(st.killed, ends[i].killed);
	no_child_left();
}

START_TEST(end_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		check_end(i);
}
END_TEST

START_TEST(end_of_a_stopped_child)
{
	struct process p = start("kill -STOP $$; exit 1");
	struct process_status st;
	siginfo_t si;

	ck_assert_int_eq(
	    waitid(PIDFD_IDTYPE, (id_t)p.pidfd, &si, WSTOPPED | WNOWAIT), 0);
	process_end(&p, 20 * NS_PER_MS, &st);
	ck_assert(st.signalled && st.killed);
	ck_assert_int_eq(st.code, SIGKILL);
}
END_TEST

static void
check_start_error(const struct process_spec *spec, int error)
{
	size_t before = open_fds();
	struct process p = { .pid = -7 };
	int r = process_start(spec, &p);

	ck_assert_msg(r == error, "%s: %d", spec->path, r);
	ck_assert_int_eq(p.pid, -7);
	ck_assert_uint_eq(open_fds(), before);
	no_child_left();
}

START_TEST(start_errors_leave_nothing)
{
	struct process_spec spec = shell("exit 0");
	const char *plain;

	scratch_make();
	plain = scratch_path("plain");
	ck_assert_int_eq(file_create(plain, "#!/bin/sh\n", 10, 0600), 0);
	spec.cwd = "/no such directory";
	check_start_error(&spec, -ENOENT);
	spec.cwd = plain;
	check_start_error(&spec, -ENOTDIR);
	spec.cwd = NULL;
	spec.path = "/no such program";
	check_start_error(&spec, -ENOENT);
	spec.path = plain;
	check_start_error(&spec, -EACCES);
	ck_assert_int_eq(chmod(plain, 0700), 0);
	ck_assert_int_eq(file_write_atomic(plain, "\1\2\3", 3, 0700), 0);
	check_start_error(&spec, -ENOEXEC);
	scratch_remove();
}
END_TEST

/* The line of /proc/PID/status that starts with `key`, as a number. */
static unsigned long
status_mask(pid_t pid, const char *key)
{
	char path[64];
	const char *line;
	unsigned long mask;
	struct buf b;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	buf_init(&b, 1 << 16);
	ck_assert_int_eq(file_read(path, 1 << 16, &b), 0);
	line = strstr(b.data, key);
	ck_assert_ptr_nonnull(line);
	mask = strtoul(line + strlen(key), NULL, 16);
	buf_free(&b);
	return mask;
}

/* Fails unless 0, 1 and 2 are all that is open. */
static void
check_three_fds(pid_t pid)
{
	unsigned long fd, seen = 0;
	struct dirent *de;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((de = readdir(dir)) != NULL) {
		if (de->d_name[0] == '.')
			continue;
		fd = strtoul(de->d_name, NULL, 10);
		ck_assert_uint_le(fd, 2);
		seen |= 1UL << fd;
	}
	closedir(dir);
	ck_assert_uint_eq(seen, 7);
}

START_TEST(child_inherits_nothing)
{
	static char cat[] = "cat";
	char *const no_env[] = { NULL };
	char *const argv[] = { cat, NULL };
	struct process_spec spec = {
		.path = "/bin/cat",
		.argv = argv,
		.envp = no_env,
	};
	struct process p;
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGRTMIN + 3, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Only for what Check and those before it left open. */
	ck_assert_int_eq(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), 0);
	ck_assert_int_eq(process_start(&spec, &p), 0);
	ck_assert_int_eq(fd_write_all(p.stdin_fd, "x", 1), 0);
	expect(p.stdout_fd, "x"); /* now it is past its start */
	ck_assert_uint_eq(status_mask(p.pid, "SigBlk:"), 0);
	/* glibc lets a spawned child ignore its own internal signals. */
	ck_assert_uint_eq(
	    status_mask(p.pid, "SigIgn:") & ~(3UL << (32 - 1)), 0);
	ck_assert_int_eq(getpgid(p.pid), p.pid);
	check_three_fds(p.pid);
	process_end(&p, SECONDS(5), NULL);
}
END_TEST

START_TEST(environment_and_directory)
{
	struct process_spec spec = shell("echo $A; pwd; env | grep -c ^HOME=");
	struct process p;

	setenv("HOME", "/somewhere", 1);
	spec.cwd = "/usr";
	ck_assert_int_eq(process_start(&spec, &p), 0);
	expect(p.stdout_fd, "1\n/usr\n0\n");
	process_end(&p, SECONDS(5), NULL);
}
END_TEST

/* Whatever of 0, 1, 2 is free in the parent, the child gets its three. */
START_TEST(low_descriptors)
{
	int saved[3];
	bool good[8];

	for (int i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
	for (int closed = 0; closed < 8; closed++) {
		struct process_spec spec = shell("cat; echo e >&2");
		struct buf out, err;
		struct process p;

		buf_init(&out, 64);
		buf_init(&err, 64);
		for (int i = 0; i < 3; i++)
			if (closed & 1 << i)
				close(i);
		/* Nothing can be reported before all is back. */
		good[closed] = process_start(&spec, &p) == 0 &&
		    fd_write_all(p.stdin_fd, "in", 2) == 0;
		process_close_stdin(&p);
		for (struct pollfd pfd = { p.pidfd, POLLIN, 0 };
		     poll(&pfd, 1, 5000) < 0;)
			;
		good[closed] = good[closed] &&
		    fd_read_buf(p.stdout_fd, &out, 64) == 2 &&
		    memcmp(out.data, "in", 2) == 0 &&
		    fd_read_buf(p.stderr_fd, &err, 64) == 2 &&
		    memcmp(err.data, "e\n", 2) == 0;
		process_end(&p, 0, NULL);
		for (int i = 0; i < 3; i++)
			dup2(saved[i], i);
		buf_free(&out);
		buf_free(&err);
	}
	for (int closed = 0; closed < 8; closed++)
		ck_assert_msg(good[closed], "closed: mask %d", closed);
}
END_TEST

START_TEST(no_stdin_reads_nothing)
{
	struct process_spec spec = shell("cat; echo end");
	struct process p;

	spec.no_stdin = true;
	ck_assert_int_eq(process_start(&spec, &p), 0);
	ck_assert_int_eq(p.stdin_fd, -1);
	expect(p.stdout_fd, "end\n");
	process_end(&p, SECONDS(5), NULL);
}
END_TEST

/* A helper that outlives the leader, holds stdout and ignores TERM. */
#define LINGERER "(trap '' TERM; exec sleep 99) & echo $!; "

START_TEST(end_reaches_grandchildren)
{
	static const char *const scripts[] = {
		LINGERER "exit 3",
		LINGERER "exec sleep 99",
		LINGERER "trap '' TERM; while :; do sleep 99; done",
	};
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct process p = start(scripts[i]);
		int helper = expect_pidfd(p.stdout_fd);
		int64_t begin;

		if (i == 0)
			await(p.pidfd);
		begin = clock_now();
		process_end(&p, 200 * NS_PER_MS, NULL);
		ck_assert_int_lt(clock_now() - begin, SECONDS(5));
		await(helper);
		close(helper);
	}
}
END_TEST

START_TEST(signal_reaches_the_group)
{
	struct process p = start("sleep 99 & echo $!; sleep 99");
	int helper = expect_pidfd(p.stdout_fd);

	process_signal_group(&p, SIGINT);
	process_signal_group(&p, SIGTERM);
	await(p.pidfd);
	await(helper);
	close(helper);
	process_signal_group(&p, SIGTERM); /* a zombie: harmless */
	process_end(&p, 0, NULL);
}
END_TEST

START_TEST(process_as_a_descriptor)
{
	struct process p = start("exec sleep 99");
	pid_t pid = p.pid;
	int fd = pidfd_of(pid);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	process_end(&p, 0, NULL);
	await(fd);
	close(fd);
	ck_assert_int_eq(pidfd_of(pid), -ESRCH);
	ck_assert_int_eq(pidfd_of(-1), -EINVAL);
}
END_TEST

START_TEST(resident_memory)
{
	struct process p = start("exec sleep 99");
	pid_t pid = p.pid;

	ck_assert_int_gt(process_rss(getpid()), 4096);
	ck_assert_int_lt(process_rss(getpid()), (int64_t)1 << 40);
	ck_assert_int_gt(process_rss(pid), 0);
	process_end(&p, 0, NULL);
	ck_assert_int_eq(process_rss(pid), 0); /* it is no more */
	ck_assert_int_eq(process_rss(-1), 0);
	no_child_left();
}
END_TEST

UNIT_MAIN("process", three_streams, end_table, end_of_a_stopped_child,
    start_errors_leave_nothing, child_inherits_nothing,
    environment_and_directory, low_descriptors, no_stdin_reads_nothing,
    end_reaches_grandchildren, signal_reaches_the_group,
    process_as_a_descriptor, resident_memory)
