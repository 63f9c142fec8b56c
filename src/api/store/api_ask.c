#include "api/store/api_ask.h"

#include <errno.h>

#include "base/clock.h"
#include "http/http_reply.h"
#include "http/http_route.h"
#include "json/jsonw.h"

static void
run(struct store_op *op, struct store_db *db)
{
	struct api_ask *ask = CONTAINER_OF(op, struct api_ask, op);

	ask->rc = ask->fn(ask, db);
}

void
api_ask_free(struct api_ask *ask)
{
	if (ask == NULL)
		return;
	store_rows_free(&ask->rows);
	error_free(&ask->error);
	arena_free(&ask->arena);
	free(ask);
}

static void
free_op(struct store_op *op)
{
	api_ask_free(CONTAINER_OF(op, struct api_ask, op));
}

struct api_ask *
api_ask_new(const struct http_request *r, api_ask_fn *fn)
{
	struct api_ask *ask = calloc(1, sizeof(*ask));
	size_t most = (size_t)r->context->settings->max_body_bytes;

	if (ask == NULL)
		return NULL;
	store_op_init(&ask->op, run, free_op);
	ask->fn = fn;
	ask->error = (struct error)ERROR_INIT;
	store_rows_init(&ask->rows, most);
	/* What a body has, written anew, and its items' places. */
	arena_init(&ask->arena, 4 * most);
	if (arena_text(&ask->arena, text_of(r->owner), &ask->owner) == 0)
		return ask;
	api_ask_free(ask);
	return NULL;
}

static void
wake(void *park)
{
	http_park_wake(park);
}

static int
shutting_down(struct error *ret_error)
{
	return error_set(
	    ret_error, ERROR_SHUTTING_DOWN, "The server is shutting down.");
}

const struct api_kept *
api_kept_of(const struct http_request *r)
{
	return r->context->routes->arg;
}

int
api_ask_begin(struct api_asking *a, struct http_request *r, struct api_ask *ask,
    struct error *ret_error)
{
	const struct api_kept *kept = api_kept_of(r);
	int rc;

	a->ask = ask;
	a->store = kept->store;
	ask->op.bytes = arena_held(&ask->arena);
	rc = api_wait_begin(&a->wait, r, kept->watch, ret_error);
	if (rc != 0)
		return rc;
	rc = store_submit(a->store, &ask->op, wake, &r->park);
	if (rc == -ENOBUFS)
		return error_set(ret_error, ERROR_OVERLOADED,
		    "Too much waits to be kept; send the request again in a "
		    "moment.");
	return rc != 0 ? shutting_down(ret_error) : 0;
}

enum api_ask_state
api_ask_look(struct api_asking *a, struct error *ret_error)
{
	if (atomic_load(&a->wait.gone))
		return API_ASK_GONE;
	if (store_is_done(a->store, &a->ask->op))
		return API_ASK_ANSWERED;
	if (store_is_quiet(a->store)) {
		shutting_down(ret_error);
		return API_ASK_FAILED;
	}
	if (clock_now() < a->wait.deadline)
		return API_ASK_WAITING;
	error_set(ret_error, ERROR_TIMEOUT,
	    "What was kept was still being looked up at the end of "
	    "--timeout-seconds.");
	return API_ASK_FAILED;
}

void
api_ask_end(struct api_asking *a)
{
	if (a->ask == NULL)
		return;
	api_wait_end(&a->wait);
	store_leave(a->store, &a->ask->op);
	a->ask = NULL;
}

/* ---- handlers with one question ---- */

void
api_ask_reply_with(struct http_request *r, int rc, struct buf *body)
{
	if (rc == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, body);
	else
		http_reply_no_memory(r);
	buf_free(body);
}

void
api_ask_reply_row(struct http_request *r, struct api_ask *ask)
{
	struct text json = store_rows_json(&ask->rows, 0);
	struct buf body;

	buf_init(&body, json.len);
	api_ask_reply_with(r, buf_append(&body, json.s, json.len), &body);
}

void
api_ask_reply_deleted(
    struct http_request *r, const struct api_ask *ask, const char *object)
{
	struct jsonw w;
	struct buf body;

	buf_init(&body, SIZE_MAX); /* its id is of the request's line */
	jsonw_begin(&w, &body);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "id", ask->id.s, ask->id.len);
	jsonw_str(&w, "object", object);
	jsonw_bool(&w, "deleted", true);
	jsonw_close(&w);
	api_ask_reply_with(r, jsonw_end(&w), &body);
}

/* What the route has not said itself. */
static void
explain(const struct api_ask *ask, struct error *e)
{
	if (e->kind != ERROR_NONE)
		return;
	switch (ask->rc) {
	case -ESRCH:
		error_set_param(e, ERROR_INVALID_VALUE, "after",
		    "'after' must be the id of an item of the list.");
		return;
	case -EMSGSIZE:
		error_set(e, ERROR_BODY_TOO_LARGE,
		    "What was asked for is larger than --max-body-bytes, and "
		    "is not given out at once; of a list ask for less "
		    "('limit').");
		return;
	default:
		error_set(e, ERROR_INTERNAL, "The store does not work: %s.",
		    strerror(-ask->rc));
	}
}

static void
answer(struct http_request *r, struct api_ask *ask)
{
	struct error e = ERROR_INIT;

	if (ask->rc == 0) {
		ask->reply(r, ask);
		return;
	}
	error_copy(&e, &ask->error);
	if (e.kind == ERROR_NONE && ask->fault != NULL)
		ask->fault(r, ask, &e);
	explain(ask, &e);
	http_reply_error(r, &e);
	error_free(&e);
}

void
api_ask_resume(struct http_request *r)
{
	struct api_asking *a = r->state;
	struct error error = ERROR_INIT;
	enum api_ask_state state;

	do
		state = api_ask_look(a, &error);
	while (state == API_ASK_WAITING && !http_park_suspend(&r->park));
	if (state == API_ASK_ANSWERED)
		answer(r, a->ask);
	else if (state == API_ASK_FAILED)
		http_reply_error(r, &error);
	else if (state == API_ASK_GONE)
		r->abort = true;
	if (state != API_ASK_WAITING)
		api_ask_end(a);
	error_free(&error);
}

void
api_ask_run(struct http_request *r, struct api_ask *ask)
{
	struct api_asking *a = r->state;
	struct error error = ERROR_INIT;

	if (a == NULL && ask != NULL)
		a = calloc(1, sizeof(*a));
	r->state = a;
	if (a == NULL || ask == NULL) {
		api_ask_free(ask);
		http_reply_no_memory(r);
		return;
	}
	if (api_ask_begin(a, r, ask, &error) == 0)
		api_ask_resume(r);
	else
		http_reply_error(r, &error);
	error_free(&error);
}

void
api_ask_over(struct http_request *r)
{
	struct api_asking *a = r->state;

	if (a == NULL)
		return;
	api_ask_end(a);
	free(a);
	r->state = NULL;
}
