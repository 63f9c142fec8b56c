#include "http/http_guard.h"

#include <arpa/inet.h>
#include <strings.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "http/http_connection.h"
#include "http/http_cors.h"
#include "http/http_reply.h"
#include "http/http_route.h"

enum {
	HOST_MAX = 255,
	HOST_SHOWN = 100
};

/*
 * A body is expected where its length, too, is told: libmicrohttpd reads the
 * spellings that it does not know as "no body", and what follows as the next
 * request.
 */
static void
check_framing(struct http_request *r)
{
	bool body = false;
	const char *wrong = http_framing_fault(
	    r->connection, &r->peer->line, &body);

	if (wrong != NULL) {
		error_set(&r->refusal, ERROR_BAD_FRAMING, "The request has %s.",
		    wrong);
	} else if (!body && r->method == HTTP_POST && r->route != NULL &&
	    r->route->reads_body) {
		error_set(&r->refusal, ERROR_LENGTH_REQUIRED,
		    "The request does not say how long its body is: send "
		    "Content-Length, or Transfer-Encoding: chunked.");
	} else {
		return;
	}
	r->close = true;
}

static void
check_target(struct http_request *r)
{
	if (!r->peer->line.target_long)
		return;
	error_set(&r->refusal, ERROR_TARGET_TOO_LONG,
	    "The request target is too long: it may have %zu bytes, and each "
	    "argument of its query takes %zu besides its own.",
	    LIMIT_TARGET, LIMIT_ARGUMENT);
}

/* Nothing, or a colon and digits. */
static bool
is_port(const char *s, size_t len)
{
	return len == 0 ||
	    (s[0] == ':' && len > 1 && strspn(s + 1, "0123456789") >= len - 1);
}

/* "[::1]:8765" to "::1", "Name.:80" to "Name". False: no host at all. */
static bool
host_name(const char *header, size_t len, char out[HOST_MAX + 1])
{
	const char *end = memchr(header, header[0] == '[' ? ']' : ':', len);
	size_t name = end == NULL ? len : (size_t)(end - header);

	if (len > 0 && header[0] == '[') {
		if (end == NULL || !is_port(end + 1, len - name - 1) ||
		    memchr(header, ':', name) == NULL)
			return false;
		header++;
		name--;
	} else if (!is_port(header + name, len - name)) {
		return false;
	}
	if (name > 0 && header[name - 1] == '.')
		name--;
	if (name == 0 || name > HOST_MAX)
		return false;
	memcpy(out, header, name);
	out[name] = '\0';
	return true;
}

static bool
in_list(const struct strv *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcasecmp(list->v[i], name) == 0)
			return true;
	}
	return false;
}

static bool
is_address(const char *name)
{
	unsigned char a[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, a) == 1 ||
	    inet_pton(AF_INET6, name, a) == 1;
}

static bool
is_loopback(const char *name)
{
	struct in_addr a;
	size_t len = strlen(name);
	static const char suffix[] = ".localhost";
	size_t n = strlen(suffix);

	if (strcasecmp(name, "localhost") == 0 || strcmp(name, "::1") == 0)
		return true;
	if (len > n && strcasecmp(name + len - n, suffix) == 0)
		return true;
	return inet_pton(AF_INET, name, &a) == 1 &&
	    ntohl(a.s_addr) >> 24 == 127;
}

/* The addresses that are bound, and the names they were given by. */
static bool
is_bound(const struct http_context *context, const char *name)
{
	const struct strv *places = &context->settings->listen;
	size_t len = strlen(name);

	for (size_t i = 0; i < context->n_listeners; i++) {
		const struct listener *l = &context->listeners[i];

		if (!l->is_unix && strcasecmp(l->host, name) == 0)
			return true;
	}
	for (size_t i = 0; i < places->n; i++) {
		if (strncmp(places->v[i], "unix:", 5) != 0 &&
		    strncasecmp(places->v[i], name, len) == 0 &&
		    places->v[i][len] == ':')
			return true;
	}
	return in_list(&context->settings->host, name);
}

/* This machine's own name, where others are let in at all. */
static bool
is_machine(const struct http_context *context, const char *name)
{
	char own[HOST_MAX + 1] = "";
	bool beyond = false;

	for (size_t i = 0; i < context->n_listeners; i++)
		beyond = beyond ||
		    (!context->listeners[i].is_unix &&
			!context->listeners[i].loopback);
	return beyond && gethostname(own, sizeof(own) - 1) == 0 &&
	    strcasecmp(own, name) == 0;
}

/* By these names containers reach the machine that runs them. */
static bool
is_container_host(const char *name)
{
	return strcasecmp(name, "host.docker.internal") == 0 ||
	    strcasecmp(name, "host.containers.internal") == 0;
}

