/*
 * metrics.h - counters, gauges and histograms that any thread may update
 * without a lock, and their text forms.
 *
 * Updates are relaxed atomics: each value is exact, a reading of several is
 * not one instant. Renderers write to a buffer through bufw.
 */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/bufw.h"
#include "base/compiler.h"

struct counter {
	_Atomic uint64_t value;
};

struct gauge {
	_Atomic int64_t value;
};

void counter_add(struct counter *c, uint64_t n);
uint64_t counter_get(const struct counter *c);
void gauge_add(struct gauge *g, int64_t n);
int64_t gauge_get(const struct gauge *g);

/*
 * Durations. Bounds are fixed for all: 1 ms to 600 s, about four a decade.
 */
enum {
	HISTOGRAM_BUCKETS = 24
};

struct histogram {
	_Atomic uint64_t buckets[HISTOGRAM_BUCKETS + 1]; /* last: above all */
	_Atomic uint64_t sum_ns;
};

void histogram_observe(struct histogram *h, int64_t ns);
uint64_t histogram_count(const struct histogram *h);

/*
 * The `q` quantile (0 to 1) in nanoseconds, by linear interpolation inside
 * its bucket; 0 when nothing was observed.
 */
int64_t histogram_quantile(const struct histogram *h, double q);

/*
 * Prometheus text format 0.0.4 (prometheus.io/docs, "Exposition formats").
 * A family starts with its HELP and TYPE; samples follow. `labels` is
 * `name="value",...` without braces, already escaped, or NULL.
 */
void prom_family(
    struct bufw *w, const char *name, const char *type, const char *help);
void prom_sample_uint(
    struct bufw *w, const char *name, const char *labels, uint64_t value);
void prom_sample_int(
    struct bufw *w, const char *name, const char *labels, int64_t value);
void prom_sample_seconds(
    struct bufw *w, const char *name, const char *labels, int64_t ns);
void prom_histogram(struct bufw *w, const char *name, const char *labels,
    const struct histogram *h);

/*
 * Appends `name="escaped value"`, with a comma before it if one is needed.
 * Errors are those of buf.
 */
MUST_CHECK int
prom_label(struct buf *labels, const char *name, const char *value);

#endif
