#include "base/metrics.h"

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
static void
put_escaped(struct bufw *w, const char *s, bool quotes)
{
	for (; *s != '\0'; s++) {
		if (*s == '\n') {
			bufw_puts(w, "\\n");
			continue;
		}
		if (*s == '\\' || (quotes && *s == '"'))
			bufw_putc(w, '\\');
		bufw_putc(w, *s);
	}
}

void
prom_family(
    struct bufw *w, const char *name, const char *type, const char *help)
{
	bufw_printf(w, "# HELP %s ", name);
	put_escaped(w, help, false);
	bufw_printf(w, "\n# TYPE %s %s\n", name, type);
}

static void
put_name(struct bufw *w, const char *name, const char *labels)
{
	if (labels == NULL || labels[0] == '\0')
		bufw_printf(w, "%s ", name);
	else
		bufw_printf(w, "%s{%s} ", name, labels);
}

void
prom_sample_uint(
    struct bufw *w, const char *name, const char *labels, uint64_t value)
{
	put_name(w, name, labels);
	bufw_printf(w, "%" PRIu64 "\n", value);
}

void
prom_sample_int(
    struct bufw *w, const char *name, const char *labels, int64_t value)
{
	put_name(w, name, labels);
	bufw_printf(w, "%" PRId64 "\n", value);
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

void
prom_sample_seconds(
    struct bufw *w, const char *name, const char *labels, int64_t ns)
{
	char text[SECONDS_TEXT_MAX];

	seconds_text(ns, text);
	put_name(w, name, labels);
	bufw_printf(w, "%s\n", text);
}

static void
put_bucket(struct bufw *w, const char *name, const char *labels, const char *le,
    uint64_t below)
{
	bool some = labels != NULL && labels[0] != '\0';

	bufw_printf(w, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name,
	    some ? labels : "", some ? "," : "", le, below);
}

/* A sample of one of the family's two companions, _sum and _count. */
static void
put_suffixed(
    struct bufw *w, const char *name, const char *suffix, const char *labels)
{
	bufw_puts(w, name);
	put_name(w, suffix, labels);
}

void
prom_histogram(struct bufw *w, const char *name, const char *labels,
    const struct histogram *h)
{
	char text[SECONDS_TEXT_MAX];
	uint64_t n = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		n += bucket_get(h, i);
		seconds_text(bound_ns(i), text);
		put_bucket(w, name, labels, text, n);
	}
	n += bucket_get(h, HISTOGRAM_BUCKETS);
	put_bucket(w, name, labels, "+Inf", n);
	put_suffixed(w, name, "_sum", labels);
	seconds_text(
	    (int64_t)atomic_load_explicit(&h->sum_ns, memory_order_relaxed),
	    text);
	bufw_printf(w, "%s\n", text);
	put_suffixed(w, name, "_count", labels);
	/* Not histogram_count: it must equal the last bucket above. */
	bufw_printf(w, "%" PRIu64 "\n", n);
}

int
prom_label(struct buf *labels, const char *name, const char *value)
{
	struct bufw w;

	bufw_begin(&w, labels);
	bufw_printf(&w, "%s%s=\"", labels->len > 0 ? "," : "", name);
	put_escaped(&w, value, true);
	bufw_putc(&w, '"');
	return bufw_end(&w);
}
