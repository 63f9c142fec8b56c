/*
 * pidfile.h - a pid file that is held by a lock for the life of its process,
 * so that neither a stale file nor a reused pid ever misleads anybody.
 *
 * The lock is flock(2) on the file: it belongs to the open file description,
 * is kept over fork, and is gone the moment its last holder is, however it
 * died. The number in the file is only what is printed and signalled, and it
 * is believed only while the lock is held.
 *
 * Any thread; one owner.
 */
#ifndef SYSTEM_PIDFILE_H
#define SYSTEM_PIDFILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

struct pidfile {
	int fd; /* -1: not held */
	char *path; /* owned */
};

/*
 * Takes the lock, on a new file or on a stale one. On failure -EEXIST when
 * somebody holds it, with *ret_holder the pid that the file names (0: none
 * yet); -EINVAL when it is no pid file, which is one that is empty or holds a
 * number and a newline, and then nothing of it is touched; or another -errno.
 */
MUST_CHECK int pidfile_acquire(
    const char *path, struct pidfile *ret_pidfile, pid_t *ret_holder);

/* Writes the pid of the calling process into a held file. */
MUST_CHECK int pidfile_write(struct pidfile *p);

/* Removes the file and gives up the lock. May be repeated. */
void pidfile_release(struct pidfile *p);

/* Gives up this process's hold without removing the file (after a fork). */
void pidfile_forget(struct pidfile *p);

/*
 * Looks without changing anything: 0 and the holder's pid; -ESRCH when the
 * file is stale; -ENOENT when there is none; -EINVAL when it is no pid file;
 * another -errno.
 */
MUST_CHECK int pidfile_probe(const char *path, pid_t *ret_pid);

/*
 * Waits until nobody holds the lock any more; removes a file that is left.
 * -ETIMEDOUT when `deadline` (monotonic ns) came first. `pid` is the holder,
 * as pidfile_probe gave it.
 */
MUST_CHECK int
pidfile_wait_released(const char *path, pid_t pid, int64_t deadline);

#endif
