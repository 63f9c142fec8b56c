/*
 * stderr_tail.h - the end of what a Codex process writes to stderr, for error
 * texts. The thread that owns the process.
 */
#ifndef ENGINE_CHILD_STDERR_TAIL_H
#define ENGINE_CHILD_STDERR_TAIL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/limits.h"

struct stderr_tail {
	struct buf
	    buf; /* the last bytes, at most LIMIT_STDERR_TAIL after a read */
};

void stderr_tail_init(struct stderr_tail *t);
void stderr_tail_free(struct stderr_tail *t);

/* One read of *fd, closed at its end; false when there was nothing to read. */
bool stderr_tail_read(struct stderr_tail *t, int *fd);

/*
 * What it says last (codex_stderr.h), or "". Once nothing more is to be read;
 * borrowed.
 */
const char *stderr_tail_last_words(struct stderr_tail *t);

#endif
