#include "api/store/api_answers.h"

#include <errno.h>

#include "api/store/api_list.h"
#include "http/http_reply.h"

static void
not_found(struct http_request *r, const struct api_ask *ask, struct error *e)
{
	(void)r;
	if (ask->rc == -ENOENT)
		error_set(e, ERROR_NOT_FOUND,
		    "Response with id '%.100s' not found.", ask->id.s);
}

/* A question about the response that the path names. NULL: out of memory. */
static struct api_ask *
ask_about(
    struct http_request *r, size_t id_len, api_ask_fn *fn, api_ask_reply *reply)
{
	struct api_ask *ask = api_ask_new(r, fn);
	struct text id = { r->rest, id_len };

	if (ask == NULL)
		return NULL;
	ask->reply = reply;
	ask->fault = not_found;
	if (arena_text(&ask->arena, id, &ask->id) == 0)
		return ask;
	api_ask_free(ask);
	return NULL;
}

/* ---- the answer ---- */

static int
get(struct api_ask *ask, struct store_db *db)
{
	return store_answers_get(db, ask->owner, ask->id, &ask->rows);
}

static int
delete_one(struct api_ask *ask, struct store_db *db)
{
	return store_answers_delete(db, ask->owner, ask->id);
}

static void
reply_deleted(struct http_request *r, struct api_ask *ask)
{
	api_ask_reply_deleted(r, ask, "response");
}

/* Events are not kept. */
static bool
wants_stream(const struct http_request *r)
{
	const char *stream = http_request_query(r, "stream");

	return stream != NULL && strcmp(stream, "false") != 0 &&
	    strcmp(stream, "0") != 0;
}

static void
refuse_stream(struct http_request *r)
{
	struct error e = ERROR_INIT;

	error_set_param(&e, ERROR_UNSUPPORTED_PARAMETER, "stream",
	    "'stream' is not supported here: only responses in the background "
	    "can be streamed again, and there are none.");
	http_reply_error(r, &e);
	error_free(&e);
}

void
api_answers_one(struct http_request *r)
{
	size_t len = strlen(r->rest);

	if (r->method == HTTP_DELETE)
		api_ask_run(r, ask_about(r, len, delete_one, reply_deleted));
	else if (wants_stream(r))
		refuse_stream(r);
	else
		api_ask_run(r, ask_about(r, len, get, api_ask_reply_row));
}

/* ---- what belongs to it ---- */

static int
list_input(struct api_ask *ask, struct store_db *db)
{
	return store_answers_input(
	    db, ask->owner, ask->id, &ask->page, &ask->rows);
}

void
api_answers_input(struct http_request *r)
{
	api_list_run(
	    r, ask_about(r, strcspn(r->rest, "/"), list_input, api_list_reply));
}

static void
reply_cancel(struct http_request *r, struct api_ask *ask)
{
	(void)ask;
	http_reply_kind(r, ERROR_INVALID_VALUE,
	    "Only responses created with background=true can be cancelled.");
}

void
api_answers_cancel(struct http_request *r)
{
	api_ask_run(r, ask_about(r, strcspn(r->rest, "/"), get, reply_cancel));
}

/* ---- what there is not ---- */

void
api_answers_none(struct http_request *r)
{
	http_reply_kind(r, ERROR_NOT_FOUND,
	    "Responses are not compacted here: Codex has no such request.");
}

void
api_answers_upgrade(struct http_request *r)
{
	http_reply_kind(r, ERROR_UPGRADE_REQUIRED,
	    "No WebSocket is spoken here: send a POST over HTTP.");
}
