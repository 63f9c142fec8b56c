/*
 * app_order.h - the order in which the events of an answer's items go out; the
 * part of app_answer that has some wait for a call.
 *
 * The thread that runs the turn. Errors: those of job_push, -EMSGSIZE.
 */
#ifndef ENGINE_TURN_APP_ORDER_H
#define ENGINE_TURN_APP_ORDER_H

#include "engine/turn/app_answer.h"

/* Takes an event of an item in any case; it goes out, or waits. */
MUST_CHECK int app_order_say(struct app_answer *a, struct event *e);

/* The same of one that does not wait. Its item gets its number here. */
MUST_CHECK int app_order_hand_on(struct app_answer *a, struct event *e);

/* Hands on the first `n` of all that have waited, as far as they still do. */
MUST_CHECK int app_order_let_go(struct app_answer *a, size_t n);

/* Drops what waits. */
void app_order_drop(struct app_answer *a);

#endif
