/*
 * app_news.h - what Codex says and asks about a turn's thread, unasked.
 *
 * The child's worker thread only. Errors: -ENOMEM, -EMSGSIZE.
 */
#ifndef ENGINE_TURN_APP_NEWS_H
#define ENGINE_TURN_APP_NEWS_H

#include "engine/turn/app_turn.h"

/* A notification about its thread. */
MUST_CHECK int app_turn_event(struct app_turn *t, const struct rpc_event *e);

/*
 * Codex asks for a call of the caller's functions to be carried out, by a
 * request with this id (JSON). False in *ret_held when it is none that the
 * model has made for the job: to be refused.
 */
MUST_CHECK int app_turn_call(struct app_turn *t, const struct rpc_event *e,
    const char *id, bool *ret_held);

/* A line about it was too long to be read: its job fails. */
MUST_CHECK int
app_turn_line_lost(struct app_turn *t, const struct rpc_event *e);

#endif
