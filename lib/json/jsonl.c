#include "json/jsonl.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Memory that an unfinished line may leave behind for the next one. */
enum {
	JSONL_KEEP = 65536
};

void
jsonl_init(struct jsonl *j, size_t max_line)
{
	/* One more for a "\r" whose "\n" has not come yet. */
	buf_init(&j->partial, max_line < SIZE_MAX ? max_line + 1 : max_line);
	j->on_long = NULL;
	j->skipping = false;
}

void
jsonl_on_long(struct jsonl *j, jsonl_long_fn *fn)
{
	j->on_long = fn;
}

void
jsonl_free(struct jsonl *j)
{
	if (j != NULL)
		buf_free(&j->partial);
}

/* Memory of one huge line is not kept for small ones. */
static void
forget_partial(struct jsonl *j)
{
	if (j->partial.size > JSONL_KEEP)
		buf_free(&j->partial);
	else
		buf_reset(&j->partial);
}

/* ---- lines over the cap ---- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* More of a line of which only the ends are kept. */
static void
skip(struct jsonl *j, const char *bytes, size_t n)
{
	struct jsonl_long *l = &j->ends;
	size_t head = least(n, JSONL_END - l->n_head);
	size_t fresh = least(n, JSONL_END);
	size_t old = least(l->n_tail, JSONL_END - fresh);

	memcpy(l->head + l->n_head, bytes, head);
	l->n_head += head;
	memmove(l->tail, l->tail + l->n_tail - old, old);
	memcpy(l->tail + old, bytes + n - fresh, fresh);
	l->n_tail = old + fresh;
	l->len += n;
}

/* The line turns out to be too long. */
static void
begin_skipping(struct jsonl *j)
{
	j->skipping = true;
	j->ends.len = j->ends.n_head = j->ends.n_tail = 0;
	if (j->partial.len > 0)
		skip(j, j->partial.data, j->partial.len);
	forget_partial(j);
}

static int
emit_long(struct jsonl *j, void *arg)
{
	j->skipping = false;
	return j->on_long(arg, &j->ends);
}

/* ---- all others ---- */

/* A part of a line, or all of it. */
static int
gather(struct jsonl *j, const char *bytes, size_t n)
{
	int r = 0;

	if (!j->skipping)
		r = buf_append(&j->partial, bytes, n);
	if (r == -EMSGSIZE && j->on_long != NULL) {
		begin_skipping(j);
		r = 0;
	}
	if (j->skipping)
		skip(j, bytes, n);
	return r;
}

/* Without the "\r" at its end. */
static size_t
length_of_line(const char *line, size_t len)
{
	return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

static int
emit(const char *line, size_t len, jsonl_line_fn *fn, void *arg)
{
	len = length_of_line(line, len);
	return len == 0 ? 0 : fn(arg, line, len);
}

static bool
is_long(const struct jsonl *j, const char *line, size_t len)
{
	return length_of_line(line, len) >= j->partial.cap;
}

/* Hands out what was gathered and makes ready for the next line. */
static int
emit_gathered(struct jsonl *j, jsonl_line_fn *fn, void *arg)
{
	int r;

	if (!j->skipping && is_long(j, j->partial.data, j->partial.len)) {
		if (j->on_long == NULL)
			return -EMSGSIZE;
		begin_skipping(j);
	}
	if (j->skipping)
		return emit_long(j, arg);
	r = emit(j->partial.data, j->partial.len, fn, arg);
	forget_partial(j);
	return r;
}

static int
end_line(
    struct jsonl *j, const char *bytes, size_t n, jsonl_line_fn *fn, void *arg)
{
	int r;

	if (j->partial.len == 0 && !j->skipping && !is_long(j, bytes, n))
		return emit(bytes, n, fn, arg);
	r = gather(j, bytes, n);
	return r == 0 ? emit_gathered(j, fn, arg) : r;
}

int
jsonl_feed(struct jsonl *j, const char *bytes, size_t len, jsonl_line_fn *fn,
    void *arg)
{
	int r = 0;

	while (r == 0 && len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t n = newline == NULL ? len : (size_t)(newline - bytes);

		if (newline == NULL)
			return gather(j, bytes, n);
		r = end_line(j, bytes, n, fn, arg);
		bytes += n + 1;
		len -= n + 1;
	}
	return r;
}

int
jsonl_finish(struct jsonl *j, jsonl_line_fn *fn, void *arg)
{
	return j->partial.len == 0 && !j->skipping ? 0
						   : emit_gathered(j, fn, arg);
}
