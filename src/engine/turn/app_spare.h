/*
 * app_spare.h - one thread of `codex app-server` that is started ahead.
 *
 * thread/start is a seventh of the time to the first word (doc/codex.md). A
 * caller that comes again mostly wants a thread just like its last one: same
 * directory, model, tools and verbosity. So when two threads in a row were
 * asked for in the same words, the next one is started as soon as a caller has
 * its answer, and is given to whoever asks for it in those words. Whoever asks
 * in others never gets it; it is closed then.
 *
 *	NONE      there is none
 *	ASKED     thread/start is asked for
 *	READY     it is there
 *	UNWANTED  thread/start is asked for; to be closed once it is there
 *
 * Its answer has no deadline: nobody waits for it until a job takes it over.
 *
 * The child's worker thread only.
 */
#ifndef ENGINE_TURN_APP_SPARE_H
#define ENGINE_TURN_APP_SPARE_H

#include "rpc/rpc_requests.h"
#include "engine/child/app_child.h"

enum app_spare_state {
	SPARE_NONE,
	SPARE_ASKED,
	SPARE_READY,
	SPARE_UNWANTED
};

struct app_spare {
	enum app_spare_state state;
	struct buf params; /* of thread/start, as it was last asked for */
	struct buf next; /* only inside app_spare_take */
	bool recurring; /* they were the same the time before */
	char thread[RPC_ID_MAX]; /* when READY */
	int64_t awaited; /* id of the request when ASKED or UNWANTED, or 0 */
};

void app_spare_init(struct app_spare *s);
void app_spare_free(struct app_spare *s);

/*
 * A thread like `spec`: the spare one, whose id is then in `thread` while
 * *ret_request is 0; or one that has been asked for, by the request
 * *ret_request. Errors: -ENOMEM, -EMSGSIZE; nothing is taken.
 */
MUST_CHECK int app_spare_take(struct app_spare *s, struct app_child *c,
    const struct rpc_thread *spec, int64_t *ret_request,
    char thread[RPC_ID_MAX]);

/* Starts the next one where that is worth it. Errors as above. */
MUST_CHECK int app_spare_refill(struct app_spare *s, struct app_child *c);

/* The answer to s->awaited. Errors as above; -EINVAL: it has no thread. */
MUST_CHECK int app_spare_answer(
    struct app_spare *s, struct app_child *c, const struct rpc_event *e);

#endif
