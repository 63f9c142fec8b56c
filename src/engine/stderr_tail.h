/*
 * stderr_tail.h - the end of what a Codex process writes to stderr, for error
 * texts. The thread that owns the process.
 */
#ifndef ENGINE_STDERR_TAIL_H
#define ENGINE_STDERR_TAIL_H

#include <stdbool.h>

#include "base/buf.h"

struct stderr_tail {
	struct buf
	    buf; /* the last bytes, at most STDERR_TAIL_MAX after a read */
};

enum {
	STDERR_TAIL_MAX = 8 * 1024
};

void stderr_tail_init(struct stderr_tail *t);
void stderr_tail_free(struct stderr_tail *t);

/* One read of *fd, closed at its end; false when there was nothing to read. */
bool stderr_tail_read(struct stderr_tail *t, int *fd);

/* The last line that says something, or "". Borrowed, until the next read. */
const char *stderr_tail_last_line(struct stderr_tail *t);

#endif
