#include "store/store_answers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "store/store_conversations.h"

/* ---- keeping ---- */

/* Of the answer alone. */
static size_t
answer_bytes(const struct store_answer *a)
{
	return a->id.len + a->previous.len + a->conversation.len + a->body.len +
	    STORE_ROW_BYTES;
}

static int
add_answer(struct store_db *db, const struct store_answer *a, int64_t *ret_key)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_ANSWER_ADD);
	int64_t bytes = (int64_t)answer_bytes(a);
	int rc;

	store_db_text(st, 1, a->id);
	store_db_text(st, 2, a->owner);
	store_db_text(st, 3, a->previous);
	store_db_text(st, 4, a->conversation);
	store_db_text(st, 5, a->body);
	(void)sqlite3_bind_int64(st, 6, a->created);
	(void)sqlite3_bind_int64(st, 7, bytes);
	(void)sqlite3_bind_int64(st, 8, store_db_use(db));
	rc = store_db_run(db, st);
	*ret_key = sqlite3_last_insert_rowid(db->sql);
	db->answers++;
	db->bytes += bytes;
	return rc;
}

static int
add_all(struct store_db *db, const struct store_answer *a)
{
	int64_t conversation = 0, answer = 0;
	int rc = 0;

	if (a->conversation.len > 0)
		rc = store_conversations_key(
		    db, a->owner, a->conversation, &conversation);
	if (conversation != 0)
		rc = store_db_used(db, STORE_CONVERSATION_USED, conversation);
	if (rc == 0 || rc == -ENOENT)
		rc = add_answer(db, a, &answer);
	if (rc == 0)
		rc = store_items_add(
		    db, a->owner, answer, conversation, a->items, a->n_items);
	if (rc == 0 && conversation != 0)
		rc = store_conversations_fit(db, conversation, answer_bytes(a));
	return rc;
}

int
store_answers_keep(struct store_db *db, const struct store_answer *a)
{
	int rc = store_items_fit(db, answer_bytes(a), a->items, a->n_items);

	if (rc == 0)
		rc = store_db_begin(db);
	if (rc == 0)
		rc = store_db_end(db, add_all(db, a));
	counter_add(rc == 0 ? &db->counts->kept : &db->counts->dropped, 1);
	return rc;
}

/* ---- looking up ---- */

static int
find_key(
    struct store_db *db, struct text owner, struct text id, int64_t *ret_key)
{
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_ANSWER_FIND, owner, id, &st);

	if (rc != 0)
		return rc;
	*ret_key = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	return 0;
}

int
store_answers_get(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out)
{
	int64_t key;
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_ANSWER_BODY, owner, id, &st);

	if (rc != 0)
		return rc;
	key = sqlite3_column_int64(st, 0);
	rc = store_rows_add(out, id, store_db_column(st, 1));
	(void)sqlite3_reset(st);
	(void)!store_db_used(db, STORE_ANSWER_USED, key);
	return rc;
}

int
store_answers_item(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out)
{
	int64_t answer, conversation;
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_ITEM_FIND, owner, id, &st);

	if (rc != 0)
		return rc;
	answer = sqlite3_column_int64(st, 2);
	conversation = sqlite3_column_int64(st, 3);
	rc = store_page_add(st, out);
	(void)sqlite3_reset(st);
	if (answer != 0)
		(void)!store_db_used(db, STORE_ANSWER_USED, answer);
	if (conversation != 0)
		(void)!store_db_used(db, STORE_CONVERSATION_USED, conversation);
	return rc;
}

int
store_answers_input(struct store_db *db, struct text owner, struct text id,
    const struct store_page *page, struct store_rows *out)
{
	static const struct store_list list = { STORE_ANSWER_AFTER,
		STORE_ANSWER_UP, STORE_ANSWER_DOWN };
	int64_t key;
	int rc = find_key(db, owner, id, &key);

	if (rc != 0)
		return rc;
	(void)!store_db_used(db, STORE_ANSWER_USED, key);
	return store_page_read(db, &list, key, page, out);
}

