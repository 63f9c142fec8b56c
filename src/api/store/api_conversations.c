#include "api/store/api_conversations.h"

#include <errno.h>

#include "api/store/api_given.h"
#include "api/store/api_list.h"
#include "base/clock.h"
#include "http/http_reply.h"
#include "json/jsonw.h"
#include "store/store_conversations.h"
#include "system/random_id.h"

enum {
	ID_MAX = 64
};

static void
fault(struct http_request *r, const struct api_ask *ask, struct error *e)
{
	if (ask->rc == -EMSGSIZE && r->method == HTTP_POST)
		error_set(e, ERROR_BODY_TOO_LARGE,
		    "The conversation would be larger than all that is kept "
		    "(--store-bytes); it is as it was.");
	if (ask->rc == -ENOENT)
		error_set(e, ERROR_NOT_FOUND,
		    "Conversation with id '%.100s' not found.", ask->id.s);
	else if (ask->rc == -ESRCH && ask->item.len > 0)
		error_set(e, ERROR_NOT_FOUND,
		    "Item with id '%.100s' not found in that conversation.",
		    ask->item.s);
}

/* ---- questions ---- */

/* About the conversation and the item that the path names, if it does. */
static int
take_names(struct api_ask *ask, const char *rest)
{
	struct text id = { rest, strcspn(rest, "/") };
	const char *slash = strrchr(rest, '/');
	int rc = arena_text(&ask->arena, id, &ask->id);

	/* "ID/items" and "ID/items/ITEM" */
	if (rc == 0 && slash != NULL && slash != rest + id.len)
		rc = arena_text(&ask->arena, text_of(slash + 1), &ask->item);
	return rc;
}

static struct api_ask *
ask_about(struct http_request *r, api_ask_fn *fn, api_ask_reply *reply)
{
	struct api_ask *ask = api_ask_new(r, fn);

	if (ask == NULL)
		return NULL;
	ask->reply = reply;
	ask->fault = fault;
	if (take_names(ask, r->rest) == 0)
		return ask;
	api_ask_free(ask);
	return NULL;
}

/* ---- what is asked, on the store's thread ---- */

static int
create(struct api_ask *ask, struct store_db *db)
{
	struct store_conversation c = { .owner = ask->owner,
		.id = ask->id,
		.created = ask->created,
		.metadata = ask->metadata };
	int rc = store_rows_add(&ask->rows, ask->id, ask->metadata);

	return rc != 0
	    ? rc
	    : store_conversations_new(db, &c, ask->items, ask->n_items);
}

static int
get(struct api_ask *ask, struct store_db *db)
{
	return store_conversations_get(
	    db, ask->owner, ask->id, &ask->rows, &ask->created);
}

static int
change(struct api_ask *ask, struct store_db *db)
{
	int rc = store_conversations_change(
	    db, ask->owner, ask->id, ask->metadata);

	return rc != 0 ? rc : get(ask, db);
}

static int
delete_one(struct api_ask *ask, struct store_db *db)
{
	return store_conversations_delete(db, ask->owner, ask->id);
}

static int
list(struct api_ask *ask, struct store_db *db)
{
	return store_conversations_list(
	    db, ask->owner, ask->id, &ask->page, &ask->rows);
}

/* What was added is given out as a list: none that cannot be is added. */
static int
add(struct api_ask *ask, struct store_db *db)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ask->n_items; i++)
		rc = store_rows_add(
		    &ask->rows, ask->items[i].id, ask->items[i].json);
	return rc != 0 ? rc
		       : store_conversations_add(
			     db, ask->owner, ask->id, ask->items, ask->n_items);
}

static int
get_item(struct api_ask *ask, struct store_db *db)
{
	return store_conversations_item(
	    db, ask->owner, ask->id, ask->item, &ask->rows);
}

static int
drop_item(struct api_ask *ask, struct store_db *db)
{
	int rc = store_conversations_drop(db, ask->owner, ask->id, ask->item);

	return rc != 0 ? rc : get(ask, db);
}

/* ---- answers ---- */

static void
reply_conversation(struct http_request *r, struct api_ask *ask)
{
	struct text metadata = store_rows_json(&ask->rows, 0);
	struct jsonw w;
	struct buf body;

	buf_init(&body, SIZE_MAX); /* all of it is bounded */
	jsonw_begin(&w, &body);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "id", ask->id.s, ask->id.len);
	jsonw_str(&w, "object", "conversation");
	jsonw_i64(&w, "created_at", ask->created);
	jsonw_raw(&w, "metadata", metadata.s, metadata.len);
	jsonw_close(&w);
	api_ask_reply_with(r, jsonw_end(&w), &body);
}

static void
reply_deleted(struct http_request *r, struct api_ask *ask)
{
	api_ask_reply_deleted(r, ask, "conversation.deleted");
}

void
api_conversations_new(struct http_request *r)
{
	struct api_ask *ask = ask_about(r, create, reply_conversation);
	char id[ID_MAX];

	random_id(id, sizeof(id), "conv_", RANDOM_ID_BYTES_MAX);
	if (ask != NULL) {
		ask->created = clock_unix_seconds();
		if (arena_text(&ask->arena, text_of(id), &ask->id) != 0) {
			api_ask_free(ask);
			ask = NULL;
		}
	}
	api_given_run(r, ask);
}

void
api_conversations_one(struct http_request *r)
{
	if (r->method == HTTP_POST)
		api_given_run(r, ask_about(r, change, reply_conversation));
	else if (r->method == HTTP_DELETE)
		api_ask_run(r, ask_about(r, delete_one, reply_deleted));
	else
		api_ask_run(r, ask_about(r, get, reply_conversation));
}

void
api_conversations_items(struct http_request *r)
{
	if (r->method == HTTP_POST)
		api_given_run(r, ask_about(r, add, api_list_reply));
	else
		api_list_run(r, ask_about(r, list, api_list_reply));
}

void
api_conversations_item(struct http_request *r)
{
	if (r->method == HTTP_DELETE)
		api_ask_run(r, ask_about(r, drop_item, reply_conversation));
	else
		api_ask_run(r, ask_about(r, get_item, api_ask_reply_row));
}
