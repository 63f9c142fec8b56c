/*
 * plan.h - the bytes of one streamed response, as server-sent events or as
 * frames of a WebSocket, with the pauses in them and how it ends.
 *
 * Life cycle: plan_init, any number of plan_event and plan_pause,
 * plan_free. Errors are kept in `error` and later calls do nothing, so a
 * builder looks there once at the end. Threads: none of its own.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum plan_framing {
	PLAN_SSE,
	PLAN_WS
};

struct plan_pause {
	size_t offset; /* bytes sent before it */
	int64_t ns;
};

struct plan {
	enum plan_framing framing;
	struct buf bytes;
	struct plan_pause *pauses; /* in order of their offsets */
	size_t n_pauses;
	enum {
		PLAN_DONE,
		PLAN_CUT,
		PLAN_HANG
	} ending;
	int64_t sequence; /* of the next event */
	json_t *items; /* those that are done */
	int error; /* 0 or -errno */
};

void plan_init(struct plan *p, enum plan_framing framing);
void plan_free(struct plan *p);

/* Appends one event; takes over `event`, NULL = no memory. */
void plan_event(struct plan *p, json_t *event);

/* Remembers an item that is done; takes it over, NULL = no memory. */
void plan_item(struct plan *p, json_t *item);

/* Nothing for `ms` milliseconds at this place; 0 does nothing. */
void plan_pause(struct plan *p, int64_t ms);

#endif