static bool
over_unix_socket(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info != NULL && info->client_addr != NULL &&
	    info->client_addr->sa_family == AF_UNIX;
}

/*
 * A page that has its own name resolve to this machine (DNS rebinding) sends
 * its own name as Host. An address cannot be rebound, so any will do where
 * we listen on all of them.
 */
static bool
is_ours(const struct http_request *r, const char *header, size_t len)
{
	const struct http_context *context = r->context;
	char name[HOST_MAX + 1];

	return host_name(header, len, name) &&
	    (is_loopback(name) || is_bound(context, name) ||
		in_list(&context->settings->allowed_host, name) ||
		is_container_host(name) || is_machine(context, name) ||
		(context->wildcard && is_address(name)));
}

static void
refuse_host(struct http_request *r, const char *host, size_t len)
{
	if (len > HOST_SHOWN)
		len = HOST_SHOWN;
	error_set(&r->refusal, ERROR_HOST_NOT_ALLOWED,
	    "The Host \"%.*s\" is not a name of this server; if it is meant "
	    "to be one, start the server with --allowed-host and that name, "
	    "without the port.",
	    (int)utf8_valid_prefix(host, len), host);
}

static void
check_host(struct http_request *r)
{
	size_t len = 0;
	const char *header = http_request_header(r, "Host", &len);
	const char *target = r->target.host;

	/* No browser speaks to a Unix socket. */
	if (over_unix_socket(r))
		return;
	/* HTTP/1.0 may go without, browsers never do. */
	if (header != NULL && !is_ours(r, header, len))
		refuse_host(r, header, len);
	else if (target != NULL && !is_ours(r, target, strlen(target)))
		refuse_host(r, target, strlen(target));
}

/* The token of "Bearer TOKEN", or NULL for another scheme. */
static const char *
bearer_token(const char *value, size_t *len)
{
	static const char scheme[] = "Bearer";
	size_t n = sizeof(scheme) - 1;

	if (*len < n || strncasecmp(value, scheme, n) != 0 ||
	    (*len > n && value[n] != ' ' && value[n] != '\t'))
		return NULL;
	for (; n < *len && (value[n] == ' ' || value[n] == '\t'); n++)
		;
	*len -= n;
	return value + n;
}

bool
http_guard_is_known(const struct http_request *r)
{
	return r->trusted || r->key != NULL ||
	    !key_ring_is_needed(r->context->keys);
}

/* Whether one of the key's headers has a right one. */
static bool
find_key(struct http_request *r, bool *ret_any)
{
	static const char *const headers[] = { "Authorization", "x-api-key",
		"api-key" };

	for (size_t i = 0; i < ARRAY_SIZE(headers) && r->key == NULL; i++) {
		size_t len = 0;
		const char *key = http_request_header(r, headers[i], &len);

		if (key != NULL && i == 0)
			key = bearer_token(key, &len);
		if (key == NULL || len == 0)
			continue;
		*ret_any = true;
		r->key = key_ring_find(r->context->keys, key, len, r->owner);
	}
	return r->key != NULL;
}

/* What is not served is not told either, below /v1/. */
static bool
needs_key(const struct http_request *r)
{
	return r->route != NULL
	    ? r->route->needs_key
	    : r->target.path != NULL && strncmp(r->target.path, "/v1/", 4) == 0;
}

/* Also where none is needed, since some answers tell more with one. */
static void
check_key(struct http_request *r)
{
	bool any = false;

	if (r->method == HTTP_OPTIONS || http_guard_is_known(r) ||
	    find_key(r, &any) || !needs_key(r))
		return;
	error_set(&r->refusal, ERROR_INVALID_API_KEY, "%s",
	    any ? "The API key is not valid."
		: "An API key is needed: send it as Authorization: Bearer "
		  "KEY.");
}

/* What only looks may come from anywhere: no page can read the answer. */
static bool
only_looks(enum http_method m)
{
	return m == HTTP_GET || m == HTTP_HEAD || m == HTTP_OPTIONS;
}

static void
check_origin(struct http_request *r, bool allowed)
{
	size_t len = 0;
	const char *origin = http_request_header(r, "Origin", &len);

	if (allowed || only_looks(r->method) || http_cors_is_own_page(r))
		return;
	if (len > HOST_SHOWN)
		len = HOST_SHOWN;
	error_set(&r->refusal, ERROR_ORIGIN_NOT_ALLOWED,
	    "Requests from web pages of the origin \"%.*s\" are not allowed; "
	    "allow it with --allowed-origin.",
	    (int)utf8_valid_prefix(origin, len), origin);
}

