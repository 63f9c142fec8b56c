#include "system/guardian.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/fdio.h"

/* What both processes see. A slot that is 0 is free. */
struct guardian_table {
	_Atomic pid_t groups[GUARDIAN_SLOTS];
};

static struct guardian_table *table; /* NULL: no guardian */
static pid_t guardian_pid = -1;
static int lifeline_fd = -1; /* never written to; its closing is the news */
static _Atomic unsigned next_slot; /* where a free slot is likely */

static void
kill_all_groups(void)
{
	pid_t group;

	for (size_t i = 0; i < GUARDIAN_SLOTS; i++) {
		group = atomic_load(&table->groups[i]);
		if (group > 1)
			kill(-group, SIGKILL);
	}
}

/*
 * The guardian process, born with all signals blocked. It only makes
 * async-signal-safe calls.
 */
static NORETURN void
guard(int fd)
{
	ssize_t n;
	char byte;

	setsid();
	prctl(PR_SET_NAME, "codex-guardian");
	if (dup2(fd, 0) < 0 || chdir("/") < 0)
		_exit(1);
	closefrom(1);
	do
		n = read(0, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
	kill_all_groups();
	_exit(0);
}

/*
 * Blocking is stronger than ignoring: it holds for every signal that a
 * terminal or a service manager may send, SIGTSTP included. And it is done
 * before the fork, so that there is no moment in which one could strike.
 */
static int
fork_guardian(void)
{
	sigset_t all, old;
	int fds[2], r;
	pid_t pid;

	r = fd_pipe(fds);
	if (r < 0)
		return r;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		guard(fds[0]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid < 0) {
		r = -errno;
		fd_close(&fds[1]);
	} else {
		guardian_pid = pid;
		lifeline_fd = fds[1];
	}
	fd_close(&fds[0]);
	return r;
}

int
guardian_start(void)
{
	void *p;
	int r;

	BUG_ON(table != NULL);
	p = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	table = p;
	r = fork_guardian();
	if (r < 0) {
		munmap(p, sizeof(*table));
		table = NULL;
	}
	return r;
}

int
guardian_add(pid_t group)
{
	unsigned start;
	pid_t expected;

	if (table == NULL)
		return -1;
	BUG_ON(group <= 1); /* kill(-1) would reach everything we own */
	start = atomic_fetch_add(&next_slot, 1);
	for (unsigned i = 0; i < GUARDIAN_SLOTS; i++) {
		unsigned slot = (start + i) % GUARDIAN_SLOTS;

		expected = 0;
		if (atomic_compare_exchange_strong(
			&table->groups[slot], &expected, group))
			return (int)slot;
	}
	return -1;
}

bool
guardian_runs(void)
{
	return table != NULL;
}

bool
guardian_knows(pid_t pid)
{
	if (pid == guardian_pid)
		return true;
	for (size_t i = 0; table != NULL && i < GUARDIAN_SLOTS; i++) {
		if (atomic_load(&table->groups[i]) == pid)
			return true;
	}
	return false;
}

void
guardian_remove(int slot)
{
	if (table == NULL || slot < 0)
		return;
	BUG_ON(slot >= GUARDIAN_SLOTS);
	atomic_store(&table->groups[slot], 0);
}

void
guardian_stop(void)
{
	if (table == NULL)
		return;
	fd_close(&lifeline_fd);
	while (waitpid(guardian_pid, NULL, 0) < 0 && errno == EINTR)
		;
	guardian_pid = -1;
	munmap(table, sizeof(*table));
	table = NULL;
}
