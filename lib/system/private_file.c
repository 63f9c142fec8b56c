#include "system/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

void
private_file_wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->size);
	buf_free(b);
}
