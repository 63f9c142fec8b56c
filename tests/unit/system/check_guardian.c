#include "unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "system/fdio.h"
#include "system/guardian.h"
#include "system/process.h"

enum {
	PATIENCE_S = 5
};

/* No process can have such an id: killing it harms nobody. */
enum {
	FAKE_GROUP = 1 << 30
};

static char sh[] = "sh", opt[] = "-c";
static char family[] = "sleep 99 & sleep 99 & echo x; wait";
static char *const family_argv[] = { sh, opt, family, NULL };
static char *const no_env[] = { NULL };

/* Starts a shell with helpers and waits until they are there. */
static struct process
start_family(void)
{
	const struct process_spec spec = {
		.path = "/bin/sh",
		.argv = family_argv,
		.envp = no_env,
	};
	struct process p;
	char byte;

	if (process_start(&spec, &p) < 0)
		_exit(1);
	while (read(p.stdout_fd, &byte, 1) < 0 && errno == EAGAIN)
		poll(&(struct pollfd){ p.stdout_fd, POLLIN, 0 }, 1, -1);
	return p;
}

/*
 * A process of its own that starts the guardian, does `work`, tells that it
 * is ready and waits to be killed.
 */
static pid_t
fork_owner(void (*work)(void))
{
	int fds[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(fd_pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(fds[0]);
		if (guardian_start() < 0)
			_exit(1);
		work();
		if (fd_write_all(fds[1], "x", 1) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	fd_close(&fds[1]);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	fd_close(&fds[0]);
	return pid;
}

struct deaths {
	size_t killed, terminated, exited;
};

/*
 * Reaps the next descendant: orphans come to us. The alarm ends the test
 * when none dies. False when there is none any more.
 */
static bool
reap_one(struct deaths *d)
{
	int status;

	alarm(PATIENCE_S);
	if (waitpid(-1, &status, 0) < 0) {
		ck_assert_int_eq(errno, ECHILD);
		alarm(0);
		return false;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		d->exited++;
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		d->killed++;
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM)
		d->terminated++;
	else
		ck_abort_msg("status %x", (unsigned)status);
	return true;
}

static struct deaths
reap_all(void)
{
	struct deaths d = { 0 };

	while (reap_one(&d))
		;
	return d;
}

static void
two_families(void)
{
	start_family();
	start_family();
}

START_TEST(no_child_outlives_a_killed_owner)
{
	struct deaths d;
	pid_t owner;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	owner = fork_owner(two_families);
	ck_assert_int_eq(kill(owner, SIGKILL), 0);
	d = reap_all();
	/* The owner, two shells, two helpers each. */
	ck_assert_uint_eq(d.killed, 1 + 2 * (1 + 2));
	ck_assert_uint_eq(d.exited, 1); /* the guardian, and last */
}
END_TEST

START_TEST(ended_processes_give_their_slot_back)
{
	struct process p;

	ck_assert_int_eq(guardian_start(), 0);
	for (int i = 0; i < GUARDIAN_SLOTS - 1; i++)
		ck_assert_int_ge(guardian_add(FAKE_GROUP), 0);
	for (int i = 0; i < 3; i++) {
		p = start_family();
		ck_assert_int_ge(p.guardian_slot, 0);
		ck_assert_int_eq(guardian_add(FAKE_GROUP), -1);
		process_end(&p, 0, NULL);
	}
	guardian_stop();
}
END_TEST

static void
ended_family(void)
{
	struct process p = start_family();

	process_end(&p, 0, NULL);
	/* The slot is free again, and nothing but it was touched. */
	if (guardian_add(FAKE_GROUP) < 0)
		_exit(1);
}

START_TEST(ended_children_are_forgotten)
{
	struct deaths d;
	pid_t owner;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	owner = fork_owner(ended_family);
	ck_assert_int_eq(kill(owner, SIGKILL), 0);
	d = reap_all();
	/* The leader was reaped by the owner, its helpers come to us. */
	ck_assert_uint_eq(d.killed + d.terminated, 1 + 2);
	ck_assert_uint_eq(d.exited, 1);
}
END_TEST

static int spared_fds[2];

static void
one_spared(void)
{
	struct process spared = start_family();

	start_family();
	guardian_remove(spared.guardian_slot);
	if (fd_write_all(spared_fds[1], &spared.pid, sizeof(pid_t)) < 0)
		_exit(1);
}

START_TEST(removed_groups_are_spared)
{
	struct deaths d = { 0 };
	pid_t owner, spared = 0;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(fd_pipe(spared_fds), 0);
	owner = fork_owner(one_spared);
	ck_assert_int_eq(
	    read(spared_fds[0], &spared, sizeof(spared)), sizeof(spared));
	ck_assert_int_eq(kill(owner, SIGKILL), 0);
	while (d.exited == 0) /* until the guardian has done its work */
		ck_assert(reap_one(&d));
	/* Had it been killed, this would come too late. */
	ck_assert_int_eq(kill(-spared, SIGTERM), 0);
	while (reap_one(&d))
		;
	ck_assert_uint_eq(d.killed, 1 + 3);
	ck_assert_uint_eq(d.terminated, 3);
}
END_TEST

/* Our only child, as the kernel lists it. */
static pid_t
only_child(void)
{
	struct buf b;
	char *end;
	pid_t pid;

	buf_init(&b, 4096);
	ck_assert_int_eq(file_read("/proc/thread-self/children", 4096, &b), 0);
	pid = (pid_t)strtol(b.data, &end, 10);
	ck_assert_int_gt(pid, 1);
	ck_assert_str_eq(end, " ");
	buf_free(&b);
	return pid;
}

static void
expect_line(pid_t pid, const char *file, const char *line)
{
	char path[64];
	struct buf b;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	buf_init(&b, 1 << 16);
	ck_assert_int_eq(file_read(path, 1 << 16, &b), 0);
	ck_assert_str_eq(b.data, line);
	buf_free(&b);
}

START_TEST(guardian_is_the_last_to_go)
{
	/* clang-format off */
	static const int harmless[] = {
		SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2,
		SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU,
	};
	/* clang-format on */
	pid_t guardian, group;
	int status;

	ck_assert_int_eq(guardian_start(), 0);
	guardian = only_child();
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		ck_assert_int_eq(kill(guardian, harmless[i]), 0);
	group = start_family().pid;
	guardian_stop(); /* it still does its work */
	alarm(PATIENCE_S);
	ck_assert_int_eq(waitpid(group, &status, 0), group);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(waitpid(-1, &status, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(guardian_keeps_nothing_of_ours)
{
	pid_t guardian;
	int fds[2];
	char byte;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(guardian_start(), 0);
	guardian = only_child();
	close(fds[1]);
	alarm(PATIENCE_S);
	/* The end of file comes only when the guardian's copy is closed. */
	ck_assert_int_eq(read(fds[0], &byte, 1), 0);
	expect_line(guardian, "comm", "codex-guardian\n");
	ck_assert_int_eq(getsid(guardian), guardian);
	guardian_stop();
	close(fds[0]);
}
END_TEST

START_TEST(slots_are_bounded)
{
	static bool seen[GUARDIAN_SLOTS];
	int slot;

	ck_assert_int_eq(guardian_start(), 0);
	for (int i = 0; i < GUARDIAN_SLOTS; i++) {
		slot = guardian_add(FAKE_GROUP + i);
		ck_assert_int_ge(slot, 0);
		ck_assert_int_lt(slot, GUARDIAN_SLOTS);
		ck_assert(!seen[slot]);
		seen[slot] = true;
	}
	ck_assert_int_eq(guardian_add(FAKE_GROUP), -1);
	guardian_remove(-1);
	ck_assert_int_eq(guardian_add(FAKE_GROUP), -1);
	guardian_remove(1234);
	ck_assert_int_eq(guardian_add(FAKE_GROUP), 1234);
	guardian_stop();
}
END_TEST

START_TEST(does_nothing_without_a_guardian)
{
	ck_assert_int_eq(guardian_add(getpid()), -1);
	guardian_remove(-1);
	guardian_remove(5);
	guardian_stop();
	ck_assert_int_eq(guardian_start(), 0);
	guardian_stop();
	guardian_stop();
	ck_assert_int_eq(guardian_start(), 0); /* and once more */
	guardian_stop();
}
END_TEST

static _Atomic int holders[GUARDIAN_SLOTS];

static void *
add_and_remove(void *arg)
{
	int mine[64];

	(void)arg;
	for (int round = 0; round < 500; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(mine); i++) {
			mine[i] = guardian_add(FAKE_GROUP);
			ck_assert_int_ge(mine[i], 0);
			ck_assert_int_eq(
			    atomic_fetch_add(&holders[mine[i]], 1), 0);
		}
		for (size_t i = 0; i < ARRAY_SIZE(mine); i++) {
			atomic_fetch_sub(&holders[mine[i]], 1);
			guardian_remove(mine[i]);
		}
	}
	return NULL;
}

START_TEST(stress_no_slot_is_given_twice)
{
	pthread_t threads[4];

	ck_assert_int_eq(guardian_start(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, add_and_remove, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	guardian_stop();
}
END_TEST

UNIT_MAIN("guardian", no_child_outlives_a_killed_owner,
    ended_processes_give_their_slot_back, ended_children_are_forgotten,
    removed_groups_are_spared, guardian_is_the_last_to_go,
    guardian_keeps_nothing_of_ours, slots_are_bounded,
    does_nothing_without_a_guardian, stress_no_slot_is_given_twice)
