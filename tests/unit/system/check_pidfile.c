#include "unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/pidfile.h"
#include "unit/scratch.h"

static const char *path;

static void
setup(void)
{
	path = scratch_path("server.pid");
}

static void
write_pid(long pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld\n", pid);
	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), 0600), 0);
}

START_TEST(holder_is_seen_and_released)
{
	struct pidfile p, other;
	pid_t pid = 0;

	scratch_make();
	setup();
	ck_assert_int_eq(pidfile_probe(path, &pid), -ENOENT);
	ck_assert_int_eq(pidfile_acquire(path, &p, &pid), 0);
	ck_assert_int_eq(pidfile_write(&p), 0);
	ck_assert_int_eq(pidfile_probe(path, &pid), 0);
	ck_assert_int_eq(pid, getpid());
	pid = 0;
	ck_assert_int_eq(pidfile_acquire(path, &other, &pid), -EEXIST);
	ck_assert_int_eq(pid, getpid());
	pidfile_release(&p);
	ck_assert_int_eq(pidfile_probe(path, &pid), -ENOENT);
	pidfile_release(&p); /* may be repeated */
	scratch_remove();
}
END_TEST

/* What the number says counts for nothing while nobody holds the lock. */
START_TEST(stale_files_do_not_mislead)
{
	static const long pids[] = { 1, 0, -5, 2000000000 };
	struct pidfile p;
	pid_t pid;

	scratch_make();
	setup();
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		write_pid(pids[i]);
		ck_assert_int_eq(pidfile_probe(path, &pid), -ESRCH);
		ck_assert_int_eq(pidfile_acquire(path, &p, &pid), 0);
		pidfile_release(&p);
	}
	ck_assert_int_eq(pidfile_probe("/none/where", &pid), -ENOENT);
	ck_assert_int_ne(pidfile_acquire("/none/where", &p, &pid), 0);
	scratch_remove();
}
END_TEST

/* A file that was put in its place since is not ours to remove. */
START_TEST(release_leaves_a_strangers_file)
{
	struct pidfile p;
	pid_t pid;

	scratch_make();
	setup();
	ck_assert_int_eq(pidfile_acquire(path, &p, &pid), 0);
	write_pid(1);
	pidfile_release(&p);
	ck_assert_int_eq(access(path, F_OK), 0);
	scratch_remove();
}
END_TEST

/* A child that holds the lock until it reads from the pipe or is killed. */
static pid_t
start_holder(int *ret_fd)
{
	int ready[2], gate[2];
	struct pidfile p;
	char byte;
	pid_t holder, child;

	ck_assert_int_eq(fd_pipe(ready), 0);
	ck_assert_int_eq(fd_pipe(gate), 0);
	child = fork();
	if (child == 0) {
		fd_close(&gate[1]);
		if (pidfile_acquire(path, &p, &holder) != 0 ||
		    pidfile_write(&p) != 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1 || read(gate[0], &byte, 1) < 0)
			_exit(1);
		pidfile_release(&p);
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	fd_close(&ready[0]);
	fd_close(&ready[1]);
	fd_close(&gate[0]);
	*ret_fd = gate[1];
	return child;
}

START_TEST(waiting_ends_with_the_holder)
{
	pid_t child, seen;
	int gate;

	scratch_make();
	setup();
	child = start_holder(&gate);
	ck_assert_int_eq(pidfile_probe(path, &seen), 0);
	ck_assert_int_eq(seen, child);
	ck_assert_int_eq(
	    pidfile_wait_released(path, child, clock_after(50 * NS_PER_MS)),
	    -ETIMEDOUT);
	fd_close(&gate); /* lets it go */
	ck_assert_int_eq(
	    pidfile_wait_released(path, child, clock_after(20 * NS_PER_S)), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	scratch_remove();
}
END_TEST

START_TEST(a_killed_holder_holds_no_more)
{
	pid_t child, seen;
	int gate;

	scratch_make();
	setup();
	child = start_holder(&gate);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(pidfile_probe(path, &seen), -ESRCH);
	ck_assert_int_eq(
	    pidfile_wait_released(path, child, clock_after(20 * NS_PER_S)), 0);
	fd_close(&gate);
	scratch_remove();
}
END_TEST

static const struct {
	const char *text;
	bool is;
	const char *comment;
} contents[] = {
	{ "", true, "empty: of a server that was ended in between" },
	{ "1\n", true, "a number and a newline" },
	{ "4194304", true, "a number" },
	{ "precious\n", false, "a text" },
	{ "1\n2\n", false, "two numbers" },
	{ "1 \n", false, "a number and a blank" },
	{ "\n", false, "a newline" },
	{ "11111111111111111111111111111111111111\n", false, "a long number" },
};

/* A mistyped name must cost nobody a file. */
START_TEST(what_is_no_pid_file_is_left_alone)
{
	struct pidfile p;
	struct buf now;
	pid_t pid;

	scratch_make();
	setup();
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		const char *text = contents[i].text;
		int rc;

		ck_assert_int_eq(
		    file_write_atomic(path, text, strlen(text), 0600), 0);
		rc = pidfile_probe(path, &pid);
		ck_assert_msg(rc == (contents[i].is ? -ESRCH : -EINVAL), "%s",
		    contents[i].comment);
		rc = pidfile_acquire(path, &p, &pid);
		ck_assert_msg(rc == (contents[i].is ? 0 : -EINVAL), "%s",
		    contents[i].comment);
		if (rc == 0) {
			pidfile_release(&p);
			continue;
		}
		ck_assert_int_eq(
		    pidfile_wait_released(path, 0, clock_now()), -EINVAL);
		buf_init(&now, 100);
		ck_assert_int_eq(file_read(path, 100, &now), 0);
		ck_assert_str_eq(now.data, text);
		buf_free(&now);
	}
	scratch_remove();
}
END_TEST

START_TEST(a_fifo_is_not_waited_for)
{
	struct pidfile p;
	pid_t pid;

	scratch_make();
	setup();
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(pidfile_probe(path, &pid), -EINVAL);
	ck_assert_int_eq(pidfile_acquire(path, &p, &pid), -EINVAL);
	ck_assert_int_eq(access(path, F_OK), 0);
	scratch_remove();
}
END_TEST

UNIT_MAIN("pidfile", holder_is_seen_and_released, stale_files_do_not_mislead,
    release_leaves_a_strangers_file, waiting_ends_with_the_holder,
    a_killed_holder_holds_no_more, what_is_no_pid_file_is_left_alone,
    a_fifo_is_not_waited_for)
