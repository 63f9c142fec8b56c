/*
 * app_sim.h - a sim_model that the bench starts, and the configuration that
 * puts it behind the real Codex.
 *
 * Life cycle: app_sim_start, app_sim_stop. Both end the bench when something
 * fails. Main thread only.
 */
#ifndef BENCH_APP_SIM_H
#define BENCH_APP_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "system/process.h"

enum {
	APP_SIM_OPTION_MAX = 256
};

struct app_sim {
	struct process process;
	struct client client;
	char provider[APP_SIM_OPTION_MAX]; /* what options points to */
	const char *options[5]; /* a struct proxy_spec's provider */
};

/*
 * Codex reaches it over HTTP, by a provider of the bench's own, or over the
 * WebSocket, by the built-in one with the login of an API key. It is not
 * moved while it runs.
 */
void app_sim_start(struct app_sim *sim, const char *path, bool websocket);
void app_sim_stop(struct app_sim *sim);

/* What came from Codex so far. */
struct app_sim_counts {
	int64_t requests; /* without prewarms */
	int64_t bytes; /* of all, prewarms too */
	int64_t cache_keys; /* how often another prompt_cache_key came */
	int64_t connections; /* WebSockets */
};

void app_sim_read(struct app_sim *sim, struct app_sim_counts *ret_counts);

#endif
