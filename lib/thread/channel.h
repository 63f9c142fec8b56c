/*
 * channel.h - a capped stream of intrusive items from one producer to one
 * consumer, with cancellation the other way.
 *
 * The producer pushes without ever blocking and finally closes; the consumer
 * takes all that is there at once. A wake hook tells the consumer's side that
 * something can be taken; a cancel hook tells the producer's side that nobody
 * wants more. Both sides hold a reference.
 *
 * Lock: one mutex. Hooks are called while it is held: that is what makes
 * channel_set_*_hook(NULL) a guarantee that no call is under way or will
 * come. So a hook may take only locks that are below the channel's and never
 * calls the channel.
 */
#ifndef THREAD_CHANNEL_H
#define THREAD_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "thread/budget.h"
#include "base/compiler.h"

struct channel;

struct channel_item {
	struct channel_item *next;
	size_t weight; /* bytes that count against the cap */
};

typedef void channel_free_fn(struct channel_item *item);
typedef void channel_hook_fn(void *arg);

/*
 * `cap` is the most bytes of items waiting; `free_item` frees one item and
 * must not call the channel. One reference. NULL: out of memory.
 */
struct channel *channel_new(size_t cap, channel_free_fn *free_item);
struct channel *channel_ref(struct channel *c);
/* Drops a reference; the last one frees the items that were not taken. */
void channel_unref(struct channel *c);

/*
 * Before the first push: what waits here also counts in `shared`, which others
 * take of, too. When that is used up, only `own` bytes may wait here, so that
 * it is a slow consumer that is cut off and no other.
 */
void channel_share(struct channel *c, struct budget *shared, size_t own);

/*
 * Producer: hands over `item`, on failure too (it is then freed). Wakes the
 * consumer if nothing was waiting.
 * Errors: -ENOBUFS the cap would be passed (the consumer is too slow), -EDQUOT
 * so would what is shared, -ECANCELED cancelled, -EPIPE closed.
 */
MUST_CHECK int channel_push(struct channel *c, struct channel_item *item);

/* Producer: no more items. Wakes the consumer. May be repeated. */
void channel_close(struct channel *c);

/*
 * Consumer: takes all waiting items, in order, as a NULL-terminated list
 * that the caller owns; NULL when there are none. *ret_closed tells whether
 * the producer has closed, so that these are the last.
 */
struct channel_item *channel_take(struct channel *c, bool *ret_closed);

/*
 * The same, of the first ones alone: no more once those before have `weight`
 * bytes. *ret_closed only with the last of all. While some are left no push
 * wakes the consumer, who comes back by himself.
 */
struct channel_item *
channel_take_some(struct channel *c, size_t weight, bool *ret_closed);

/*
 * Consumer, or anybody: nobody wants more. The first `reason` (not 0) stays;
 * later ones are ignored. Calls the cancel hook once. Items that wait may
 * still be taken, and the producer may still push its last words with
 * channel_push_final.
 */
void channel_cancel(struct channel *c, int reason);

/* The reason of the cancellation, or 0. Any thread. */
int channel_cancelled(struct channel *c);

/*
 * Producer: pushes a last item past cap and cancellation, and closes, in one
 * step. The item is freed if the channel was closed before.
 */
void channel_push_final(struct channel *c, struct channel_item *item);

/*
 * Sets or (fn NULL) removes a hook. A hook set when there is already
 * something to tell (items, closed; cancelled) is called at once.
 */
void channel_set_wake_hook(struct channel *c, channel_hook_fn *fn, void *arg);
void channel_set_cancel_hook(struct channel *c, channel_hook_fn *fn, void *arg);

#endif
