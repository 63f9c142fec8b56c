#include "stats/stats_kept.h"

#define P "codex_proxy_kept_"

static const char *const misses[KEPT_MISSES] = { [KEPT_MISS_NEW] = "new",
	[KEPT_MISS_REQUEST] = "request",
	[KEPT_MISS_NEWS] = "news",
	[KEPT_MISS_SETTINGS] = "settings",
	[KEPT_MISS_BUSY] = "busy",
	[KEPT_MISS_LOST] = "lost" };

static const char *const evictions[KEPT_EVICTIONS] = {
	[KEPT_EVICTED_TIME] = "time",
	[KEPT_EVICTED_COUNT] = "count",
	[KEPT_EVICTED_BYTES] = "bytes",
	[KEPT_EVICTED_BUSY] = "busy",
	[KEPT_EVICTED_CALLS] = "calls",
	[KEPT_EVICTED_WORN] = "worn",
	[KEPT_EVICTED_LOST] = "lost"
};

static void
put_counts(struct jsonw *w, const char *name, const char *const names[],
    const struct counter *counts, size_t n)
{
	jsonw_object(w, name);
	for (size_t i = 0; i < n; i++)
		jsonw_u64(w, names[i], counter_get(&counts[i]));
	jsonw_close(w);
}

void
stats_kept_json(struct jsonw *w, const struct stats_kept *k,
    const struct stats_kept_gauges *g)
{
	jsonw_object(w, "kept_threads");
	jsonw_u64(w, "idle", g->idle);
	jsonw_u64(w, "waiting", g->waiting);
	jsonw_object(w, "hits");
	jsonw_u64(w, "idle", counter_get(&k->hits_idle));
	jsonw_u64(w, "waiting", counter_get(&k->hits_waiting));
	jsonw_close(w);
	put_counts(w, "misses", misses, k->misses, KEPT_MISSES);
	put_counts(w, "evictions", evictions, k->evictions, KEPT_EVICTIONS);
	jsonw_u64(w, "failures", counter_get(&k->failures));
	jsonw_close(w);
}

static void
sample(struct bufw *w, const char *metric, const char *label, const char *value,
    uint64_t n)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "%s=\"%s\"", label, value);
	prom_sample_uint(w, metric, labels, n);
}

static void
reasons(struct bufw *w, const char *metric, const char *help,
    const char *const names[], const struct counter *counts, size_t n)
{
	prom_family(w, metric, "counter", help);
	for (size_t i = 0; i < n; i++)
		sample(w, metric, "reason", names[i], counter_get(&counts[i]));
}

void
stats_kept_prometheus(struct bufw *w, const struct stats_kept *k,
    const struct stats_kept_gauges *g)
{
	prom_family(w, P "threads", "gauge",
	    "Conversations that are kept now, by what they wait for.");
	sample(w, P "threads", "state", "idle", g->idle);
	sample(w, P "threads", "state", "waiting", g->waiting);
	prom_family(w, P "hits_total", "counter",
	    "Requests that went on with a kept conversation.");
	sample(w, P "hits_total", "state", "idle", counter_get(&k->hits_idle));
	sample(w, P "hits_total", "state", "waiting",
	    counter_get(&k->hits_waiting));
	reasons(w, P "misses_total",
	    "Requests of app-server that went to a fresh thread, and why.",
	    misses, k->misses, KEPT_MISSES);
	reasons(w, P "evictions_total",
	    "Kept conversations that were dropped, and why.", evictions,
	    k->evictions, KEPT_EVICTIONS);
	prom_family(w, P "failures_total", "counter",
	    "Requests that had to begin anew on a fresh thread.");
	prom_sample_uint(
	    w, P "failures_total", NULL, counter_get(&k->failures));
}
