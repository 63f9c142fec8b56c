#include "http/http_models.h"

#include <errno.h>

#include "base/jsonw.h"
#include "http/http_reply.h"

enum {
	PAGE_MAX = 4 * 1024 * 1024
};

static bool
contains(const struct strv *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i], name) == 0)
			return true;
	}
	return false;
}

static int
add_aliases(const struct settings *s, struct strv *out)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->model_alias.n; i++) {
		const char *alias = s->model_alias.v[i];

		rc = strv_addf(out, "%.*s", (int)strcspn(alias, "="), alias);
	}
	return rc;
}

/* All names, ours first, each once. */
static int
collect(const struct http_request *r, struct strv *out)
{
	struct engine *engine = dispatch_engine(r->context->dispatch);
	struct strv codex;
	int rc = strv_add(out, SETTINGS_LOCAL_MODEL);

	strv_init(&codex);
	if (rc == 0)
		rc = add_aliases(r->context->settings, out);
	if (rc == 0)
		rc = engine->ops->models(engine, &codex);
	for (size_t i = 0; rc == 0 && i < codex.n; i++) {
		if (!contains(out, codex.v[i]))
			rc = strv_add(out, codex.v[i]);
	}
	strv_free(&codex);
	return rc;
}

static int
append_model(const struct http_request *r, const char *id, struct buf *b)
{
	int rc = buf_puts(b, "{\"id\":");

	if (rc == 0)
		rc = jsonw_cstring(b, id);
	if (rc == 0)
		rc = buf_printf(b,
		    ",\"object\":\"model\",\"created\":%lld,"
		    "\"owned_by\":\"codex\"}",
		    (long long)r->context->started_at);
	return rc;
}

static int
append_list(const struct http_request *r, const struct strv *ids, struct buf *b)
{
	int rc = buf_puts(b, "{\"object\":\"list\",\"data\":[");

	for (size_t i = 0; rc == 0 && i < ids->n; i++) {
		if (i > 0)
			rc = buf_puts(b, ",");
		if (rc == 0)
			rc = append_model(r, ids->v[i], b);
	}
	return rc != 0 ? rc : buf_puts(b, "]}\n");
}

void
http_models_list(struct http_request *r)
{
	struct strv ids;
	struct buf body;
	int rc;

	strv_init(&ids);
	buf_init(&body, PAGE_MAX);
	rc = collect(r, &ids);
	if (rc == 0)
		rc = append_list(r, &ids, &body);
	if (rc == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
	strv_free(&ids);
}

static void
reply_unknown(struct http_request *r)
{
	struct api_error e = API_ERROR_INIT;

	api_error_set_param(&e, API_ERROR_MODEL_NOT_FOUND, "model",
	    "The model '%.200s' does not exist; GET /v1/models lists those "
	    "that do.",
	    r->rest);
	http_reply_error(r, &e);
	api_error_free(&e);
}

void
http_models_get(struct http_request *r)
{
	struct strv ids;
	struct buf body;
	int rc;

	strv_init(&ids);
	buf_init(&body, PAGE_MAX);
	rc = collect(r, &ids);
	if (rc == 0 && !contains(&ids, r->rest)) {
		reply_unknown(r);
		rc = -ENOENT;
	}
	if (rc == 0)
		rc = append_model(r, r->rest, &body);
	if (rc == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else if (!r->replied)
		r->abort = true;
	buf_free(&body);
	strv_free(&ids);
}
