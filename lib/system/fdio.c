#include "system/fdio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	READ_STEP = 64 * 1024
};

void
fd_close(int *fd)
{
	int saved = errno;

	/* Linux frees the descriptor even on EINTR: never try again. */
	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int
fd_pipe(int ret_fds[2])
{
	return pipe2(ret_fds, O_CLOEXEC) < 0 ? -errno : 0;
}

int
fd_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	if (flags & O_NONBLOCK)
		return 0;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

/* read(2) without EINTR, and -errno for an error. */
static ssize_t
read_some(int fd, void *data, size_t len)
{
	ssize_t n;

	do
		n = read(fd, data, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t
fd_read_buf(int fd, struct buf *b, size_t max)
{
	size_t room = b->cap - b->len;
	char *space;
	ssize_t n;
	int r;

	BUG_ON(max == 0); /* would look like the end of the file */
	if (room == 0)
		return -EMSGSIZE;
	if (max > room)
		max = room;
	r = buf_reserve(b, max, &space);
	if (r < 0)
		return r;
	n = read_some(fd, space, max);
	if (n > 0)
		buf_commit(b, (size_t)n);
	return n;
}

void
fd_wake(int eventfd)
{
	uint64_t one = 1;
	ssize_t n = write(eventfd, &one, sizeof(one));

	(void)n; /* a counter at its limit is readable all the same */
}

void
fd_clear_wake(int eventfd)
{
	uint64_t count;
	ssize_t n = read(eventfd, &count, sizeof(count));

	(void)n; /* -EAGAIN: nothing was there */
}

int
fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
fd_wait(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { fd, events, 0 };
	int n;

	do
		n = poll(&pfd, 1, clock_poll_timeout(deadline));
	while (n < 0 && errno == EINTR);
	return n == 0 ? -ETIMEDOUT : n < 0 ? -errno : 0;
}

/* Reads to the end of the file; -EMSGSIZE when it does not fit. */
static int
read_to_end(int fd, struct buf *b)
{
	ssize_t n;

	do
		n = fd_read_buf(fd, b, READ_STEP);
	while (n > 0);
	return (int)n;
}

static bool
is_fifo(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

int
file_read(const char *path, size_t max, struct buf *out)
{
	struct buf b;
	int fd, r;

	/* A FIFO would have us wait, in open or in read, for whoever writes. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (is_fifo(fd)) {
		fd_close(&fd);
		return -EINVAL;
	}
	/* One byte more than allowed tells a full file from a longer one. */
	buf_init(&b, max < SIZE_MAX ? max + 1 : max);
	r = read_to_end(fd, &b);
	if (r == -EMSGSIZE || (r == 0 && b.len > max))
		r = -EFBIG;
	if (r == 0)
		r = buf_append(out, b.data != NULL ? b.data : "", b.len);
	buf_free(&b);
	fd_close(&fd);
	return r;
}

/* Writes, optionally syncs, and closes; close(2) may be what reports ENOSPC. */
static int
fill_and_close(int fd, const void *data, size_t len, bool sync)
{
	int r = fd_write_all(fd, data, len);

	if (r == 0 && sync && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0 && errno != EINTR)
		r = -errno;
	return r;
}

int
file_write_atomic(const char *path, const void *data, size_t len, mode_t mode)
{
	char *tmp;
	int fd, r = 0;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		free(tmp);
		return r;
	}
	/* The temporary file starts as 0600: never more open than then. */
	if (fchmod(fd, mode) < 0) {
		r = -errno;
		fd_close(&fd);
	} else {
		r = fill_and_close(fd, data, len, true);
	}
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(tmp);
	free(tmp);
	return r;
}

int
file_create(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd, r;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	r = fill_and_close(fd, data, len, false);
	if (r < 0)
		unlink(path);
	return r;
}

/* mkdir(2) that is content with a directory that is there. */
static int
make_one(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int
dir_make(const char *path, mode_t mode)
{
	char *copy = strdup(path);
	int r = 0;

	if (copy == NULL)
		return -ENOMEM;
	for (char *p = copy; r == 0 && *p != '\0'; p++) {
		if (*p != '/' || p == copy)
			continue;
		*p = '\0';
		r = make_one(copy, mode);
		*p = '/';
	}
	if (r == 0)
		r = make_one(copy, mode);
	free(copy);
	return r;
}

static bool
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Unlinks all that is not a directory; the first error is returned. */
static int
empty_directory(DIR *dir)
{
	struct dirent *de;
	int r = 0;

	while ((de = readdir(dir)) != NULL) {
		if (is_dot(de->d_name))
			continue;
		if (unlinkat(dirfd(dir), de->d_name, 0) < 0 && r == 0)
			r = -errno;
	}
	return r;
}

int
dir_remove(const char *path)
{
	DIR *dir;
	int fd, r;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (dir == NULL) {
		r = -errno;
		fd_close(&fd);
		return r;
	}
	r = empty_directory(dir);
	closedir(dir);
	if (rmdir(path) < 0 && r == 0)
		r = -errno;
	return r;
}
