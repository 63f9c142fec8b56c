/*
 * stats.h - the counters behind GET /sim/stats. Any thread.
 */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* A request is here whole; returns its number, from 1. */
uint64_t stats_open(void);
void stats_close(void);

/* A WebSocket is open; returns its number, from 1. */
uint64_t stats_connection(void);

/*
 * What came: its bytes, and its body, whose prompt_cache_key is compared with
 * that of the one before. NULL: a prewarm, or no JSON.
 */
void stats_body(size_t bytes, const json_t *body);

/*
 * {"requests","open","max_open","connections","bytes","cache_keys"}, the last
 * two of stats_body: all bytes, and how often another cache key came. NULL =
 * no memory.
 */
json_t *stats_json(void);

#endif