/*
 * Before the body is read, and before anything could park: the drain waits
 * for requests to end, and libmicrohttpd must not be stopped with a parked
 * one.
 */
static void
check_draining(struct http_request *r)
{
	if (r->route->counted != NULL && r->method == HTTP_POST &&
	    atomic_load(&r->context->draining))
		error_set(&r->refusal, ERROR_SHUTTING_DOWN,
		    "The server is shutting down; send the request again to "
		    "the next one.");
}

static void
check_media_type(struct http_request *r)
{
	if (http_request_header_is(r, "Content-Type", HTTP_JSON))
		return;
	error_set(&r->refusal, ERROR_UNSUPPORTED_MEDIA_TYPE,
	    "The body must be JSON: send Content-Type: " HTTP_JSON ".");
}

/* So that nobody sends what we already know has no place. */
static void
check_room(struct http_request *r, size_t length)
{
	if (!r->route->reads_body || r->method != HTTP_POST ||
	    http_bodies_have_room(&r->context->bodies, length))
		return;
	counter_add(&r->context->bodies.refused, 1);
	error_set(&r->refusal, ERROR_OVERLOADED, HTTP_BODIES_FULL);
}

/* Each of them, since there may be several. */
static enum MHD_Result
look_at_coding(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *coding)
{
	static const char identity[] = "identity", blanks[] = " \t";
	struct http_request *r = cls;
	size_t len;

	(void)kind;
	if (strcasecmp(name, "Content-Encoding") != 0 || coding == NULL)
		return MHD_YES;
	coding += strspn(coding, blanks);
	len = strlen(coding);
	while (len > 0 && strchr(blanks, coding[len - 1]) != NULL)
		len--;
	if (len == 0 ||
	    (len == sizeof(identity) - 1 &&
		strncasecmp(coding, identity, len) == 0))
		return MHD_YES;
	if (len > HOST_SHOWN)
		len = HOST_SHOWN;
	error_set(&r->refusal, ERROR_UNSUPPORTED_MEDIA_TYPE,
	    "A body with Content-Encoding: %.*s is not taken; send it as it "
	    "is, without one.",
	    (int)utf8_valid_prefix(coding, len), coding);
	return MHD_NO;
}

static void
check_coding(struct http_request *r)
{
	MHD_get_connection_values(
	    r->connection, MHD_HEADER_KIND, look_at_coding, r);
}

static void
check_size(struct http_request *r)
{
	const int64_t limit = r->context->settings->max_body_bytes;
	size_t len = 0;
	const char *header = http_request_header(r, "Content-Length", &len);
	int64_t length = 0;

	if (header == NULL)
		return;
	if (parse_int(header, 0, INT64_MAX, &length) != 0)
		length = INT64_MAX;
	if (length <= limit) {
		check_room(r, (size_t)length);
		return;
	}
	r->close = length > limit + (int64_t)LIMIT_DISCARD;
	error_set(&r->refusal, ERROR_BODY_TOO_LARGE,
	    "The body has %lld bytes; the limit is %lld "
	    "(--max-body-bytes).",
	    (long long)length, (long long)limit);
}

static void
check_route(struct http_request *r)
{
	if (r->route == NULL)
		http_route_refuse(r);
	else if (!http_route_takes(r->route, r->method))
		error_set(&r->refusal, ERROR_METHOD_NOT_ALLOWED,
		    "This path does not take that method.");
}

static void
check_body(struct http_request *r)
{
	/* What is not read may be of any kind: clients send none at all. */
	if (r->method != HTTP_POST || !r->route->reads_body)
		return;
	check_media_type(r);
	if (r->refusal.kind == ERROR_NONE)
		check_coding(r);
	if (r->refusal.kind == ERROR_NONE)
		check_size(r);
}

void
http_guard_check(struct http_request *r)
{
	/* First, so that a page that is allowed can read refusals, too. */
	bool origin_allowed = http_cors_check(r);

	check_framing(r);
	if (r->refusal.kind == ERROR_NONE)
		check_target(r);
	if (r->refusal.kind == ERROR_NONE)
		check_host(r);
	if (r->refusal.kind == ERROR_NONE)
		check_key(r);
	if (r->refusal.kind == ERROR_NONE)
		check_route(r);
	if (r->refusal.kind == ERROR_NONE)
		check_origin(r, origin_allowed);
	if (r->refusal.kind == ERROR_NONE)
		check_draining(r);
	if (r->refusal.kind == ERROR_NONE)
		check_body(r);
	/* A client that waits for "100 Continue" has sent no body yet. */
	if (r->refusal.kind != ERROR_NONE && r->expects_continue)
		r->close = true;
}
