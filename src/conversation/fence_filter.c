#include "conversation/fence_filter.h"

#include <string.h>

#include "base/limits.h"

enum {
	TICKS = 3,
	WORD_MAX = 32 /* ticks, and bytes of what the fence is called: "json" */
};

#define SPACE " \t\r\n"

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t
span(const char *s, size_t len, const char *set)
{
	size_t n = 0;

	while (n < len && is_one_of(s[n], set))
		n++;
	return n;
}

/* Without what stands of `set` at the end. */
static size_t
trimmed(const char *s, size_t len, const char *set)
{
	while (len > 0 && is_one_of(s[len - 1], set))
		len--;
	return len;
}

void
fence_filter_init(struct fence_filter *f)
{
	buf_init(&f->held, LIMIT_STOP_HELD);
	f->state = FENCE_UNKNOWN;
	f->begun = false;
}

void
fence_filter_free(struct fence_filter *f)
{
	buf_free(&f->held);
}

void
fence_filter_reset(struct fence_filter *f)
{
	buf_reset(&f->held);
	f->state = FENCE_UNKNOWN;
	f->begun = false;
}

/* ---- the beginning ---- */

/* How long the opening fence is; 0: it is none; `len` or more: not sure yet. */
static size_t
opening(const char *s, size_t len)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
	size_t ticks = span(s, len, "`"), info;

	if (ticks < TICKS)
		return ticks < len ? 0 : len;
	info = span(s + ticks, len - ticks, word);
	return ticks > WORD_MAX || info > WORD_MAX ? 0 : ticks + info;
}

static void
decide(struct fence_filter *f)
{
	size_t n;

	buf_consume(&f->held, span(f->held.data, f->held.len, SPACE));
	n = opening(f->held.data, f->held.len);
	if (f->held.len == 0 || (n > 0 && n >= f->held.len))
		return;
	f->state = n > 0 ? FENCE_OPEN : FENCE_NONE;
	buf_consume(&f->held, n);
}

/* ---- the document ---- */

/* All but white space before it, and what may be its end. */
static int
feed_document(
    struct fence_filter *f, const char *s, size_t len, struct buf *out)
{
	size_t skipped = f->begun ? 0 : span(s, len, SPACE), n;
	int rc;

	s += skipped;
	len -= skipped;
	f->begun = f->begun || len > 0;
	n = trimmed(s, len, SPACE "`");
	if (n > 0) {
		rc = buf_append(out, f->held.data, f->held.len);
		if (rc == 0)
			rc = buf_append(out, s, n);
		if (rc != 0)
			return rc;
		buf_reset(&f->held);
	}
	return buf_append(&f->held, s + n, len - n);
}

/* What was held to be decided upon goes the way of all that comes behind. */
static int
feed_first(struct fence_filter *f, struct buf *out)
{
	struct buf first = f->held;
	int rc;

	buf_init(&f->held, LIMIT_STOP_HELD);
	rc = feed_document(f, first.len > 0 ? first.data : "", first.len, out);
	buf_free(&first);
	return rc;
}

int
fence_filter_feed(
    struct fence_filter *f, const char *text, size_t len, struct buf *out)
{
	int rc;

	if (f->state != FENCE_UNKNOWN)
		return feed_document(f, text, len, out);
	if (len == 0)
		return 0;
	rc = buf_append(&f->held, text, len);
	if (rc != 0)
		return rc;
	decide(f);
	return f->state != FENCE_UNKNOWN ? feed_first(f, out) : 0;
}

/* ---- the end ---- */

int
fence_filter_finish(struct fence_filter *f, struct buf *out)
{
	const char *s = f->held.len > 0 ? f->held.data : "";
	size_t space = f->begun ? 0 : span(s, f->held.len, SPACE);
	size_t len = trimmed(s, f->held.len, SPACE), before;
	int rc = 0;

	/* The closing fence: ticks alone, but for the white space around. */
	before = span(s, len, SPACE);
	if (f->state == FENCE_OPEN && len >= before + TICKS &&
	    span(s + before, len - before, "`") == len - before)
		len = 0;
	if (len > space)
		rc = buf_append(out, s + space, len - space);
	fence_filter_reset(f);
	return rc;
}
