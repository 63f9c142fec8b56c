/*
 * plan.h - the bytes of one streamed response, with the pauses in them and
 * how it ends.
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

struct plan_pause {
	size_t offset; /* bytes sent before it */
	int64_t ns;
};

struct plan {
	struct buf bytes;
	struct plan_pause *pauses; /* in order of their offsets */
	size_t n_pauses;
	enum {
		PLAN_DONE,
		PLAN_CUT,
		PLAN_HANG
	} ending;
	int64_t sequence; /* of the next event */
	int error; /* 0 or -errno */
};

void plan_init(struct plan *p);
void plan_free(struct plan *p);

/* Appends one server-sent event; takes over `event`, NULL = no memory. */
void plan_event(struct plan *p, json_t *event);

/* Nothing for `ms` milliseconds at this place; 0 does nothing. */
void plan_pause(struct plan *p, int64_t ms);

#endif
