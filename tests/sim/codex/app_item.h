/*
 * app_item.h - what app-server says about a turn and its items: the shapes
 * that codex-cli 0.169.0 has.
 *
 * An item begins with item_begin, which gives it an id; the functions that
 * follow are about that item.
 */
#ifndef FAKE_APP_ITEM_H
#define FAKE_APP_ITEM_H

#include "app_turn.h"

/* The answer to turn/start, if it is still owed. */
void item_turn_answer(struct turn *t);

void item_turn_started(const struct turn *t);

/*
 * turn/completed; `status` is JSON. With a message its item is in it. The
 * error is JSON or NULL.
 */
void item_turn_completed(
    const struct turn *t, const char *status, const char *error);

/* thread/status/changed; `status` is JSON. */
void item_status(const struct turn *t, const char *status);

/* The model's response is whole: said when the thread asked for such. */
void item_raw_response(struct turn *t);

/* thread/tokenUsage/updated. */
void item_usage(struct turn *t);

/* account/rateLimits/updated. */
void item_rate_limits(void);

/* The limits, JSON. */
const char *item_limits(void);

/* The notification `error`; both are JSON. `retry` NULL: without willRetry. */
void item_error(const struct turn *t, const char *error, const char *retry);

/* A new item; `kind` begins its id, as "msg". */
void item_begin(struct turn *t, const char *kind);

/* item/started and item/completed with a template for the item. */
void item_started(
    const struct turn *t, const char *item, const struct wire_args *args);
void item_completed(
    const struct turn *t, const char *item, const struct wire_args *args);

/* The user's message, of both kinds of events. */
void item_user(struct turn *t);

/* An agent's message: its start, and its end with `text` (JSON). */
void item_message_started(struct turn *t);
void item_message_completed(struct turn *t, const char *text);

/* The template for the lines of its deltas, for wire_delta_head. */
extern const char item_delta_method[], item_delta_params[];

/* rawResponseItem/completed, when the thread asked for such. */
void
item_raw(const struct turn *t, const char *item, const struct wire_args *args);
void item_raw_aborted(const struct turn *t);

#endif
