#include "api/api_server.h"

#include <unistd.h>

#include "base/limits.h"
#include "api/api.h"
#include "base/bufw.h"
#include "http/http_reply.h"

enum {
	WHY_MAX = 1024
};

/* Where callers find it. */
static json_t *
urls(const struct http_context *context)
{
	char url[LISTENER_NAME_MAX + 32];
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < context->n_listeners; i++) {
		if (context->listeners[i].private)
			continue;
		listener_url(&context->listeners[i], url, sizeof(url));
		(void)json_array_append_new(array, json_string(url));
	}
	return array;
}

/* Why --engine auto has exec do all, or null. */
static json_t *
all_to_exec(const struct http_request *r)
{
	char why[WHY_MAX];

	return engines_unfit(api_of(r)->engines, why, sizeof(why))
	    ? json_string(why)
	    : json_null();
}

static json_t *
describe(const struct http_request *r)
{
	const struct settings *s = r->context->settings;

	return json_pack("{s:s,s:I,s:I,s:s,s:o,s:s,s:s,s:o,s:o}", "version",
	    PACKAGE_VERSION, "pid", (json_int_t)getpid(), "started_at",
	    (json_int_t)api_of(r)->started_at, "engine",
	    settings_engine_name(s), "all_to_exec", all_to_exec(r),
	    "state_file", s->state_file, "logs_to", api_of(r)->logs_to, "urls",
	    urls(r->context), "settings", settings_to_json(s));
}

void
api_server_get(struct http_request *r)
{
	json_t *object = describe(r);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	struct buf body;

	buf_init(&body, LIMIT_PAGE);
	if (text != NULL && buf_printf(&body, "%s\n", text) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
	free(text);
	json_decref(object);
}

void
api_server_models(struct http_request *r)
{
	struct codex_models *m = engines_models(api_of(r)->engines, false);
	struct bufw w;
	struct buf body;

	buf_init(&body, LIMIT_PAGE);
	bufw_begin(&w, &body);
	bufw_puts(&w, "{\"models\":");
	bufw_fail(&w, codex_models_json(m, &body));
	bufw_puts(&w, "}\n");
	if (bufw_end(&w) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
	codex_models_unref(m);
}
