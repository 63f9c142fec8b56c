#include "store/store_items.h"

#include <errno.h>

static size_t
bytes_of(const struct store_item *i)
{
	return i->id.len + i->json.len + STORE_ROW_BYTES;
}

int
store_items_fit(const struct store_db *db, size_t bytes,
    const struct store_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes += bytes_of(&items[i]);
	return bytes > db->max ? -EMSGSIZE : 0;
}

static void
bind_key(sqlite3_stmt *st, int at, int64_t key)
{
	if (key != 0)
		(void)sqlite3_bind_int64(st, at, key);
}

static int
add(struct store_db *db, struct text owner, int64_t answer,
    int64_t conversation, const struct store_item *item)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_ITEM_ADD);
	int64_t bytes = (int64_t)bytes_of(item);

	store_db_text(st, 1, item->id);
	store_db_text(st, 2, owner);
	bind_key(st, 3, answer);
	bind_key(st, 4, conversation);
	(void)sqlite3_bind_int(st, 5, item->output);
	store_db_text(st, 6, item->json);
	(void)sqlite3_bind_int64(st, 7, bytes);
	db->bytes += bytes;
	return store_db_run(db, st);
}

int
store_items_add(struct store_db *db, struct text owner, int64_t answer,
    int64_t conversation, const struct store_item *items, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add(db, owner, answer, conversation, &items[i]);
	return rc;
}
