#include "api/store/api_list.h"

#include <errno.h>
#include <stdint.h>

#include "base/parse.h"
#include "http/http_reply.h"
#include "json/jsonw.h"

enum {
	LIMIT_USUAL = 20,
	LIMIT_MAX = 100
};

static int
read_order(const char *order, bool *ret_ascending, struct error *ret_error)
{
	*ret_ascending = order != NULL && strcmp(order, "asc") == 0;
	if (order == NULL || *ret_ascending || strcmp(order, "desc") == 0)
		return 0;
	return error_set_param(ret_error, ERROR_INVALID_VALUE, "order",
	    "'order' must be asc or desc.");
}

/* Errors: -EINVAL with `ret_error`, -ENOMEM. */
static int
read_query(
    const struct http_request *r, struct api_ask *ask, struct error *ret_error)
{
	const char *limit = http_request_query(r, "limit");
	const char *after = http_request_query(r, "after");
	int64_t n = LIMIT_USUAL;

	if (limit != NULL && parse_int(limit, 1, LIMIT_MAX, &n) != 0)
		return error_set_param(ret_error, ERROR_INVALID_VALUE, "limit",
		    "'limit' must be a number from 1 to %d.", LIMIT_MAX);
	ask->page.limit = (size_t)n;
	if (read_order(http_request_query(r, "order"), &ask->page.ascending,
		ret_error) != 0)
		return -EINVAL;
	return after == NULL
	    ? 0
	    : arena_text(&ask->arena, text_of(after), &ask->page.after);
}

void
api_list_run(struct http_request *r, struct api_ask *ask)
{
	struct error e = ERROR_INIT;
	int rc = ask != NULL ? read_query(r, ask, &e) : -ENOMEM;

	if (rc == 0) {
		api_ask_run(r, ask);
	} else {
		api_ask_free(ask);
		if (rc == -ENOMEM)
			api_ask_run(r, NULL);
		else
			http_reply_error(r, &e);
	}
	error_free(&e);
}

static void
put_id(
    struct jsonw *w, const char *key, const struct store_rows *rows, size_t i)
{
	struct text id;

	if (rows->n == 0) {
		jsonw_null(w, key);
		return;
	}
	id = store_rows_id(rows, i);
	jsonw_text(w, key, id.s, id.len);
}

void
api_list_reply(struct http_request *r, struct api_ask *ask)
{
	const struct store_rows *rows = &ask->rows;
	struct jsonw w;
	struct buf body;

	buf_init(&body, SIZE_MAX); /* the rows are bounded */
	jsonw_begin(&w, &body);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "object", "list");
	jsonw_array(&w, "data");
	for (size_t i = 0; i < rows->n; i++) {
		struct text item = store_rows_json(rows, i);

		jsonw_raw(&w, NULL, item.s, item.len);
	}
	jsonw_close(&w);
	put_id(&w, "first_id", rows, 0);
	put_id(&w, "last_id", rows, rows->n - 1);
	jsonw_bool(&w, "has_more", rows->more);
	jsonw_close(&w);
	api_ask_reply_with(r, jsonw_end(&w), &body);
}
