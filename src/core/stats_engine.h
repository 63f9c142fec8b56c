/*
 * stats_engine.h - what an engine reports of itself (its workers, and what is
 * left of Codex's quota), for both pages of GET /metrics. Errors are those of
 * buf.
 */
#ifndef CORE_STATS_ENGINE_H
#define CORE_STATS_ENGINE_H

#include "core/stats.h"

/* Appends ,"workers":[...],"rate_limits":{...}. */
MUST_CHECK int stats_engine_json(const struct stats_gauges *g, struct buf *b);

/* Appends the families codex_proxy_worker_* and codex_proxy_rate_limit_*. */
MUST_CHECK int
stats_engine_prometheus(const struct stats_gauges *g, struct buf *b);

#endif
