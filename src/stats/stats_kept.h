/*
 * stats_kept.h - what is counted of threads that are kept after their answers,
 * for both pages of GET /metrics.
 */
#ifndef STATS_STATS_KEPT_H
#define STATS_STATS_KEPT_H

#include "base/metrics.h"
#include "json/jsonw.h"

/* Why a request went to a fresh thread. */
enum stats_kept_miss {
	KEPT_MISS_NEW, /* its conversation is none that is kept */
	KEPT_MISS_REQUEST, /* it asks for what a kept thread cannot do */
	KEPT_MISS_NEWS, /* what is new is not what the thread waits for */
	KEPT_MISS_SETTINGS, /* the thread has another effort, or the like */
	KEPT_MISS_BUSY, /* its worker has no room */
	KEPT_MISS_LOST, /* the thread was lost when the request came to it */
	KEPT_MISSES
};

/* Why a thread is kept no longer, other than for a request. */
enum stats_kept_eviction {
	KEPT_EVICTED_TIME,
	KEPT_EVICTED_COUNT,
	KEPT_EVICTED_BYTES,
	KEPT_EVICTED_BUSY, /* its request went elsewhere */
	KEPT_EVICTED_CALLS, /* Codex never asked for all its calls */
	KEPT_EVICTED_WORN, /* its process is to be replaced */
	KEPT_EVICTED_LOST, /* its process was lost, or the thread was */
	KEPT_EVICTIONS
};

struct stats_kept {
	struct counter hits_idle, hits_waiting;
	struct counter misses[KEPT_MISSES];
	struct counter evictions[KEPT_EVICTIONS];
	struct counter failures; /* hits that had to begin anew */
};

/* What there is now. */
struct stats_kept_gauges {
	size_t idle, waiting;
};

/* The member "kept_threads" of an object. */
void stats_kept_json(struct jsonw *w, const struct stats_kept *k,
    const struct stats_kept_gauges *g);

/* The families codex_proxy_kept_*. */
void stats_kept_prometheus(struct bufw *w, const struct stats_kept *k,
    const struct stats_kept_gauges *g);

#endif
