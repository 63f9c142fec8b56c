/*
 * app_calls.h - the calls of one response of the model, kept until the
 * response is whole: calls of one that broke off are void.
 *
 * Life cycle: zero-initialise; app_calls_drop empties and frees. The thread
 * that runs the turn.
 */
#ifndef ENGINE_TURN_APP_CALLS_H
#define ENGINE_TURN_APP_CALLS_H

#include "engine/job.h"
#include "rpc/rpc_events.h"

struct app_call {
	const struct tool *tool; /* of the request */
	char *item; /* the item's id, may be empty; owned, as those below */
	char *id;
	char *arguments; /* of a freeform tool its input, may have a NUL */
	size_t n_arguments; /* bytes */
	size_t behind; /* so many of the events that are held (app_answer.h) */
};

struct app_calls {
	struct app_call *list;
	size_t n;
	size_t len; /* bytes of their arguments */
	size_t made; /* by the model, those that are left out included */
	bool unfit; /* Codex will not ask for one, or by another id */
};

/*
 * Takes an RPC_TOOL_CALL. One of a tool that the caller has not offered, or
 * beyond what he wants at once, is left out: Codex refuses it. What the model
 * wrote goes out usable: arguments of nothing are {}, an id that is empty or
 * was there before is another one.
 * Errors: -ENOMEM; -EMSGSIZE when they are longer than LIMIT_BACKLOG.
 */
MUST_CHECK int app_calls_add(struct app_calls *calls,
    const struct generation *r, const struct rpc_event *e);

void app_calls_drop(struct app_calls *calls);

#endif
