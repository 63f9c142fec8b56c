/*
 * stats_dialect.h - what is counted of each dialect, for both pages of
 * /metrics. Private to this room, but for the counts.
 */
#ifndef STATS_STATS_DIALECT_H
#define STATS_STATS_DIALECT_H

#include "json/jsonw.h"
#include "stats/stats.h"

/* "dialects":{NAME:{...},...} */
void stats_dialects_json(struct jsonw *w, const struct stats *s);

void stats_dialects_prometheus(struct bufw *w, const struct stats *s);

#endif
