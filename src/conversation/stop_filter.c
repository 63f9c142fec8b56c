#include "conversation/stop_filter.h"

#include <string.h>

#include "base/limits.h"

void
stop_filter_init(struct stop_filter *f, const struct text *stop, size_t n_stop)
{
	f->stop = stop;
	f->n_stop = n_stop;
	f->longest = 0;
	f->stopped = false;
	f->which = 0;
	for (size_t i = 0; i < n_stop; i++) {
		if (stop[i].len > f->longest)
			f->longest = stop[i].len;
	}
	buf_init(&f->held, LIMIT_STOP_HELD);
}

void
stop_filter_free(struct stop_filter *f)
{
	buf_free(&f->held);
}

void
stop_filter_reset(struct stop_filter *f)
{
	buf_reset(&f->held);
	f->stopped = false;
}

/* Where the first stop string begins in the held text, or its length. */
static size_t
find_stop(struct stop_filter *f)
{
	size_t first = f->held.len;

	for (size_t i = 0; i < f->n_stop; i++) {
		const char *at = memmem(
		    f->held.data, f->held.len, f->stop[i].s, f->stop[i].len);

		if (at != NULL && (size_t)(at - f->held.data) < first) {
			first = (size_t)(at - f->held.data);
			f->which = i;
		}
	}
	return first;
}

/* True when the held text from `at` on may yet become a stop string. */
static bool
may_begin(const struct stop_filter *f, size_t at)
{
	size_t len = f->held.len - at;

	for (size_t i = 0; i < f->n_stop; i++) {
		if (len < f->stop[i].len &&
		    memcmp(f->held.data + at, f->stop[i].s, len) == 0)
			return true;
	}
	return false;
}

/* How much of the held text is certainly not part of a stop string. */
static size_t
safe_length(const struct stop_filter *f)
{
	size_t at = 0;

	if (f->held.len >= f->longest)
		at = f->held.len - f->longest + 1;
	while (at < f->held.len && !may_begin(f, at))
		at++;
	return at;
}

static int
let_through(struct stop_filter *f, size_t len, struct buf *out)
{
	int rc;

	if (len == 0)
		return 0;
	rc = buf_append(out, f->held.data, len);
	if (rc == 0)
		buf_consume(&f->held, len);
	return rc;
}

/*
 * Lets through what is decided: all before `safe`, or before a stop string
 * when nothing that began earlier can become one any more.
 */
static int
settle(struct stop_filter *f, size_t safe, struct buf *out)
{
	size_t cut = find_stop(f);
	int rc;

	if (cut == f->held.len || cut > safe)
		return let_through(f, safe, out);
	rc = let_through(f, cut, out);
	if (rc == 0) {
		f->stopped = true;
		buf_reset(&f->held);
	}
	return rc;
}

int
stop_filter_feed(
    struct stop_filter *f, const char *text, size_t len, struct buf *out)
{
	size_t before = f->held.len;
	int rc;

	if (f->stopped || len == 0)
		return 0;
	if (f->n_stop == 0)
		return buf_append(out, text, len);
	rc = buf_append(&f->held, text, len);
	if (rc == 0)
		rc = settle(f, safe_length(f), out);
	if (rc != 0)
		buf_truncate(&f->held, before);
	return rc;
}

int
stop_filter_finish(struct stop_filter *f, struct buf *out)
{
	if (f->held.len == 0)
		return 0;
	return settle(f, f->held.len, out);
}
