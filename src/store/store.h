/*
 * store.h - what is kept for those who refer to it: answers of the Responses
 * API, their items, and conversations. The thread that owns the connection to
 * SQLite, and the queue in front of it.
 *
 * What is asked of it is an op: a function that runs on that thread, one after
 * the other in the order in which they were submitted, so that an answer whose
 * keeping was submitted is found by each lookup that comes later. Whoever
 * submits it waits to be woken, or leaves: an op that was left is run all the
 * same, and freed by the last of the two.
 *
 * Life cycle, main thread: store_start; store_quiet once nobody may wait any
 * more, after which what is kept is still taken; store_free, which finishes
 * what is queued. A disk that does not come back within STORE_PATIENCE is left
 * behind with the thread.
 *
 * Lock: one mutex; below it what `wake` takes.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/clock.h"
#include "store/store_answers.h"

#define STORE_PATIENCE (5 * NS_PER_S)

struct store;

struct store_op {
	void (*run)(struct store_op *op, struct store_db *db); /* its thread */
	void (*free)(struct store_op *op); /* on whichever thread was last */
	size_t bytes; /* that it holds, against LIMIT_STORE_BACKLOG */

	struct store_op *next; /* private, as all below; under the lock */
	void (*wake)(void *arg); /* NULL: nobody waits */
	void *arg;
	bool done;
	unsigned refs;
};

/*
 * Opens the file, or memory for NULL, and starts the thread. Errors, and
 * `ret_error`: as store_db_open.
 */
MUST_CHECK int store_start(const char *path, uint64_t max,
    struct store **ret_store, char ret_error[STORE_ERROR_MAX]);

/* Wakes all that wait; from now on nobody may wait. May be repeated. */
void store_quiet(struct store *s);
void store_free(struct store *s);

/* Any thread. */
const struct store_counts *store_counts(const struct store *s);
uint64_t store_max(const struct store *s);

/* ---- ops; any thread ---- */

void store_op_init(struct store_op *op,
    void (*run)(struct store_op *op, struct store_db *db),
    void (*free_it)(struct store_op *op));

/*
 * Queues it; `wake` (or NULL) is called with `arg` once it is done, and when
 * nobody may wait any more. Errors: -EPIPE nobody may wait, or it has ended;
 * -ENOBUFS too much is queued. store_leave frees it all the same.
 */
MUST_CHECK int store_submit(
    struct store *s, struct store_op *op, void (*wake)(void *arg), void *arg);

bool store_is_done(struct store *s, const struct store_op *op);
bool store_is_quiet(struct store *s);

/* Lets go of it: it is not woken any more. */
void store_leave(struct store *s, struct store_op *op);

/*
 * Has an answer kept, which is copied. What cannot be is dropped, counted and
 * logged: whoever asked has his answer all the same.
 */
void store_keep(struct store *s, const struct store_answer *answer);

#endif
