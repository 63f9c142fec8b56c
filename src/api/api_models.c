#include "api/api_models.h"

#include <errno.h>
#include <time.h>

#include "base/limits.h"
#include "api/api.h"
#include "base/strvw.h"
#include "dialect/messages/messages_dialect.h"
#include "json/jsonw.h"
#include "http/http_reply.h"

enum {
	TIME_MAX = 32
};

/* What one answer is made of. */
struct listing {
	const struct http_request *http;
	const struct settings *settings;
	struct codex_models *models; /* a reference, or NULL */
	bool anthropic; /* also in that API's form */
};

static struct listing
listing_begin(const struct http_request *r)
{
	return (struct listing){ .http = r,
		.settings = r->context->settings,
		.models = engines_models(api_of(r)->engines, true),
		.anthropic = http_request_has(r, "anthropic-version") };
}

static void
listing_end(struct listing *l)
{
	codex_models_unref(l->models);
}

static bool
contains(const struct strv *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i], name) == 0)
			return true;
	}
	return false;
}

/* A pattern is no name that can be asked for. */
static void
add_aliases(struct strvw *out, const struct settings *s)
{
	for (size_t i = 0; i < s->model_alias.n; i++) {
		const char *alias = s->model_alias.v[i];
		size_t len = strcspn(alias, "=");

		if (alias[len - 1] != '*')
			strvw_addf(out, "%.*s", (int)len, alias);
	}
}

/* All names, ours first, each once. */
static int
collect(const struct listing *l, struct strv *out)
{
	const struct codex_models *m = l->models;
	struct strvw w;

	strvw_begin(&w, out);
	strvw_add(&w, SETTINGS_LOCAL_MODEL);
	if (l->settings->engine == ENGINE_AUTO)
		strvw_add(&w, SETTINGS_AGENT_MODEL);
	add_aliases(&w, l->settings);
	for (size_t i = 0; m != NULL && i < m->n; i++) {
		if (m->v[i].visible && !contains(out, m->v[i].name))
			strvw_add(&w, m->v[i].name);
	}
	return strvw_end(&w);
}

/*
 * What Anthropic's API has of a model. Its members and those of OpenAI's stand
 * beside each other; where both have one it is the same.
 */
static void
put_anthropic(struct jsonw *w, const struct listing *l, const char *id,
    const struct codex_model *m)
{
	time_t started = (time_t)api_of(l->http)->started_at;
	char when[TIME_MAX] = "";
	struct tm tm;

	if (gmtime_r(&started, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	jsonw_str(w, "type", "model");
	jsonw_str(w, "created_at", when);
	if (m == NULL || m->display_name == NULL)
		jsonw_str(w, "display_name", id);
}

/* `max_model_len` is how other servers name the context window. */
static void
put_abilities(struct jsonw *w, const struct codex_model *m)
{
	if (m->display_name != NULL)
		jsonw_str(w, "display_name", m->display_name);
	if (m->context_window > 0) {
		jsonw_i64(w, "context_window", m->context_window);
		jsonw_i64(w, "max_model_len", m->context_window);
	}
	if (m->has_efforts) {
		jsonw_array(w, "reasoning_efforts");
		for (size_t i = 0; i < m->efforts.n; i++)
			jsonw_str(w, NULL, m->efforts.v[i]);
		jsonw_close(w);
	}
	jsonw_array(w, "input_modalities");
	jsonw_str(w, NULL, "text");
	if (m->images)
		jsonw_str(w, NULL, "image");
	jsonw_close(w);
}

/* `root`, as other servers name it: the model that answers. */
static void
put_model(struct jsonw *w, const struct listing *l, const char *id,
    const struct model_name *name)
{
	char real[MODEL_NAME_REAL_MAX];
	const struct codex_model *m;

	model_name_real(l->settings, l->models, name, real);
	m = codex_models_find(l->models, real);
	jsonw_object(w, NULL);
	jsonw_str(w, "id", id);
	jsonw_str(w, "object", "model");
	jsonw_i64(w, "created", api_of(l->http)->started_at);
	jsonw_str(w, "owned_by", "codex");
	if (real[0] != '\0')
		jsonw_str(w, "root", real);
	if (l->anthropic)
		put_anthropic(w, l, id, m);
	if (m != NULL)
		put_abilities(w, m);
	jsonw_close(w);
}

static int
put_named(struct jsonw *w, const struct listing *l, const char *id)
{
	struct model_name name;
	int rc = model_name_read(l->settings, l->models, id, &name);

	if (rc != 0)
		return rc;
	put_model(w, l, id, &name);
	model_name_free(&name);
	return 0;
}

static int
list_body(const struct listing *l, const struct strv *ids, struct buf *b)
{
	struct jsonw w;
	int rc = 0;

	jsonw_begin(&w, b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "object", "list");
	jsonw_array(&w, "data");
	for (size_t i = 0; rc == 0 && i < ids->n; i++)
		rc = put_named(&w, l, ids->v[i]);
	jsonw_close(&w);
	if (l->anthropic) {
		jsonw_bool(&w, "has_more", false);
		jsonw_str(&w, "first_id", ids->v[0]);
		jsonw_str(&w, "last_id", ids->v[ids->n - 1]);
	}
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return rc != 0 ? rc : jsonw_end(&w);
}

static int
model_body(const struct listing *l, const char *id,
    const struct model_name *name, struct buf *b)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	put_model(&w, l, id, name);
	return jsonw_end(&w);
}

void
api_models_list(struct http_request *r)
{
	struct listing l = listing_begin(r);
	struct strv ids;
	struct buf body;
	int rc;

	strv_init(&ids);
	buf_init(&body, LIMIT_PAGE);
	rc = collect(&l, &ids);
	if (rc == 0)
		rc = list_body(&l, &ids, &body);
	if (rc == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
	strv_free(&ids);
	listing_end(&l);
}

/* Names that Codex would get as they are are none that we know. */
static int
check_known(const struct http_request *r, const struct model_name *name,
    struct error *ret_error)
{
	if (!name->known)
		return error_set_param(ret_error, ERROR_MODEL_NOT_FOUND,
		    "model",
		    "The model '%.200s' does not exist; GET /v1/models lists "
		    "those that do.",
		    r->rest);
	return engines_check_name(api_of(r)->engines, name, ret_error);
}

static void
get_model(struct http_request *r, const struct listing *l,
    const struct model_name *name)
{
	struct error e = ERROR_INIT;
	struct buf body;

	buf_init(&body, LIMIT_PAGE);
	if (check_known(r, name, &e) != 0)
		http_reply_error(r, &e);
	else if (model_body(l, r->rest, name, &body) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
	error_free(&e);
}

void
api_models_get(struct http_request *r)
{
	struct listing l = listing_begin(r);
	struct model_name name;
	int rc = model_name_read(l.settings, l.models, r->rest, &name);

	if (rc == 0) {
		rc = model_name_stand_in(l.settings, r->rest,
		    l.anthropic ? MESSAGES_MODELS : NULL, &name);
		if (rc == 0)
			get_model(r, &l, &name);
		model_name_free(&name);
	}
	r->abort = r->abort || rc != 0;
	listing_end(&l);
}
