/*
 * queue.h - a bounded first-in first-out queue of intrusive nodes with a
 * deadline each, between one or more producers and consumers.
 *
 * Life cycle: queue_new; push and pop from any thread; queue_close (pushes
 * fail from then on, pops hand out the rest and then -EPIPE); queue_free
 * when no thread uses it any more. The queue never owns the nodes' memory:
 * a node belongs to whoever pushed it until it is popped, removed or expired.
 *
 * Lock: one mutex, a leaf: nothing is called while it is held.
 */
#ifndef THREAD_QUEUE_H
#define THREAD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct queue;

/* Embedded in what is queued; zeroed by the owner before the first push. */
struct queue_node {
	struct queue_node *next, *prev;
	int64_t deadline; /* monotonic ns after which it should not be run */
	bool queued; /* under the queue's lock */
};

/* `capacity` is the most nodes that wait at once. NULL: out of memory. */
struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q);

/*
 * Appends all `n` nodes, or none. Who waits in queue_pop has to be called.
 * Errors: -EAGAIN too few places are free, -EPIPE closed.
 */
MUST_CHECK int
queue_push(struct queue *q, struct queue_node *const *nodes, size_t n);

/*
 * After queue_push of `n` nodes, when its caller has let go of his own locks:
 * whoever is woken would only wait for those.
 */
void queue_call(struct queue *q, size_t n);

/*
 * Takes the oldest node, waiting for one until `deadline` (CLOCK_NEVER: as
 * long as it takes; 0: not at all).
 * Errors: -ETIMEDOUT, -EPIPE closed and empty.
 */
MUST_CHECK int
queue_pop(struct queue *q, int64_t deadline, struct queue_node **ret_node);

/* Takes this node out. False when it is not (or no longer) queued. */
bool queue_remove(struct queue *q, struct queue_node *node);

/*
 * Takes out one node whose deadline is at or before `now`; NULL when there
 * is none. *ret_next is the earliest deadline of those left, or CLOCK_NEVER.
 */
struct queue_node *
queue_expire(struct queue *q, int64_t now, int64_t *ret_next);

/* Refuses pushes and wakes all waiting pops. */
void queue_close(struct queue *q);

/* Nodes waiting now. */
size_t queue_depth(struct queue *q);

/*
 * A descriptor that is readable while nodes wait or the queue is closed, for
 * consumers that poll. Made at the first call, owned by the queue.
 * Returns -errno on failure. Never read from it.
 */
MUST_CHECK int queue_fd(struct queue *q);

#endif
