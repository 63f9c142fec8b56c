/*
 * stats_engine.h - what the engines report of themselves (queue, workers, what
 * is left of Codex's quota) and what is counted of each, for both pages of
 * GET /metrics.
 */
#ifndef STATS_STATS_ENGINE_H
#define STATS_STATS_ENGINE_H

#include "json/jsonw.h"
#include "stats/stats.h"

/* The members "queue_depth", "queue_capacity" and "in_flight": of all. */
void stats_engine_sums_json(struct jsonw *w, const struct stats_gauges *g);

/* The members "engines", "workers" and "rate_limits" of an object. */
void stats_engine_json(
    struct jsonw *w, const struct stats *s, const struct stats_gauges *g);

/*
 * The families that have the label "engine", and codex_proxy_rate_limit_*.
 */
void stats_engine_prometheus(
    struct bufw *w, const struct stats *s, const struct stats_gauges *g);

#endif
