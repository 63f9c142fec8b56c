/*
 * proxy.h - a codex-api-proxy that the bench starts, loads and stops.
 */
#ifndef BENCH_PROXY_H
#define BENCH_PROXY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "api.h"
#include "client.h"
#include "load.h"

struct proxy_spec {
	const char *path;
	const char *codex; /* --codex-bin */
	const char *name; /* of its directory in the bench's */
	const char *log; /* FAKE_CODEX_DIR for its children, or NULL */
	const char *const *options; /* more of them, NULL at the end */
	const char *const *provider; /* and more, or NULL */
};

struct proxy {
	pid_t pid;
	uint16_t port;
	double ready_ms; /* start to the first 200 of /ready */
	struct client clients[LOAD_THREADS_MAX];
};

/* Returns when /ready says 200; ends the program when it does not. */
void proxy_start(struct proxy *p, const struct proxy_spec *spec);

/* TERM and wait; ends the program if it does not exit 0. */
void proxy_stop(struct proxy *p);

/* Sends TERM to all that still run; for a bench that failed. */
void proxy_kill_all(void);

/* One short request of thread `thread`, and its answer checked. */
void proxy_ask(
    struct proxy *p, size_t thread, const struct api *api, const char *body);

/* A load_fn over a struct proxy: a chat completion of BENCH_PROMPT. */
void proxy_request(void *arg, size_t thread);

/* Resident memory in MiB. */
double proxy_rss(const struct proxy *p);

#endif
