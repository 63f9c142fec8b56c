#include "unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/fdio.h"
#include "runtime/pidfile.h"
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

UNIT_MAIN("pidfile", holder_is_seen_and_released, stale_files_do_not_mislead,
    release_leaves_a_strangers_file, waiting_ends_with_the_holder,
    a_killed_holder_holds_no_more)
