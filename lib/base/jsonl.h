/*
 * jsonl.h - splits a byte stream into lines, whatever the pieces in which
 * the bytes arrive. Pure.
 *
 * Life cycle: jsonl_init, then for each piece read jsonl_feed, which calls
 * back once a complete line (without "\n", and without a "\r" before it);
 * at the end of the stream jsonl_finish, as if a last newline came;
 * jsonl_free. A line that lies whole inside one piece is handed out without
 * being copied.
 * Threads: none of its own.
 */
#ifndef BASE_JSONL_H
#define BASE_JSONL_H

#include <stddef.h>

#include "base/buf.h"

struct jsonl {
	struct buf partial; /* the unfinished line; its cap is the line's + 1 */
};

/*
 * Called with one line; `line` is not NUL-terminated and good only during
 * the call. Empty lines are not handed out. A return other than 0 stops the
 * feed and is what jsonl_feed returns.
 */
typedef int jsonl_line_fn(void *arg, const char *line, size_t len);

/* `max_line` is the most bytes one line may have. */
void jsonl_init(struct jsonl *j, size_t max_line);
void jsonl_free(struct jsonl *j);

/*
 * Errors: -EMSGSIZE (a line is over the cap), -ENOMEM, or what `fn`
 * returned. After an error the splitter may only be freed.
 */
MUST_CHECK int jsonl_feed(struct jsonl *j, const char *bytes, size_t len,
    jsonl_line_fn *fn, void *arg);
MUST_CHECK int jsonl_finish(struct jsonl *j, jsonl_line_fn *fn, void *arg);

#endif
