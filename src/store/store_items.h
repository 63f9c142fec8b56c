/*
 * store_items.h - items as they are written into the store. For the room's
 * own files, on the store's thread. Errors are those of store_db.h.
 */
#ifndef STORE_STORE_ITEMS_H
#define STORE_STORE_ITEMS_H

#include "store/store_db.h"

/* An item, as it is kept. */
struct store_item {
	struct text id;
	struct text json;
	bool output; /* of an answer, not of a request */
};

/*
 * -EMSGSIZE: `bytes` and these items are more than the store may hold, and
 * would at once push themselves out.
 */
MUST_CHECK int store_items_fit(const struct store_db *db, size_t bytes,
    const struct store_item *items, size_t n);

/*
 * In a transaction: each is a row of its own, also where one of that id is
 * there, so that it stays when that one goes. `answer`, `conversation`: keys,
 * or 0 for neither.
 */
MUST_CHECK int
store_items_add(struct store_db *db, struct text owner, int64_t answer,
    int64_t conversation, const struct store_item *items, size_t n);

#endif
