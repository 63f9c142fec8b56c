#include "http/http_exchange.h"

#include "http/http_guard.h"
#include "http/http_reply.h"
#include "http/http_request.h"
#include "http/http_route.h"
#include "runtime/random_id.h"

/* ---- a request's beginning ---- */

static enum http_method
method_of(const char *name)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = { { "GET", HTTP_GET }, { "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST }, { "OPTIONS", HTTP_OPTIONS } };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	}
	return HTTP_OTHER;
}

static bool
is_request_id(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= LATENCY_ID_MAX &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == len;
}

/* The caller's id where it is a harmless one, else one of our own. */
static void
choose_id(struct http_request *r)
{
	const char *given = http_request_header(r, "x-request-id");

	if (given != NULL && is_request_id(given))
		snprintf(r->id, sizeof(r->id), "%s", given);
	else
		random_id(r->id, sizeof(r->id), "req_", 16);
}

/* A chat completion is counted from its headers on, refused or not. */
static void
begin_counting(struct http_request *r)
{
	struct http_context *context = r->context;

	if (r->route == NULL || !r->route->counted || r->method != HTTP_POST)
		return;
	r->latency = latency_new(
	    r->id, dispatch_engine(context->dispatch)->ops->name);
	stats_request_begun(context->stats);
}

static void
count_for_key(const struct http_request *r)
{
	if (r->key == NULL)
		return;
	counter_add(&r->key->requests, 1);
	if (r->outcome != API_ERROR_NONE)
		counter_add(&r->key->errors, 1);
}

static struct http_request *
request_new(struct http_context *context, struct MHD_Connection *connection,
    const char *path, const char *method)
{
	struct http_request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->context = context;
	r->connection = connection;
	http_park_init(&r->park, connection);
	buf_init(&r->body, (size_t)context->settings->max_body_bytes);
	r->refusal.retry_after = -1;
	r->method = method_of(method);
	r->route = http_route_find(path, &r->rest);
	r->expects_continue = http_request_header(r, "Expect") != NULL;
	choose_id(r);
	begin_counting(r);
	context->on_count(context, 1);
	http_guard_check(r, path);
	return r;
}

/* ---- its body and its answer ---- */

static void
take_body(struct http_request *r, const char *data, size_t len)
{
	bool keep = r->refusal.kind == API_ERROR_NONE;

	if (keep && buf_append(&r->body, data, len) == 0)
		return;
	if (keep)
		api_error_set(&r->refusal, API_ERROR_BODY_TOO_LARGE,
		    "The body is larger than the limit of %lld bytes "
		    "(--max-body-bytes).",
		    (long long)r->context->settings->max_body_bytes);
	buf_free(&r->body);
	r->discarded += len;
	if (r->discarded > HTTP_DISCARD_MAX)
		r->abort = true;
}

static void
refuse(struct http_request *r)
{
	if (r->refusal.kind == API_ERROR_METHOD_NOT_ALLOWED) {
		r->outcome = r->refusal.kind;
		http_reply_not_allowed(r, http_route_allow(r->route));
	} else {
		http_reply_error(r, &r->refusal);
	}
}

static void
answer(struct http_request *r)
{
	if (r->refusal.kind != API_ERROR_NONE) {
		refuse(r);
	} else if (r->method == HTTP_OPTIONS) {
		http_reply_empty(
		    r, MHD_HTTP_NO_CONTENT, http_route_allow(r->route));
	} else if (!r->begun) {
		r->begun = true;
		r->route->begin(r);
	} else {
		r->route->resume(r);
	}
}

enum MHD_Result
http_exchange_request(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload_data, size_t *upload_data_size, void **con_cls)
{
	struct http_request *r = *con_cls;

	(void)version;
	if (r == NULL) {
		r = request_new(cls, connection, url, method);
		*con_cls = r;
		if (r == NULL)
			return MHD_NO;
		if (r->refusal.kind != API_ERROR_NONE && r->close)
			refuse(r);
		return r->abort ? MHD_NO : MHD_YES;
	}
	if (*upload_data_size > 0) {
		take_body(r, upload_data, *upload_data_size);
		*upload_data_size = 0;
	} else if (!r->replied) {
		answer(r);
	}
	return r->abort ? MHD_NO : MHD_YES;
}

/* ---- its end ---- */

static void
finish_counting(struct http_request *r, enum MHD_RequestTerminationCode how)
{
	struct latency *l = r->latency;
	int64_t now;

	if (r->route == NULL || !r->route->counted || r->method != HTTP_POST)
		return;
	if (r->outcome == API_ERROR_NONE &&
	    (how != MHD_REQUEST_TERMINATED_COMPLETED_OK || !r->replied))
		r->outcome = API_ERROR_CLIENT_GONE;
	count_for_key(r);
	if (l == NULL) {
		stats_request_ended(r->context->stats, r->outcome, 0);
		return;
	}
	now = phase_add(&l->http, PHASE_TOTAL, l->started);
	l->status = r->outcome == API_ERROR_NONE ? MHD_HTTP_OK
						 : api_error_status(r->outcome);
	l->code = r->outcome == API_ERROR_NONE ? NULL
					       : api_error_code(r->outcome);
	stats_request_ended(r->context->stats, r->outcome, now - l->started);
}

void
http_exchange_completed(void *cls, struct MHD_Connection *connection,
    void **con_cls, enum MHD_RequestTerminationCode how)
{
	struct http_request *r = *con_cls;

	(void)cls;
	(void)connection;
	if (r == NULL)
		return;
	*con_cls = NULL;
	if (r->begun && r->route->end != NULL)
		r->route->end(r);
	finish_counting(r, how);
	http_park_close(&r->park);
	http_park_destroy(&r->park);
	latency_unref(r->latency);
	api_error_free(&r->refusal);
	buf_free(&r->body);
	r->context->on_count(r->context, -1);
	free(r);
}
