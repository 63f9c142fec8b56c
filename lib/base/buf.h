/*
 * buf.h - a byte buffer that grows up to a cap.
 *
 * Life cycle: buf_init, any number of appends, buf_free. The struct may be
 * read directly (data, len) but is changed only through these functions.
 * After the first successful append `data` is NUL-terminated one byte past
 * `len`, so text in it can be used as a C string; before, it is NULL.
 *
 * Threads: none of its own; the owner serialises access.
 *
 * Errors: -ENOMEM when memory is out, -EMSGSIZE when the cap would be passed.
 * On an error the contents are what they were before the call.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"

struct buf {
	char *data;
	size_t len; /* bytes in use */
	size_t size; /* bytes allocated */
	size_t cap; /* most bytes that len may reach */
};

/* Makes an empty buffer that holds at most `cap` bytes; allocates nothing. */
void buf_init(struct buf *b, size_t cap);

/*
 * Makes an empty buffer in the caller's `storage`, which holds a cap of
 * `size` - 1 bytes. It never allocates and so never fails for -ENOMEM; it
 * must be neither freed nor stolen from.
 */
void buf_init_fixed(struct buf *b, char *storage, size_t size);

/* Frees the contents and leaves an empty buffer with the same cap. */
void buf_free(struct buf *b);

/* Empties the buffer and keeps its memory. */
void buf_reset(struct buf *b);

/* Cuts the contents to their first `len` bytes (at most b->len). */
void buf_truncate(struct buf *b, size_t len);

/* Appends `len` bytes of `data`, which must not point into the buffer. */
MUST_CHECK int buf_append(struct buf *b, const void *data, size_t len);

/* Appends a C string without its NUL. */
MUST_CHECK int buf_puts(struct buf *b, const char *s);

/* Appends one byte. */
MUST_CHECK int buf_putc(struct buf *b, char c);

/* Appends formatted text. */
MUST_CHECK int
buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
MUST_CHECK int
buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/*
 * Makes room for `len` more bytes and sets *ret_space to where they start.
 * The caller writes up to `len` bytes there and then calls buf_commit with
 * the number written. The pointer is good until the next call on `b`.
 */
MUST_CHECK int buf_reserve(struct buf *b, size_t len, char **ret_space);

/* Private: buf_room when what is allocated is too little. */
MUST_CHECK int buf_grow(struct buf *b, size_t len);

/*
 * The same for writers, which do little else: inline, returns where they
 * start, or NULL with the error in *ret_error.
 */
static inline char *
buf_room(struct buf *b, size_t len, int *ret_error)
{
	/* Bytes up to the cap, and those allocated with the NUL. */
	if (len > b->cap - b->len || len >= b->size - b->len) {
		int r = buf_grow(b, len);

		if (r < 0) {
			*ret_error = r;
			return NULL;
		}
	}
	return b->data + b->len;
}

static inline void
buf_commit(struct buf *b, size_t len)
{
	BUG_ON(len >= b->size - b->len);
	b->len += len;
	b->data[b->len] = '\0';
}

/* Drops the first `len` bytes (at most b->len). */
void buf_consume(struct buf *b, size_t len);

/*
 * Hands the contents to the caller as a malloc'ed, NUL-terminated block and
 * leaves the buffer empty. Returns NULL when memory is out (only possible
 * when the buffer never held anything). *ret_len may be NULL.
 */
MUST_CHECK char *buf_steal(struct buf *b, size_t *ret_len);

#endif
