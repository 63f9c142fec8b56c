/*
 * store_rows.h - items as they are read from the store, in one piece of
 * memory: of each its id and its JSON.
 *
 * Life cycle: store_rows_init, any number of adds, store_rows_free. Threads:
 * one at a time.
 */
#ifndef STORE_STORE_ROWS_H
#define STORE_STORE_ROWS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/text.h"

/* Where one stands in the bytes. */
struct store_row {
	size_t id, json, end;
};

struct store_rows {
	struct buf bytes;
	struct store_row *v;
	size_t n;
	bool more; /* there are others behind the last */
	size_t room; /* private */
};

/* `cap`: most bytes that they may have together. Allocates nothing. */
void store_rows_init(struct store_rows *rows, size_t cap);
void store_rows_free(struct store_rows *rows);

/*
 * Errors: -EMSGSIZE over the cap or LIMIT_STORE_ITEMS, -ENOMEM; then it has
 * what it had.
 */
MUST_CHECK int
store_rows_add(struct store_rows *rows, struct text id, struct text json);

/* Of the i-th; borrowed, good until the next add. */
static inline struct text
store_rows_id(const struct store_rows *rows, size_t i)
{
	const struct store_row *r = &rows->v[i];

	return (struct text){ rows->bytes.data + r->id, r->json - r->id };
}

static inline struct text
store_rows_json(const struct store_rows *rows, size_t i)
{
	const struct store_row *r = &rows->v[i];

	return (struct text){ rows->bytes.data + r->json, r->end - r->json };
}

#endif
