/*
 * store_conversations.h - conversations that are kept by name. For the
 * store's thread. Errors are those of store_answers.h.
 */
#ifndef STORE_STORE_CONVERSATIONS_H
#define STORE_STORE_CONVERSATIONS_H

#include "store/store_answers.h"

/* As it is kept. */
struct store_conversation {
	struct text owner, id;
	struct text metadata; /* JSON */
	int64_t created; /* Unix seconds */
};

/*
 * With its first items. Whatever makes one larger may end with -EMSGSIZE, too:
 * it would be larger than the store; then all is as before.
 */
MUST_CHECK int
store_conversations_new(struct store_db *db, const struct store_conversation *c,
    const struct store_item *items, size_t n);

/* Its metadata as the only row, and since when it exists. */
MUST_CHECK int store_conversations_get(struct store_db *db, struct text owner,
    struct text id, struct store_rows *out, int64_t *ret_created);

/* Gives it other metadata. */
MUST_CHECK int store_conversations_change(
    struct store_db *db, struct text owner, struct text id, struct text json);

/* Its items stay with the answers that they are of. */
MUST_CHECK int store_conversations_delete(
    struct store_db *db, struct text owner, struct text id);

MUST_CHECK int store_conversations_add(struct store_db *db, struct text owner,
    struct text id, const struct store_item *items, size_t n);

/* Errors: also -ESRCH no such `after`. */
MUST_CHECK int store_conversations_list(struct store_db *db, struct text owner,
    struct text id, const struct store_page *page, struct store_rows *out);

/* All its items. */
MUST_CHECK int store_conversations_all(struct store_db *db, struct text owner,
    struct text id, struct store_rows *out);

/* One of its items. Errors: also -ESRCH it has none of that id. */
MUST_CHECK int store_conversations_item(struct store_db *db, struct text owner,
    struct text id, struct text item, struct store_rows *out);

/* Takes one out of it. Errors: as before. */
MUST_CHECK int store_conversations_drop(
    struct store_db *db, struct text owner, struct text id, struct text item);

/* ---- for the room's own files ---- */

/* -ENOENT, and *ret_key 0: there is none. */
MUST_CHECK int store_conversations_key(
    struct store_db *db, struct text owner, struct text id, int64_t *ret_key);

/*
 * In a transaction: whether it can be kept together with `more` bytes. If not,
 * all else would make room for it in vain, and then it itself. Errors: also
 * -EMSGSIZE.
 */
MUST_CHECK int
store_conversations_fit(struct store_db *db, int64_t key, size_t more);

/* Its items up to this one. */
MUST_CHECK int store_conversations_until(struct store_db *db, struct text owner,
    struct text id, int64_t last, struct store_rows *out);

#endif
