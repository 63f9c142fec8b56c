/*
 * app_handshake.h - what is said to a new `codex app-server` before its first
 * turn: initialize, initialized, and account/read. It is done when it is known
 * whether somebody is logged in; who is, is asked for what is left of his
 * quota.
 *
 * The child's worker thread only.
 */
#ifndef ENGINE_CHILD_APP_HANDSHAKE_H
#define ENGINE_CHILD_APP_HANDSHAKE_H

#include "engine/child/app_child.h"

struct app_handshake {
	int64_t awaited; /* id of the request whose answer comes next, or 0 */
	int64_t by; /* deadline; CLOCK_NEVER once it is done */
	bool greeted; /* initialize is answered */
	bool done;
	bool login_missing; /* somebody would have to log in */
	int64_t limits_id; /* of account/rateLimits/read, or 0 */
};

/* Says the first word. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int
app_handshake_begin(struct app_handshake *h, struct app_child *c);

/* The answer to h->awaited. Errors as above; -EPERM: e->error refuses us. */
MUST_CHECK int app_handshake_answer(
    struct app_handshake *h, struct app_child *c, const struct rpc_event *e);

#endif
