/*
 * app_held.h - calls that Codex waits for us to carry out, left unanswered.
 *
 * An answer would have the model go on, so none is given while its response
 * comes; the turn is interrupted once that is whole. But of a response that
 * ends badly behind a whole call Codex says nothing until the calls have
 * their answers (doc/codex.md). So when nothing more of the response has come
 * for app_bounds.call_quiet, they are told that they failed. That does no
 * harm to a response that is only slow: what it brings meanwhile, another call
 * most likely, comes all the same, and a call that is asked for later is held
 * anew.
 *
 * Of one that has ended badly an `error` follows at once, unless Codex means to
 * ask again for the first time over a WebSocket: then the outputs in the
 * history are all that tells of it, and app_bounds.call_end behind them it has
 * broken off.
 *
 * Life cycle: init, free. The child's worker thread only.
 */
#ifndef ENGINE_TURN_APP_HELD_H
#define ENGINE_TURN_APP_HELD_H

#include <stdbool.h>

#include "base/buf.h"

struct app_held {
	struct buf answers; /* lines that are ready to be said */
	int64_t heard; /* monotonic ns; the last of the response */
	bool ended; /* badly: the history has the outputs */
	bool let_go_of; /* some were answered */
};

void app_held_init(struct app_held *h);
void app_held_free(struct app_held *h);

/*
 * Codex has a call carried out; `id`: of its request, as JSON.
 * Errors: -ENOMEM, -EMSGSIZE.
 */
MUST_CHECK int app_held_add(struct app_held *h, const char *id);

/*
 * Something of the model's response has come; `output`: what one of its calls
 * has brought, although it is not whole.
 */
void app_held_hear(struct app_held *h, bool output);

/*
 * When they are to be let go of, or, if h->ended, the response has broken off.
 * Monotonic ns; CLOCK_NEVER when neither is to come.
 */
int64_t app_held_deadline(const struct app_held *h);

/* Forgets those that are held: they are answered otherwise. */
void app_held_drop(struct app_held *h);

/* Moves the answers of all to `out`. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int app_held_let_go(struct app_held *h, struct buf *out);

#endif
