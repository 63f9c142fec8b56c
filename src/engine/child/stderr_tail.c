#include "engine/child/stderr_tail.h"

#include <errno.h>

#include "base/limits.h"
#include "codex/codex_stderr.h"
#include "system/fdio.h"

enum {
	READ_SIZE = 64 * 1024
};

void
stderr_tail_init(struct stderr_tail *t)
{
	buf_init(&t->buf, LIMIT_STDERR_TAIL + READ_SIZE);
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
	if (t->buf.len > LIMIT_STDERR_TAIL)
		buf_consume(&t->buf, t->buf.len - LIMIT_STDERR_TAIL);
	return true;
}

const char *
stderr_tail_last_words(struct stderr_tail *t)
{
	return t->buf.len > 0 ? codex_last_words(t->buf.data) : "";
}