int
store_answers_delete(struct store_db *db, struct text owner, struct text id)
{
	int64_t key = 0;
	int rc = store_db_begin(db);

	if (rc != 0)
		return rc;
	rc = find_key(db, owner, id, &key);
	if (rc == 0)
		rc = store_db_remove_answer(db, key);
	return store_db_end(db, rc);
}

/* ---- what an answer goes on from ---- */

/* Keys of answers, the last one first. */
struct chain {
	int64_t *keys;
	size_t n;
	struct text conversation; /* of the first of them, or empty */
	char *memory; /* that of the text below, and of this */
};

/* A copy that lives as long as the chain. */
static int
hold(struct chain *c, struct text from, struct text *ret_copy)
{
	free(c->memory);
	c->memory = malloc(from.len + 1);
	if (c->memory == NULL)
		return -ENOMEM;
	memcpy(c->memory, from.len > 0 ? from.s : "", from.len);
	*ret_copy = (struct text){ c->memory, from.len };
	return 0;
}

/* One step back: `id` becomes that of the one before, or empty. */
static int
step_back(
    struct store_db *db, struct text owner, struct chain *c, struct text *id)
{
	struct text previous;
	sqlite3_stmt *st;
	int rc = store_db_find(db, STORE_ANSWER_FIND, owner, *id, &st);

	if (rc != 0)
		return rc;
	c->keys[c->n++] = sqlite3_column_int64(st, 0);
	previous = store_db_column(st, 1);
	c->conversation = store_db_column(st, 2);
	/* All before it stands in the conversation. */
	if (c->conversation.len > 0) {
		rc = hold(c, c->conversation, &c->conversation);
		*id = (struct text){ NULL, 0 };
	} else {
		rc = hold(c, previous, id);
	}
	(void)sqlite3_reset(st);
	return rc;
}

static int
walk_back(
    struct store_db *db, struct text owner, struct text id, struct chain *c)
{
	int rc = 0;

	c->keys = malloc(LIMIT_STORE_CHAIN * sizeof(*c->keys));
	if (c->keys == NULL)
		return -ENOMEM;
	do
		rc = c->n == LIMIT_STORE_CHAIN ? -E2BIG
					       : step_back(db, owner, c, &id);
	while (rc == 0 && id.len > 0);
	return rc;
}

static int
add_items(struct store_db *db, int64_t answer, struct store_rows *out)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_ANSWER_ITEMS);

	(void)sqlite3_bind_int64(st, 1, answer);
	return store_page_add_all(db, st, out);
}

/* Of the conversation so much as there was when the answer was given. */
static int
add_conversation(struct store_db *db, struct text owner, const struct chain *c,
    struct store_rows *out)
{
	sqlite3_stmt *st = store_db_statement(db, STORE_ANSWER_LAST);
	int64_t last = 0;
	int rc;

	(void)sqlite3_bind_int64(st, 1, c->keys[c->n - 1]);
	rc = store_db_sum(db, st, &last);
	return rc != 0
	    ? rc
	    : store_conversations_until(db, owner, c->conversation, last, out);
}

/* The first of them first, so that none outlives the one before it. */
static int
add_chain(struct store_db *db, struct text owner, const struct chain *c,
    struct store_rows *out)
{
	int rc = 0;

	for (size_t i = c->n; rc == 0 && i-- > 0;) {
		if (i == c->n - 1 && c->conversation.len > 0)
			rc = add_conversation(db, owner, c, out);
		else
			rc = add_items(db, c->keys[i], out);
	}
	return rc;
}

static void
note_uses(struct store_db *db, const struct chain *c)
{
	bool whole = store_db_begin(db) == 0;

	for (size_t i = c->n; whole && i-- > 0;)
		(void)!store_db_used(db, STORE_ANSWER_USED, c->keys[i]);
	if (whole)
		(void)!store_db_end(db, 0);
}

int
store_answers_chain(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out)
{
	struct chain c = { .n = 0 };
	int rc = walk_back(db, owner, id, &c);

	if (rc == 0)
		rc = add_chain(db, owner, &c, out);
	if (rc == 0)
		note_uses(db, &c);
	free(c.keys);
	free(c.memory);
	return rc;
}
