#include "engine/stderr_tail.h"

#include <errno.h>
#include <string.h>

#include "runtime/fdio.h"

enum {
	READ_SIZE = 64 * 1024
};

void
stderr_tail_init(struct stderr_tail *t)
{
	buf_init(&t->buf, STDERR_TAIL_MAX + READ_SIZE);
}

void
stderr_tail_free(struct stderr_tail *t)
{
	buf_free(&t->buf);
}

bool
stderr_tail_read(struct stderr_tail *t, int *fd)
{
	ssize_t n = fd_read_buf(*fd, &t->buf, READ_SIZE);

	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		fd_close(fd);
		return false;
	}
	if (t->buf.len > STDERR_TAIL_MAX)
		buf_consume(&t->buf, t->buf.len - STDERR_TAIL_MAX);
	return true;
}

const char *
stderr_tail_last_line(struct stderr_tail *t)
{
	const char *s = t->buf.data, *line;
	size_t len = t->buf.len;

	if (s == NULL)
		return "";
	while (len > 0 && s[len - 1] <= ' ')
		len--;
	buf_truncate(&t->buf, len);
	line = strrchr(s, '\n');
	return line != NULL ? line + 1 : s;
}
