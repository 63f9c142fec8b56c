#include "system/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "system/fdio.h"
#include "system/pidfd.h"

/* How often a name may change under us before we give up. */
enum {
	TRIES = 10,
	PID_TEXT_MAX = 32
};

static int
lock(int fd, int operation)
{
	int r;

	do
		r = flock(fd, operation | LOCK_NB);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* The number that the file holds, and nothing else. */
static int
read_number(int fd, int64_t *ret_number)
{
	char text[PID_TEXT_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n <= 0 || n == sizeof(text))
		return -EINVAL;
	if (text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	return parse_int(text, INT32_MIN, INT32_MAX, ret_number);
}

/* The pid that the file names, or 0. */
static pid_t
read_pid(int fd)
{
	int64_t pid;

	return read_number(fd, &pid) == 0 && pid > 0 ? (pid_t)pid : 0;
}

/*
 * True for a regular file that is empty or holds a number and a newline.
 * Whatever else a mistyped name leads to is not ours to write or remove.
 */
static bool
is_pidfile(int fd)
{
	int64_t number;
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	return st.st_size == 0 || read_number(fd, &number) == 0;
}

/* True when the name still leads to the file that we have open. */
static bool
same_file(int fd, const char *path)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
	    ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/* Opens and locks once; -EAGAIN: the name was removed meanwhile, again. */
static int
try_acquire(const char *path, int *ret_fd, pid_t *ret_holder)
{
	int fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
	    0600);
	int r;

	if (fd < 0)
		return -errno;
	r = is_pidfile(fd) ? lock(fd, LOCK_EX) : -EINVAL;
	if (r == -EWOULDBLOCK) {
		*ret_holder = read_pid(fd);
		r = -EEXIST;
	} else if (r == 0 && !same_file(fd, path)) {
		r = -EAGAIN;
	}
	if (r < 0) {
		fd_close(&fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int
pidfile_acquire(
    const char *path, struct pidfile *ret_pidfile, pid_t *ret_holder)
{
	char *copy = strdup(path);
	int fd = -1, r = -EAGAIN;

	if (copy == NULL)
		return -ENOMEM;
	for (int i = 0; r == -EAGAIN && i < TRIES; i++)
		r = try_acquire(path, &fd, ret_holder);
	if (r < 0) {
		free(copy);
		return r;
	}
	ret_pidfile->fd = fd;
	ret_pidfile->path = copy;
	return 0;
}

int
pidfile_write(struct pidfile *p)
{
	char text[PID_TEXT_MAX];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(p->fd, 0) < 0)
		return -errno;
	if (pwrite(p->fd, text, (size_t)n, 0) != n)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

void
pidfile_release(struct pidfile *p)
{
	/* First the name, then the lock: who comes next makes a new file. */
	if (p->fd >= 0 && same_file(p->fd, p->path))
		unlink(p->path);
	pidfile_forget(p);
}

void
pidfile_forget(struct pidfile *p)
{
	fd_close(&p->fd);
	free(p->path);
	p->path = NULL;
}

int
pidfile_probe(const char *path, pid_t *ret_pid)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0)
		return -errno;
	/* Shared: two who look at the same time do not see each other. */
	r = is_pidfile(fd) ? lock(fd, LOCK_SH) : -EINVAL;
	if (r == -EWOULDBLOCK) {
		*ret_pid = read_pid(fd);
		r = 0;
	} else if (r == 0) {
		r = -ESRCH;
	}
	fd_close(&fd);
	return r;
}

/* Sleeps until the process is gone, without asking again and again. */
static void
wait_for_process(pid_t pid, int64_t deadline)
{
	struct pollfd pfd = { .fd = pidfd_of(pid), .events = POLLIN };
	int n;

	if (pfd.fd < 0)
		return;
	do
		n = poll(&pfd, 1, clock_poll_timeout(deadline));
	while ((n < 0 && errno == EINTR) || (n == 0 && clock_now() < deadline));
	fd_close(&pfd.fd);
}

int
pidfile_wait_released(const char *path, pid_t pid, int64_t deadline)
{
	struct pidfile p;
	pid_t holder;
	int r;

	if (pid > 0)
		wait_for_process(pid, deadline);
	r = pidfile_acquire(path, &p, &holder);
	if (r == -EEXIST)
		return -ETIMEDOUT;
	if (r == 0)
		pidfile_release(&p);
	return r;
}
