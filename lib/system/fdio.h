/*
 * fdio.h - small helpers on file descriptors. Any thread.
 *
 * All descriptors made here are close-on-exec. Errors are -errno; EINTR is
 * retried inside.
 */
#ifndef SYSTEM_FDIO_H
#define SYSTEM_FDIO_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Closes *fd if it is not -1 and sets it to -1. Keeps errno. */
void fd_close(int *fd);

/* pipe2(2) with O_CLOEXEC: fds[0] reads, fds[1] writes, both blocking. */
MUST_CHECK int fd_pipe(int ret_fds[2]);

MUST_CHECK int fd_set_nonblocking(int fd);

/*
 * One read(2) into the buffer, at most `max` bytes. Returns the number of
 * bytes, 0 at end of file, -EAGAIN when nothing is there, -EMSGSIZE when the
 * buffer's cap leaves no room, or another -errno.
 */
MUST_CHECK ssize_t fd_read_buf(int fd, struct buf *b, size_t max);

/*
 * Makes an eventfd readable, and takes that back. Both are safe anywhere, in
 * hooks too: they never block nor fail.
 */
void fd_wake(int eventfd);
void fd_clear_wake(int eventfd);

/* Writes all of `len` bytes to a blocking descriptor. */
MUST_CHECK int fd_write_all(int fd, const void *data, size_t len);

/*
 * Waits until one of `events` (POLLIN, POLLOUT) can be done without blocking;
 * -ETIMEDOUT when `deadline` (monotonic ns) came first.
 */
MUST_CHECK int fd_wait(int fd, short events, int64_t deadline);

/*
 * Reads a whole file of at most `max` bytes (-EFBIG over it). Never waits for
 * a writer: a FIFO is -EINVAL.
 */
MUST_CHECK int file_read(const char *path, size_t max, struct buf *out);

/*
 * Writes a file so that readers see the old contents or the new, never half:
 * a temporary file beside it, fsync, rename.
 */
MUST_CHECK int
file_write_atomic(const char *path, const void *data, size_t len, mode_t mode);

/* Creates a new file (O_EXCL) with these contents. */
MUST_CHECK int
file_create(const char *path, const void *data, size_t len, mode_t mode);

/* mkdir -p; directories that it makes get `mode`. */
MUST_CHECK int dir_make(const char *path, mode_t mode);

/* Removes a directory and what is in it, one level deep, no links followed. */
int dir_remove(const char *path);

#endif
