#include "base/buf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUF_FIRST_SIZE = 64
};

void
buf_init(struct buf *b, size_t cap)
{
	/* One more byte, the NUL, must be countable. */
	*b = (struct buf){ .cap = cap < SIZE_MAX ? cap : SIZE_MAX - 1 };
}

void
buf_init_fixed(struct buf *b, char *storage, size_t size)
{
	BUG_ON(size == 0);
	/* All of it is allocated from the start, so it never grows. */
	*b = (struct buf){ .data = storage, .size = size, .cap = size - 1 };
	storage[0] = '\0';
}

void
buf_free(struct buf *b)
{
	if (b == NULL)
		return;
	free(b->data);
	buf_init(b, b->cap);
}

void
buf_reset(struct buf *b)
{
	buf_truncate(b, 0);
}

void
buf_truncate(struct buf *b, size_t len)
{
	BUG_ON(len > b->len);
	b->len = len;
	if (b->data != NULL)
		b->data[len] = '\0';
}

/* Bytes to allocate so that `need` fit: doubled, but not past the cap. */
static size_t
buf_next_size(const struct buf *b, size_t need)
{
	size_t size = b->size < BUF_FIRST_SIZE ? BUF_FIRST_SIZE : b->size;

	while (size < need)
		size = size > SIZE_MAX / 2 ? need : size * 2;
	return size - 1 > b->cap ? b->cap + 1 : size;
}

/* Makes room for `len` bytes and the NUL behind them. */
int
buf_grow(struct buf *b, size_t len)
{
	size_t size;
	char *data;

	if (len > b->cap - b->len)
		return -EMSGSIZE;
	size = buf_next_size(b, b->len + len + 1);
	data = realloc(b->data, size);
	if (data == NULL)
		return -ENOMEM;
	data[b->len] = '\0';
	b->data = data;
	b->size = size;
	return 0;
}

int
buf_append(struct buf *b, const void *data, size_t len)
{
	int r = 0;
	char *space = buf_room(b, len, &r);

	if (space == NULL)
		return r;
	if (len > 0)
		memcpy(space, data, len);
	buf_commit(b, len);
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

int
buf_putc(struct buf *b, char c)
{
	return buf_append(b, &c, 1);
}

int
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *space;
	int n, r;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	/* Only a text over INT_MAX bytes fails here. */
	if (n < 0)
		return -EMSGSIZE;
	r = buf_reserve(b, (size_t)n, &space);
	if (r < 0)
		return r;
	(void)vsnprintf(space, (size_t)n + 1, fmt, ap);
	buf_commit(b, (size_t)n);
	return 0;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return r;
}

int
buf_reserve(struct buf *b, size_t len, char **ret_space)
{
	int r = 0;
	char *space = buf_room(b, len, &r);

	if (space == NULL)
		return r;
	*ret_space = space;
	return 0;
}

void
buf_consume(struct buf *b, size_t len)
{
	BUG_ON(len > b->len);
	if (len == 0)
		return;
	memmove(b->data, b->data + len, b->len - len);
	buf_truncate(b, b->len - len);
}

char *
buf_steal(struct buf *b, size_t *ret_len)
{
	char *data = b->data;

	if (data == NULL) {
		data = malloc(1);
		if (data == NULL)
			return NULL;
		data[0] = '\0';
	}
	if (ret_len != NULL)
		*ret_len = b->len;
	buf_init(b, b->cap);
	return data;
}
