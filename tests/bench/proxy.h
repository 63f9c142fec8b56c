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

#define PROXY_CHAT_PATH "/v1/chat/completions"

enum {
	PROXY_BODY_MAX = 512
};

struct proxy_spec {
	const char *path;
	const char *codex; /* --codex-bin */
	const char *name; /* of its directory in the bench's */
	const char *log; /* FAKE_CODEX_DIR for its children, or NULL */
	const char *const *options; /* more of them, NULL at the end */
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

/* The request that proxy_request sends, in JSON. */
extern const char proxy_body[];

/* The same for a streamed answer to a prompt that needs no escapes. */
void proxy_stream_body(char body[PROXY_BODY_MAX], const char *prompt);

/* Resident memory in MiB. */
double proxy_rss(const struct proxy *p);

#endif
