/*
 * store_answers.h - answers that are kept, and what refers to them. For the
 * store's thread (store.h). Whose they are is part of each question: an owner
 * finds nothing of another's.
 *
 * Errors are those of store_db.h, and: -ENOENT there is none, -EMSGSIZE it is
 * too large for `out` or for the store.
 */
#ifndef STORE_STORE_ANSWERS_H
#define STORE_STORE_ANSWERS_H

#include "store/store_items.h"
#include "store/store_page.h"

/* An answer, as it is kept; texts that are absent are empty. */
struct store_answer {
	struct text owner, id;
	struct text previous; /* the answer that it goes on from */
	struct text conversation; /* that its items are added to */
	struct text body;
	int64_t created; /* Unix seconds */
	const struct store_item *items;
	size_t n_items;
};

/*
 * Of a conversation that is gone by now only the answer is kept; one whose
 * `previous` is gone leads back to nothing (store_answers_chain). What was
 * deleted while the answer was being made is gone as if it had been deleted
 * later: it does not come back with those that go on from it.
 *
 * Errors: -EMSGSIZE it, or its conversation with it, would be larger than the
 * store; then all is as before. Each way it is counted.
 */
MUST_CHECK int
store_answers_keep(struct store_db *db, const struct store_answer *a);

/* Its body, as the only row. Counts as a use, as the two below do. */
MUST_CHECK int store_answers_get(struct store_db *db, struct text owner,
    struct text id, struct store_rows *out);

/* One item, by its own id. */
MUST_CHECK int store_answers_item(struct store_db *db, struct text owner,
    struct text id, struct store_rows *out);

/*
 * All items that led to an answer, and its own, in their order. Errors: also
 * -E2BIG over LIMIT_STORE_CHAIN answers; -ENOENT too where one in between is
 * not there any more.
 */
MUST_CHECK int store_answers_chain(struct store_db *db, struct text owner,
    struct text id, struct store_rows *out);

/* What its request gave anew. Errors: also -ESRCH no such `after`. */
MUST_CHECK int store_answers_input(struct store_db *db, struct text owner,
    struct text id, const struct store_page *page, struct store_rows *out);

MUST_CHECK int
store_answers_delete(struct store_db *db, struct text owner, struct text id);

#endif
