#include "runtime/metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* Upper bounds of the buckets, inclusive, in milliseconds. */
/* clang-format off */
static const int64_t bounds_ms[HISTOGRAM_BUCKETS] = {
	1,	2,	3,	5,
	10,	20,	30,	50,
	100,	200,	300,	500,
	1000,	2000,	3000,	5000,
	10000,	20000,	30000,	60000,
	120000,	180000,	300000,	600000,
};
/* clang-format on */

static int64_t
bound_ns(size_t i)
{
	return bounds_ms[i] * NS_PER_MS;
}

void
counter_add(struct counter *c, uint64_t n)
{
	atomic_fetch_add_explicit(&c->value, n, memory_order_relaxed);
}

uint64_t
counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->value, memory_order_relaxed);
}

void
gauge_add(struct gauge *g, int64_t n)
{
	atomic_fetch_add_explicit(&g->value, n, memory_order_relaxed);
}

int64_t
gauge_get(const struct gauge *g)
{
	return atomic_load_explicit(&g->value, memory_order_relaxed);
}

static uint64_t
bucket_get(const struct histogram *h, size_t i)
{
	return atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
}

void
histogram_observe(struct histogram *h, int64_t ns)
{
	size_t i = 0;

	if (ns < 0)
		ns = 0;
	while (i < HISTOGRAM_BUCKETS && ns > bound_ns(i))
		i++;
	atomic_fetch_add_explicit(&h->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(
	    &h->sum_ns, (uint64_t)ns, memory_order_relaxed);
}

uint64_t
histogram_count(const struct histogram *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++)
		n += bucket_get(h, i);
	return n;
}

/* Where in bucket `i` a share (0 to 1) of its width ends. */
static int64_t
inside_bucket(size_t i, double share)
{
	int64_t low = i == 0 ? 0 : bound_ns(i - 1);

	return low + (int64_t)(share * (double)(bound_ns(i) - low));
}

int64_t
histogram_quantile(const struct histogram *h, double q)
{
	uint64_t counts[HISTOGRAM_BUCKETS + 1], total = 0;
	double below = 0, rank;

	/* One copy: a rank of one reading must be found in the same one. */
	for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
		counts[i] = bucket_get(h, i);
		total += counts[i];
	}
	if (total == 0)
		return 0;
	rank = (q < 0 ? 0 : q > 1 ? 1 : q) * (double)total;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		double n = (double)counts[i];

		if (counts[i] > 0 && below + n >= rank)
			return inside_bucket(i, (rank - below) / n);
		below += n;
	}
	return bound_ns(HISTOGRAM_BUCKETS - 1); /* all that is known */
}

/* Appends text with backslash, newline and, in labels, quotes escaped. */
static int
put_escaped(struct buf *b, const char *s, bool quotes)
{
	int r = 0;

	for (; *s != '\0' && r == 0; s++) {
		if (*s == '\n')
			r = buf_puts(b, "\\n");
		else if (*s == '\\' || (quotes && *s == '"'))
			r = buf_printf(b, "\\%c", *s);
		else
			r = buf_putc(b, *s);
	}
	return r;
}

int
prom_family(struct buf *b, const char *name, const char *type, const char *help)
{
	int r;

	r = buf_printf(b, "# HELP %s ", name);
	if (r == 0)
		r = put_escaped(b, help, false);
	if (r == 0)
		r = buf_printf(b, "\n# TYPE %s %s\n", name, type);
	return r;
}

static int
put_name(struct buf *b, const char *name, const char *labels)
{
	if (labels == NULL || labels[0] == '\0')
		return buf_printf(b, "%s ", name);
	return buf_printf(b, "%s{%s} ", name, labels);
}

int
prom_sample_uint(
    struct buf *b, const char *name, const char *labels, uint64_t value)
{
	int r = put_name(b, name, labels);

	return r < 0 ? r : buf_printf(b, "%" PRIu64 "\n", value);
}

int
prom_sample_int(
    struct buf *b, const char *name, const char *labels, int64_t value)
{
	int r = put_name(b, name, labels);

	return r < 0 ? r : buf_printf(b, "%" PRId64 "\n", value);
}

enum {
	SECONDS_TEXT_MAX = 32
};

/* Nanoseconds as decimal seconds: exact, and the same in every locale. */
static void
seconds_text(int64_t ns, char out[SECONDS_TEXT_MAX])
{
	uint64_t abs = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	size_t len;

	snprintf(out, SECONDS_TEXT_MAX, "%s%" PRIu64 ".%09" PRIu64,
	    ns < 0 ? "-" : "", abs / NS_PER_S, abs % NS_PER_S);
	len = strlen(out);
	while (out[len - 1] == '0')
		len--;
	if (out[len - 1] == '.')
		len--;
	out[len] = '\0';
}

int
prom_sample_seconds(
    struct buf *b, const char *name, const char *labels, int64_t ns)
{
	char text[SECONDS_TEXT_MAX];
	int r = put_name(b, name, labels);

	seconds_text(ns, text);
	return r < 0 ? r : buf_printf(b, "%s\n", text);
}

static int
put_bucket(struct buf *b, const char *name, const char *labels, const char *le,
    uint64_t below)
{
	bool some = labels != NULL && labels[0] != '\0';

	return buf_printf(b, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name,
	    some ? labels : "", some ? "," : "", le, below);
}

/* A sample of one of the family's two companions, _sum and _count. */
static int
put_suffixed(
    struct buf *b, const char *name, const char *suffix, const char *labels)
{
	int r = buf_puts(b, name);

	return r < 0 ? r : put_name(b, suffix, labels);
}

int
prom_histogram(struct buf *b, const char *name, const char *labels,
    const struct histogram *h)
{
	char text[SECONDS_TEXT_MAX];
	uint64_t n = 0;
	int r = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS && r == 0; i++) {
		n += bucket_get(h, i);
		seconds_text(bound_ns(i), text);
		r = put_bucket(b, name, labels, text, n);
	}
	n += bucket_get(h, HISTOGRAM_BUCKETS);
	if (r == 0)
		r = put_bucket(b, name, labels, "+Inf", n);
	if (r == 0)
		r = put_suffixed(b, name, "_sum", labels);
	seconds_text(
	    (int64_t)atomic_load_explicit(&h->sum_ns, memory_order_relaxed),
	    text);
	if (r == 0)
		r = buf_printf(b, "%s\n", text);
	if (r == 0)
		r = put_suffixed(b, name, "_count", labels);
	/* Not histogram_count: it must equal the last bucket above. */
	return r < 0 ? r : buf_printf(b, "%" PRIu64 "\n", n);
}

int
prom_label(struct buf *labels, const char *name, const char *value)
{
	int r;

	r = buf_printf(labels, "%s%s=\"", labels->len > 0 ? "," : "", name);
	if (r == 0)
		r = put_escaped(labels, value, true);
	return r < 0 ? r : buf_putc(labels, '"');
}
