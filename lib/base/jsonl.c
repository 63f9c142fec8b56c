#include "base/jsonl.h"

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
}

void
jsonl_free(struct jsonl *j)
{
	if (j != NULL)
		buf_free(&j->partial);
}

/* Hands out a line that has come to its end. */
static int
jsonl_emit(const struct jsonl *j, const char *line, size_t len,
    jsonl_line_fn *fn, void *arg)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len >= j->partial.cap)
		return -EMSGSIZE;
	return len == 0 ? 0 : fn(arg, line, len);
}

/* Hands out the gathered line and makes ready for the next. */
static int
jsonl_emit_partial(struct jsonl *j, jsonl_line_fn *fn, void *arg)
{
	int r = jsonl_emit(j, j->partial.data, j->partial.len, fn, arg);

	if (j->partial.size > JSONL_KEEP)
		buf_free(&j->partial);
	else
		buf_reset(&j->partial);
	return r;
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
			return buf_append(&j->partial, bytes, n);
		if (j->partial.len == 0) {
			r = jsonl_emit(j, bytes, n, fn, arg);
		} else {
			r = buf_append(&j->partial, bytes, n);
			if (r == 0)
				r = jsonl_emit_partial(j, fn, arg);
		}
		bytes += n + 1;
		len -= n + 1;
	}
	return r;
}

int
jsonl_finish(struct jsonl *j, jsonl_line_fn *fn, void *arg)
{
	return j->partial.len == 0 ? 0 : jsonl_emit_partial(j, fn, arg);
}
