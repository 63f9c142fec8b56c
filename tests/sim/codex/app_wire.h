/*
 * app_wire.h - what app-server writes: JSON lines that are collected and
 * written together, never blocking, with the rest kept for later.
 *
 * Lines are made from templates. In a template ' stands for ", and a $ with
 * a letter for what changes: $t thread, $u turn, $i item, $b when the item
 * began and $m now (milliseconds of the wall clock), $s now in seconds, $0
 * to $3 the JSON fragments `json`.
 * A failure to allocate ends the program.
 */
#ifndef FAKE_APP_WIRE_H
#define FAKE_APP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	WIRE_ID_MAX = 48, /* of a thread, turn or item, with NUL */
	WIRE_JSON_MAX = 4
};

struct wire_args {
	const char *thread;
	const char *turn;
	const char *item;
	int64_t began_ms;
	const char *json[WIRE_JSON_MAX];
};

/* `piece` is the most bytes of one write; 0: all at once. */
void wire_init(size_t piece);

/* Reads the clocks, once a wake-up of the loop. */
void wire_tick(void);
int64_t wire_ms(void);

/* From now on no notification of this method is sent. */
void wire_opt_out(const char *method);
bool wire_wanted(const char *method);

/* A notification of `method`; `params` is a template. */
void wire_notify(
    const char *method, const char *params, const struct wire_args *args);

/* A request of ours; no such has an id twice. */
void wire_request(int64_t id, const char *method, const char *params,
    const struct wire_args *args);

/* Answers to the request with this id (JSON). `result` is a template. */
void
wire_result(const char *id, const char *result, const struct wire_args *args);

/* `data` is JSON or NULL. */
void
wire_error(const char *id, int code, const char *message, const char *data);

/* Any bytes. */
void wire_raw(const char *bytes, size_t len);

/* Expands a template into `b`. */
void
wire_expand(struct buf *b, const char *template, const struct wire_args *args);

/*
 * A line that is sent many times: `head` gets what stands before the value
 * of the last of `params`' members, whose name ends the template.
 * wire_delta sends it with that value, a string.
 */
void wire_delta_head(struct buf *head, const char *method, const char *params,
    const struct wire_args *args);
void wire_delta(const struct buf *head, const char *text, size_t len);

/* Enough is collected: whoever makes more waits for it to go. */
bool wire_full(void);

/* Something is left that the reader has not taken. */
bool wire_pending(void);

/* Writes what goes without waiting. Exits 1 when the reader is gone. */
void wire_flush(void);

/* The descriptor it writes to; -1 when that is closed. */
int wire_fd(void);

/* Writes all of it, waiting for the reader, but not for ever. */
void wire_finish(void);

/* Closes stdout, with all written before; from now on nothing is. */
void wire_close(void);

#endif
