/*
 * proxy.h - a codex-api-proxy that the bench starts, loads and stops.
 */
#ifndef BENCH_PROXY_H
#define BENCH_PROXY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client.h"
#include "load.h"

struct proxy_spec {
	const char *path;
	const char *codex; /* --codex-bin */
	const char *dir; /* existing; its own directories go there */
	const char *log; /* FAKE_CODEX_DIR for its children, or NULL */
	size_t concurrency; /* --max-concurrency */
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

/* A load_fn over a struct proxy: one chat completion, checked. */
void proxy_request(void *arg, size_t thread);

/* Resident memory in MiB. */
double proxy_rss(const struct proxy *p);

#endif
