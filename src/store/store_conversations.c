#include "store/store_conversations.h"

#include <errno.h>

/* Without its items. */
static size_t
bytes_of(struct text id, struct text metadata)
{
	return id.len + metadata.len + STORE_ROW_BYTES;
}

int
store_conversations_key(
    struct store_db *db, struct text owner, struct text id, int64_t *ret_key)
{
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_CONVERSATION_FIND, owner, id, &st);

	*ret_key = 0;
	if (rc != 0)
		return rc;
	*ret_key = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	return 0;
}

/* Its key; this counts as a use. */
static int
use(struct store_db *db, struct text owner, struct text id, int64_t *ret_key)
{
	int rc = store_conversations_key(db, owner, id, ret_key);

	if (rc == 0)
		(void)!store_db_used(db, STORE_CONVERSATION_USED, *ret_key);
	return rc;
}

int
store_conversations_fit(struct store_db *db, int64_t key, size_t more)
{
	sqlite3_stmt *st;
	int64_t bytes = 0;
	int rc;

	/* Nothing has to go. */
	if (db->bytes < 0 || (uint64_t)db->bytes <= db->max)
		return 0;
	st = store_db_statement(db, STORE_CONVERSATION_HOLDS);
	(void)sqlite3_bind_int64(st, 1, key);
	rc = store_db_sum(db, st, &bytes);
	if (rc == 0 && (uint64_t)bytes + more > db->max)
		return -EMSGSIZE;
	return rc;
}

/* ---- as one ---- */

static int
insert(
    struct store_db *db, const struct store_conversation *c, int64_t *ret_key)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_CONVERSATION_ADD);
	int64_t bytes = (int64_t)bytes_of(c->id, c->metadata);
	int rc;

	store_db_text(st, 1, c->id);
	store_db_text(st, 2, c->owner);
	store_db_text(st, 3, c->metadata);
	(void)sqlite3_bind_int64(st, 4, c->created);
	(void)sqlite3_bind_int64(st, 5, bytes);
	(void)sqlite3_bind_int64(st, 6, store_db_use(db));
	rc = store_db_run(db, st);
	*ret_key = sqlite3_last_insert_rowid(db->sql);
	db->conversations++;
	db->bytes += bytes;
	return rc;
}

int
store_conversations_new(struct store_db *db, const struct store_conversation *c,
    const struct store_item *items, size_t n)
{
	int64_t key = 0;
	int rc = store_items_fit(db, bytes_of(c->id, c->metadata), items, n);

	if (rc == 0)
		rc = store_db_begin(db);
	if (rc != 0)
		return rc;
	rc = insert(db, c, &key);
	if (rc == 0)
		rc = store_items_add(db, c->owner, 0, key, items, n);
	return store_db_end(db, rc);
}

int
store_conversations_get(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out, int64_t *ret_created)
{
	int64_t key;
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_CONVERSATION_FIND, owner, id, &st);

	if (rc != 0)
		return rc;
	key = sqlite3_column_int64(st, 0);
	*ret_created = sqlite3_column_int64(st, 2);
	rc = store_rows_add(out, id, store_db_column(st, 1));
	(void)sqlite3_reset(st);
	(void)!store_db_used(db, STORE_CONVERSATION_USED, key);
	return rc;
}

/* The bytes that one takes without its items. */
static int
size_of(struct store_db *db, int64_t key, int64_t *ret_bytes)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_CONVERSATION_SIZE);

	(void)sqlite3_bind_int64(st, 1, key);
	return store_db_sum(db, st, ret_bytes);
}

static int
change(struct store_db *db, int64_t key, int64_t bytes, struct text json)
{
	int64_t before = 0;
	sqlite3_stmt *st;
	int rc = size_of(db, key, &before);

	if (rc != 0)
		return rc;
	st = store_db_statement(db, STORE_CONVERSATION_CHANGE);
	(void)sqlite3_bind_int64(st, 1, key);
	store_db_text(st, 2, json);
	(void)sqlite3_bind_int64(st, 3, bytes);
	db->bytes += bytes - before;
	rc = store_db_run(db, st);
	return rc != 0 ? rc : store_conversations_fit(db, key, 0);
}

int
store_conversations_change(
    struct store_db *db, struct text owner, struct text id, struct text json)
{
	size_t bytes = bytes_of(id, json);
	int64_t key = 0;
	int rc = store_items_fit(db, bytes, NULL, 0);

	if (rc == 0)
		rc = use(db, owner, id, &key);
	if (rc == 0)
		rc = store_db_begin(db);
	if (rc != 0)
		return rc;
	return store_db_end(db, change(db, key, (int64_t)bytes, json));
}

