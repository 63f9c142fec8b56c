#include "system/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/fdio.h"

/* Of the open file, so that it cannot be another one by the time we read. */
static int
check_mode(int fd, const char *option, const char *path, char *ret_error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if ((st.st_mode & 077) == 0)
		return 0;
	snprintf(ret_error, PRIVATE_FILE_ERROR_MAX,
	    "--%s: %s can be read by others (mode %04o); chmod 600 it", option,
	    path, (unsigned)(st.st_mode & 07777));
	return -EPERM;
}

/*
 * Room for all of it at once: a buffer that grows would leave copies behind.
 * One byte more than allowed tells a full file from a longer one.
 */
static int
read_all(int fd, size_t max, struct buf *out)
{
	char *room;
	ssize_t n;
	int rc;

	out->cap = max + 1;
	rc = buf_reserve(out, max + 1, &room);
	if (rc != 0)
		return rc;
	do
		n = fd_read_buf(fd, out, max + 1);
	while (n > 0);
	if (n == -EMSGSIZE || out->len > max)
		return -EFBIG;
	return (int)n;
}

int
private_file_read(const char *option, const char *path, size_t max,
    struct buf *out, char ret_error[PRIVATE_FILE_ERROR_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc = fd < 0 ? -errno : 0;

	ret_error[0] = '\0';
	if (rc == 0)
		rc = check_mode(fd, option, path, ret_error);
	if (rc == 0)
		rc = read_all(fd, max, out);
	fd_close(&fd);
	if (rc != 0 && ret_error[0] == '\0')
		snprintf(ret_error, PRIVATE_FILE_ERROR_MAX, "--%s: %s: %s",
		    option, path, strerror(-rc));
	return rc;
}

static int
see_who_reads(int fd, char *ret_exposed)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	ret_exposed[0] = '\0';
	if ((st.st_mode & 077) != 0)
		snprintf(ret_exposed, PRIVATE_FILE_ERROR_MAX,
		    "its mode is %04o; chmod 600 it",
		    (unsigned)(st.st_mode & 07777));
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		snprintf(ret_exposed, PRIVATE_FILE_ERROR_MAX,
		    "it is another user's (uid %lu); chown it",
		    (unsigned long)st.st_uid);
	return S_ISFIFO(st.st_mode) ? -EINVAL : 0;
}

int
private_file_read_any(const char *path, size_t max, struct buf *out,
    char ret_exposed[PRIVATE_FILE_ERROR_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = fd < 0 ? -errno : see_who_reads(fd, ret_exposed);

	if (rc == 0)
		rc = read_all(fd, max, out);
	fd_close(&fd);
	return rc;
}

void
private_file_wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->size);
	buf_free(b);
}
