#include "http/http_exchange.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "http/http_connection.h"
#include "http/http_guard.h"
#include "http/http_reply.h"
#include "http/http_request.h"
#include "http/http_route.h"
#include "system/random_id.h"

/* ---- a request's beginning ---- */

static enum http_method
method_of(const char *name)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = { { "GET", HTTP_GET }, { "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST }, { "OPTIONS", HTTP_OPTIONS },
		{ "DELETE", HTTP_DELETE } };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	}
	return HTTP_OTHER;
}

static bool
is_request_id(const char *s, size_t len)
{
	return len >= 1 && len <= LATENCY_ID_MAX &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") >= len;
}

/* The caller's id where it is a harmless one, else one of our own. */
static void
choose_id(struct http_request *r)
{
	size_t len = 0;
	const char *given = http_request_header(r, "x-request-id", &len);

	if (given != NULL && is_request_id(given, len))
		snprintf(r->id, sizeof(r->id), "%.*s", (int)len, given);
	else
		random_id(r->id, sizeof(r->id), "req_", 16);
}

/* A generation is counted from its headers on, refused or not. */
static void
begin_counting(struct http_request *r)
{
	struct http_context *context = r->context;

	if (r->route == NULL || r->route->counted == NULL ||
	    r->method != HTTP_POST)
		return;
	r->latency = latency_new(r->id, context->routes->engine);
	if (r->latency != NULL)
		r->latency->dialect = r->route->counted;
	stats_request_begun(context->stats);
}

static void
count_for_key(const struct http_request *r)
{
	if (r->key == NULL)
		return;
	counter_add(&r->key->requests, 1);
	if (r->outcome != ERROR_NONE)
		counter_add(&r->key->errors, 1);
}

/* A target that is none, or an {id} that is none, has no route. */
static void
find_route(struct http_request *r, const char *target)
{
	int rc = http_target_read(target, &r->target);

	if (rc == -ENOMEM)
		r->abort = true;
	if (rc != 0)
		return;
	r->route = http_route_find(
	    r->context->routes, r->target.path, &r->rest);
	if (r->route != NULL && http_target_decode(r->rest) < 0)
		r->route = NULL;
}

/* Or it is as if nothing were there. */
static bool
is_served(const struct http_request *r)
{
	const struct http_route *route = r->route;
	size_t len = 0;
	const char *accept;

	if (route->private && !r->trusted)
		return false;
	if (!route->for_browsers)
		return true;
	accept = http_request_header(r, "Accept", &len);
	return (r->method == HTTP_GET || r->method == HTTP_HEAD) &&
	    accept != NULL && strcasestr(accept, "text/html") != NULL;
}

static struct http_request *
request_new(struct http_context *context, struct http_connection *peer,
    struct MHD_Connection *connection, const char *target, const char *method)
{
	struct http_request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->context = context;
	r->connection = connection;
	r->peer = peer;
	http_park_init(&r->park, connection);
	http_body_init(&r->body, &context->bodies,
	    (size_t)context->settings->max_body_bytes);
	r->refusal.retry_after = -1;
	r->method = method_of(method);
	r->trusted = peer->door->private;
	r->expects_continue = http_request_has(r, "Expect");
	find_route(r, target);
	if (r->route != NULL && !is_served(r))
		r->route = NULL;
	choose_id(r);
	begin_counting(r);
	context->on_count(context, 1);
	http_guard_check(r);
	if (r->latency != NULL)
		latency_enter(r->latency, context->stats->journal,
		    r->key != NULL ? r->key->name : NULL);
	return r;
}

/* ---- its body and its answer ---- */

/* The body does not fit: what has come of it is given back at once. */
static void
drop_body(struct http_request *r, int why)
{
	http_body_free(&r->body);
	if (why == -EMSGSIZE) {
		error_set(&r->refusal, ERROR_BODY_TOO_LARGE,
		    "The body is larger than the limit of %lld bytes "
		    "(--max-body-bytes).",
		    (long long)r->context->settings->max_body_bytes);
		return;
	}
	counter_add(&r->context->bodies.refused, 1);
	error_set(&r->refusal, ERROR_OVERLOADED, HTTP_BODIES_FULL);
}

static bool
keeps_body(const struct http_request *r)
{
	return r->refusal.kind == ERROR_NONE && r->method == HTTP_POST &&
	    r->route->reads_body;
}

/* The time for a request that is answered begins with its headers. */
static void
await_body(struct http_request *r)
{
	int64_t limit = r->context->settings->timeout;
	int64_t latest = r->latency != NULL && limit > 0
	    ? clock_add(r->latency->started, limit)
	    : CLOCK_NEVER;

	http_connection_body(r->peer, keeps_body(r), latest);
}