int
store_conversations_delete(
    struct store_db *db, struct text owner, struct text id)
{
	int64_t key = 0;
	int rc = store_conversations_key(db, owner, id, &key);

	if (rc == 0)
		rc = store_db_begin(db);
	if (rc != 0)
		return rc;
	return store_db_end(db, store_db_remove_conversation(db, key));
}

/* ---- its items ---- */

static int
add_items(struct store_db *db, struct text owner, int64_t key,
    const struct store_item *items, size_t n)
{
	int rc = store_items_add(db, owner, 0, key, items, n);

	return rc != 0 ? rc : store_conversations_fit(db, key, 0);
}

int
store_conversations_add(struct store_db *db, struct text owner, struct text id,
    const struct store_item *items, size_t n)
{
	int64_t key = 0;
	int rc = store_items_fit(db, 0, items, n);

	if (rc == 0)
		rc = use(db, owner, id, &key);
	if (rc == 0)
		rc = store_db_begin(db);
	if (rc != 0)
		return rc;
	return store_db_end(db, add_items(db, owner, key, items, n));
}

int
store_conversations_list(struct store_db *db, struct text owner, struct text id,
    const struct store_page *page, struct store_rows *out)
{
	static const struct store_list list = { STORE_CONVERSATION_AFTER,
		STORE_CONVERSATION_UP, STORE_CONVERSATION_DOWN };
	int64_t key;
	int rc = use(db, owner, id, &key);

	return rc != 0 ? rc : store_page_read(db, &list, key, page, out);
}

int
store_conversations_until(struct store_db *db, struct text owner,
    struct text id, int64_t last, struct store_rows *out)
{
	int64_t key;
	sqlite3_stmt *st;
	int rc = use(db, owner, id, &key);

	if (rc != 0)
		return rc;
	st = store_db_statement(db, STORE_CONVERSATION_ITEMS);
	(void)sqlite3_bind_int64(st, 1, key);
	(void)sqlite3_bind_int64(st, 2, last);
	return store_page_add_all(db, st, out);
}

int
store_conversations_all(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out)
{
	return store_conversations_until(db, owner, id, INT64_MAX, out);
}

/* At the row of one of its items: id, json, key, answer. */
static int
find_item(
    struct store_db *db, int64_t key, struct text item, sqlite3_stmt **ret_st)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_CONVERSATION_ITEM);
	int rc;

	(void)sqlite3_bind_int64(st, 1, key);
	store_db_text(st, 2, item);
	rc = store_db_step(db, st);
	*ret_st = st;
	if (rc == 0)
		return -ESRCH;
	return rc < 0 ? rc : 0;
}

int
store_conversations_item(struct store_db *db, struct text owner, struct text id,
    struct text item, struct store_rows *out)
{
	int64_t key;
	sqlite3_stmt *st;
	int rc = use(db, owner, id, &key);

	if (rc == 0)
		rc = find_item(db, key, item, &st);
	if (rc != 0)
		return rc;
	rc = store_page_add(st, out);
	(void)sqlite3_reset(st);
	return rc;
}

/* One that is an answer's, too, stays with that. */
static int
drop_one(struct store_db *db, int64_t key, struct text item)
{
	int64_t row, bytes = 0;
	bool shared;
	sqlite3_stmt *st;
	int rc = find_item(db, key, item, &st);

	if (rc != 0)
		return rc;
	row = sqlite3_column_int64(st, 2);
	shared = sqlite3_column_int64(st, 3) != 0;
	(void)sqlite3_reset(st);
	st = store_db_statement(
	    db, shared ? STORE_ITEM_LEAVES : STORE_ITEM_REMOVE);
	(void)sqlite3_bind_int64(st, 1, row);
	rc = store_db_sum(db, st, &bytes);
	db->bytes -= bytes;
	return rc;
}

/* It may be there twice, and stands in lists once. */
static int
drop(struct store_db *db, int64_t key, struct text item)
{
	int rc = drop_one(db, key, item);

	if (rc != 0)
		return rc;
	do
		rc = drop_one(db, key, item);
	while (rc == 0);
	return rc == -ESRCH ? 0 : rc;
}

int
store_conversations_drop(
    struct store_db *db, struct text owner, struct text id, struct text item)
{
	int64_t key;
	int rc = use(db, owner, id, &key);

	if (rc == 0)
		rc = store_db_begin(db);
	if (rc != 0)
		return rc;
	return store_db_end(db, drop(db, key, item));
}
