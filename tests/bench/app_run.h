/*
 * app_run.h - one measured run of requests on the app-server engine: through
 * the proxy, or by the bare client that is its floor.
 */
#ifndef BENCH_APP_RUN_H
#define BENCH_APP_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "app_floor.h"
#include "proxy.h"

/* A proxy with one child, and a floor whose child is of the same kind. */
struct app_rig {
	struct proxy proxy;
	pid_t child; /* the proxy's */
	struct app_floor floor;
};

/* Ends the bench when one of the two does not start. */
void app_rig_start(struct app_rig *rig, const struct proxy_spec *spec);
void app_rig_stop(struct app_rig *rig);

struct app_load {
	const struct api *api;
	const char *prompt;
	bool stream;
	size_t at_once;
	size_t n; /* requests */
	size_t deltas; /* that an answer has at least */
};

enum app_figure {
	RUN_FIRST_P50, /* ms to the first content; of a stream */
	RUN_P50, /* ms to the end */
	RUN_P99,
	RUN_RATE, /* requests a second */
	RUN_DELTAS, /* a second; of a stream */
	RUN_CPU, /* ms a request: of the proxy, or the bare client */
	RUN_CHILD_CPU, /* of the app-server */
	RUN_FIGURES
};

struct app_run {
	double v[RUN_FIGURES];
};

/* Asks as chat does, whatever the API. */
struct app_run app_run_floor(struct app_rig *rig, const struct app_load *load);
struct app_run app_run_proxy(struct app_rig *rig, const struct app_load *load);

#endif
