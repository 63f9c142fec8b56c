#include "system/orphans.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "system/fdio.h"
#include "system/guardian.h"
#include "system/pidfd.h"

enum {
	LISTED = 512 /* looked at, and killed before they are waited for */
};

#define PATIENCE (NS_PER_S / 2)

static bool adopts;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
orphans_adopt(void)
{
	orphans_keep();
	adopts = true;
}

void
orphans_keep(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void
orphans_lock(void)
{
	BUG_ON(pthread_mutex_lock(&lock) != 0);
}

void
orphans_unlock(void)
{
	BUG_ON(pthread_mutex_unlock(&lock) != 0);
}

/* A file's beginning, with a NUL behind it. Bytes, or -1. */
static ssize_t
read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* proc_pid_stat(5): pid (comm) state ppid pgrp; comm may hold anything. */
static bool
read_stat(pid_t pid, pid_t *ret_parent, pid_t *ret_group)
{
	char path[64], text[512];
	const char *behind;
	int parent, group;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_text(path, text, sizeof(text)) <= 0)
		return false;
	behind = strrchr(text, ')');
	if (behind == NULL ||
	    sscanf(behind, ") %*c %d %d", &parent, &group) != 2)
		return false;
	*ret_parent = parent;
	*ret_group = group;
	return true;
}

/*
 * A child in our own group is one that process.h is about to start, which is
 * not in the table yet.
 */
static bool
is_orphan(pid_t pid, pid_t *ret_group)
{
	pid_t parent;

	return pid > 1 && !guardian_knows(pid) &&
	    read_stat(pid, &parent, ret_group) && parent == getpid() &&
	    *ret_group != getpgrp();
}

/* Of all processes, where the kernel does not list a thread's children. */
static size_t
list_all(pid_t ret_pids[LISTED])
{
	DIR *all = opendir("/proc");
	const struct dirent *e;
	pid_t pid, group;
	size_t n = 0;

	while (all != NULL && n < LISTED && (e = readdir(all)) != NULL) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (is_orphan(pid, &group))
			ret_pids[n++] = pid;
	}
	if (all != NULL)
		closedir(all);
	return n;
}

/*
 * Those that may be orphans. Whoever comes to us becomes a child of the first
 * of our threads that lives, which is main, and the kernel lists those
 * (proc_tid_children(5)). Looking at all processes takes 3 ms.
 */
static size_t
list_children(pid_t ret_pids[LISTED])
{
	char path[64], text[LISTED * 8], *at = text, *end;
	size_t n = 0;
	long pid;

	snprintf(
	    path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	if (read_text(path, text, sizeof(text)) < 0)
		return list_all(ret_pids);
	/* A number that is cut has no blank behind it. */
	while (n < LISTED && (pid = strtol(at, &end, 10)) > 0 && *end == ' ') {
		ret_pids[n++] = (pid_t)pid;
		at = end + 1;
	}
	return n;
}

/* Ours alone to reap, so that the number cannot have passed to another. */
static bool
reap(pid_t pid, int64_t deadline)
{
	int fd = pidfd_of(pid);
	siginfo_t si = { 0 };

	if (fd < 0)
		return false;
	if (fd_wait(fd, POLLIN, deadline) == 0)
		(void)waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG);
	close(fd);
	return si.si_pid == pid;
}

/* How many are gone; what they leave behind comes to us in turn. */
static unsigned
sweep(int64_t deadline)
{
	pid_t pids[LISTED], found[LISTED], group;
	size_t n = list_children(pids), n_found = 0;
	unsigned gone = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_orphan(pids[i], &group))
			continue;
		if (group > 1)
			kill(-group, SIGKILL);
		kill(pids[i], SIGKILL);
		found[n_found++] = pids[i];
	}
	for (size_t i = 0; i < n_found; i++)
		gone += reap(found[i], deadline);
	return gone;
}

void
orphans_end(void)
{
	int64_t deadline = clock_after(PATIENCE);

	if (!adopts)
		return;
	orphans_lock();
	while (sweep(deadline) > 0 && clock_now() < deadline)
		;
	orphans_unlock();
}
