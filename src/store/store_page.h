/*
 * store_page.h - a page of a list of items, as callers ask for it.
 */
#ifndef STORE_STORE_PAGE_H
#define STORE_STORE_PAGE_H

#include "store/store_db.h"
#include "store/store_rows.h"

/*
 * Callers go on behind the id of the last item that they have, so each id
 * stands in a list once, where it first stood: a request may refer to one item
 * twice. Then no page leaves anything out, and none comes again.
 */
struct store_page {
	bool ascending; /* the oldest first */
	size_t limit; /* most items */
	struct text after; /* the id of the one before the page; or empty */
};

/* The statements that read a list. */
struct store_list {
	enum store_sql find; /* the first key of (whose, id), or NULL */
	enum store_sql up, down; /* id, json of (whose, behind a key, limit) */
};

/*
 * Reads the page of what belongs to `key`. Errors: also -ESRCH there is no
 * such `after`, -EMSGSIZE.
 */
MUST_CHECK int
store_page_read(struct store_db *db, const struct store_list *list, int64_t key,
    const struct store_page *page, struct store_rows *out);

/* Adds the row that a statement stands at: id, json. */
MUST_CHECK int store_page_add(sqlite3_stmt *st, struct store_rows *out);

/* Adds all that it gives, to the end. */
MUST_CHECK int store_page_add_all(
    struct store_db *db, sqlite3_stmt *st, struct store_rows *out);

#endif
