/*
 * stats.h - the counters behind GET /sim/stats. Any thread.
 */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <jansson.h>
#include <stdint.h>

/* A request is here whole; returns its number, from 1. */
uint64_t stats_open(void);
void stats_close(void);

/* A WebSocket is open; returns its number, from 1. */
uint64_t stats_connection(void);

/* {"requests","open","max_open","connections"}; NULL = no memory. */
json_t *stats_json(void);

#endif
