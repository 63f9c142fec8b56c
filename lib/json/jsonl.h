/*
 * jsonl.h - splits a byte stream into lines, whatever the pieces in which
 * the bytes arrive. Pure.
 *
 * Life cycle: jsonl_init, then for each piece read jsonl_feed, which calls
 * back once a complete line (without "\n", and without a "\r" before it);
 * at the end of the stream jsonl_finish, as if a last newline came;
 * jsonl_free. A line that lies whole inside one piece is handed out without
 * being copied. Of a line over the cap no more than its two ends are kept;
 * it ends the feed, or with jsonl_on_long it is told and passed over.
 * Threads: none of its own.
 */
#ifndef JSON_JSONL_H
#define JSON_JSONL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
	JSONL_END = 512 /* bytes kept of either end of a line over the cap */
};

/* A line over the cap; its ends overlap if it has less than both. */
struct jsonl_long {
	size_t len; /* of all of it */
	size_t n_head, n_tail;
	char head[JSONL_END], tail[JSONL_END];
};

/* As jsonl_line_fn below, for a line over the cap. */
typedef int jsonl_long_fn(void *arg, const struct jsonl_long *line);

struct jsonl {
	struct buf partial; /* the unfinished line; its cap is the line's + 1 */
	jsonl_long_fn *on_long; /* or NULL */
	bool skipping; /* the line is over the cap, and its ends are in: */
	struct jsonl_long ends;
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

/* Before the first feed: lines over the cap go to `fn`, and are no error. */
void jsonl_on_long(struct jsonl *j, jsonl_long_fn *fn);

/*
 * Errors: -EMSGSIZE (a line is over the cap), -ENOMEM, or what a callback
 * returned. After an error the splitter may only be freed.
 */
MUST_CHECK int jsonl_feed(struct jsonl *j, const char *bytes, size_t len,
    jsonl_line_fn *fn, void *arg);
MUST_CHECK int jsonl_finish(struct jsonl *j, jsonl_line_fn *fn, void *arg);

#endif
