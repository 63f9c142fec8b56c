/*
 * bufw.h - appends to a buffer in straight lines: the first error sticks,
 * and is looked at once, at the end.
 *
 *	bufw_begin(&w, out);
 *	bufw_puts(&w, "# HELP ");
 *	bufw_printf(&w, "%s %s\n", name, help);
 *	return bufw_end(&w);
 *
 * After the first error all appends do nothing, and bufw_end cuts the buffer
 * back to what it held at bufw_begin: all of it is written, or nothing.
 *
 * The error stands here and not in struct buf, because a buffer outlives what
 * is written to it (a stream's holds many chunks): what fails is one piece of
 * writing, whose beginning only the writer knows.
 *
 * A writer is borrowed memory alone: one that is never ended leaks nothing,
 * but the buffer then keeps what was written. Within begin and end others may
 * append to the same buffer, as functions do that take a struct buf and return
 * an error, which goes to bufw_fail. Threads: those of the buffer.
 */
#ifndef BASE_BUFW_H
#define BASE_BUFW_H

#include <string.h>

#include "base/buf.h"

/* `error` may be read: 0, or the first error. The rest is private. */
struct bufw {
	struct buf *out;
	size_t start; /* what `out` held */
	int error;
};

void bufw_begin(struct bufw *w, struct buf *out);

/* 0, or the first error (of buf, or given to bufw_fail). */
MUST_CHECK int bufw_end(struct bufw *w);

void bufw_append(struct bufw *w, const void *data, size_t len);
void bufw_putc(struct bufw *w, char c);
void bufw_printf(struct bufw *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A C string; inline, so that the length of a constant is one, too. */
static inline void
bufw_puts(struct bufw *w, const char *s)
{
	bufw_append(w, s, strlen(s));
}

/* Notes the error of another function's; 0 is none. */
void bufw_fail(struct bufw *w, int error);

#endif
