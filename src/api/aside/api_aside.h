/*
 * api_aside.h - two threads that resolve callers' paths: a path on a mount
 * that hangs may take a file system's call for ever, and so is looked at
 * neither on the HTTP thread nor where bodies are parsed.
 *
 * Each thread has its lane, and takes one errand after the other. A path
 * which is inside an allowed root by its text is in one; all others, which
 * only a link could lead inside, in the other. So a path that a caller made
 * up holds up nobody but others of that kind.
 *
 * Life cycle of an errand, on the HTTP thread: errand_init in memory of its
 * own; aside_submit; the request parks, and when it is woken asks
 * aside_is_done; aside_leave when the result was taken or is not waited for
 * any more. One that is under way then goes on alone, so `run` uses nothing
 * that may go before it.
 *
 * Lock: one mutex; below it the parks that are woken.
 */
#ifndef API_ASIDE_API_ASIDE_H
#define API_ASIDE_API_ASIDE_H

#include <stdbool.h>

#include "http/http_park.h"

struct aside;

enum aside_lane {
	ASIDE_INSIDE,
	ASIDE_OUTSIDE,
	ASIDE_LANES
};

struct errand {
	void (*run)(struct errand *e); /* on the lane's thread */
	void (*free)(struct errand *e); /* on whichever thread was last */

	struct errand *next; /* private, as all below; under the lock */
	struct http_park *park; /* NULL: nobody waits */
	enum aside_lane lane;
	bool queued, done;
	unsigned refs;
};

/* Starts the threads. Errors: -errno. */
MUST_CHECK int aside_start(struct aside **ret_aside);

/*
 * Wakes all that wait and takes no more. A thread whose file system's call
 * does not return within two seconds is left behind. Main thread; may be
 * repeated.
 */
void aside_stop(struct aside *a);

/*
 * After aside_stop and the last aside_leave. A thread that was left behind
 * still finds all that it uses, and frees it in the end.
 */
void aside_free(struct aside *a);

void errand_init(struct errand *e, void (*run)(struct errand *e),
    void (*free_it)(struct errand *e));

/*
 * Queues the errand; `park` is woken when it is done, and when no more are
 * done. Errors: -EPIPE stopping; aside_leave frees it all the same.
 */
MUST_CHECK int aside_submit(struct aside *a, enum aside_lane lane,
    struct errand *e, struct http_park *park);

bool aside_is_done(struct aside *a, const struct errand *e);
bool aside_is_stopping(struct aside *a);

/* Lets go of the errand; `park` is not woken any more. */
void aside_leave(struct aside *a, struct errand *e);

#endif