/*
 * Kept only where the route reads it and nothing speaks against the request;
 * all else is passed over, so that its sender comes to read the answer.
 */
static void
take_body(struct http_request *r, const char *data, size_t len)
{
	bool keep = keeps_body(r);
	int rc = keep ? http_body_append(&r->body, data, len) : 0;

	http_connection_received(r->peer, len);
	if (rc != 0)
		drop_body(r, rc);
	else if (keep)
		return;
	r->discarded += len;
	if (r->discarded > LIMIT_DISCARD)
		r->abort = true;
}

static void
refuse(struct http_request *r)
{
	char allow[HTTP_ALLOW_MAX];

	if (r->refusal.kind == ERROR_METHOD_NOT_ALLOWED) {
		r->outcome = r->refusal.kind;
		http_reply_not_allowed(r, http_route_allow(r->route, allow));
	} else {
		http_reply_error(r, &r->refusal);
	}
}

static void
answer(struct http_request *r)
{
	char allow[HTTP_ALLOW_MAX];

	if (r->refusal.kind != ERROR_NONE) {
		refuse(r);
	} else if (r->method == HTTP_OPTIONS) {
		http_reply_empty(
		    r, MHD_HTTP_NO_CONTENT, http_route_allow(r->route, allow));
	} else if (!r->begun) {
		r->begun = true;
		r->route->begin(r);
	} else {
		r->route->resume(r);
	}
}

/* The headers are there. NULL: it is to be cut. */
static struct http_request *
begin(struct http_context *context, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version)
{
	struct http_connection *peer = http_connection_of(connection);
	struct http_request *r;

	if (peer == NULL || peer->foreign)
		return NULL;
	peer->line.method = method;
	peer->line.version = version;
	r = request_new(context, peer, connection, url, method);
	if (r == NULL)
		return NULL;
	peer->request = r;
	await_body(r);
	if (r->refusal.kind != ERROR_NONE && r->close)
		refuse(r);
	return r;
}

enum MHD_Result
http_exchange_request(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload_data, size_t *upload_data_size, void **con_cls)
{
	struct http_request *r = *con_cls;

	if (r == NULL) {
		r = begin(cls, connection, url, method, version);
		*con_cls = r;
		return r == NULL || r->abort ? MHD_NO : MHD_YES;
	}
	if (*upload_data_size > 0) {
		take_body(r, upload_data, *upload_data_size);
		*upload_data_size = 0;
	} else if (!r->replied) {
		if (!r->begun)
			http_connection_busy(r->peer);
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
	int status;

	if (r->route == NULL || r->route->counted == NULL ||
	    r->method != HTTP_POST)
		return;
	if (r->outcome == ERROR_NONE &&
	    (how != MHD_REQUEST_TERMINATED_COMPLETED_OK || !r->replied))
		r->outcome = ERROR_CLIENT_GONE;
	count_for_key(r);
	stats_dialect_ended(r->context->stats, r->route->counted, r->outcome);
	status = r->outcome == ERROR_NONE ? MHD_HTTP_OK
					  : http_reply_status(r, r->outcome);
	if (l == NULL) {
		stats_request_ended(
		    r->context->stats, STATS_ENGINES, r->outcome, status, 0);
		return;
	}
	now = phase_add(&l->http, PHASE_TOTAL, l->started);
	l->status = status;
	l->code = r->outcome == ERROR_NONE ? NULL : error_code(r->outcome);
	journal_end(l->journal, l->row, status, l->code, &l->usage);
	stats_request_ended(r->context->stats, l->given_to, r->outcome, status,
	    now - l->started);
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
	r->peer->request = NULL;
	http_connection_idle(r->peer);
	if (r->begun && r->route->end != NULL)
		r->route->end(r);
	finish_counting(r, how);
	http_park_close(&r->park);
	http_park_destroy(&r->park);
	latency_unref(r->latency);
	error_free(&r->refusal);
	http_target_free(&r->target);
	free(r->origin);
	http_body_free(&r->body);
	r->context->on_count(r->context, -1);
	free(r);
}

void
http_exchange_connection(void *door, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	struct http_connection *c = *socket_context;
	void *left = c == NULL ? NULL : c->request;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		http_exchange_completed(
		    NULL, connection, &left, MHD_REQUEST_TERMINATED_WITH_ERROR);
	http_connection_notify(door, connection, socket_context, what);
}
