#include "http/http_guard.h"

#include <arpa/inet.h>
#include <strings.h>

#include "base/parse.h"
#include "http/http_cors.h"
#include "http/http_reply.h"
#include "http/http_route.h"

enum {
	HOST_MAX = 255
};

struct framing {
	unsigned content_lengths, transfer_encodings, hosts;
	bool chunked;
};

static enum MHD_Result
count_framing(
    void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct framing *f = cls;

	(void)kind;
	if (strcasecmp(key, "Content-Length") == 0)
		f->content_lengths++;
	else if (strcasecmp(key, "Host") == 0)
		f->hosts++;
	else if (strcasecmp(key, "Transfer-Encoding") == 0) {
		f->transfer_encodings++;
		f->chunked = value != NULL && strcasecmp(value, "chunked") == 0;
	}
	return MHD_YES;
}

/*
 * libmicrohttpd 0.9.75 takes two Content-Length headers, or one together with
 * Transfer-Encoding, and swallows everything behind an unknown encoding
 * (measured). With another server in front each of these is a smuggled
 * request.
 */
static void
check_framing(struct http_request *r)
{
	struct framing f = { 0 };
	const char *wrong = NULL;

	MHD_get_connection_values(
	    r->connection, MHD_HEADER_KIND, count_framing, &f);
	if (f.content_lengths > 1)
		wrong = "more than one Content-Length header";
	else if (f.hosts > 1)
		wrong = "more than one Host header";
	else if (f.content_lengths > 0 && f.transfer_encodings > 0)
		wrong = "Content-Length together with Transfer-Encoding";
	else if (f.transfer_encodings > 1 ||
	    (f.transfer_encodings == 1 && !f.chunked))
		wrong = "a Transfer-Encoding other than chunked";
	if (wrong == NULL)
		return;
	r->close = true;
	api_error_set(
	    &r->refusal, API_ERROR_BAD_FRAMING, "The request has %s.", wrong);
}

/* "[::1]:8765" to "::1", "Name.:80" to "Name". False: no host at all. */
static bool
host_name(const char *header, char out[HOST_MAX + 1])
{
	size_t len = strcspn(header, ":");

	if (header[0] == '[') {
		header++;
		len = strcspn(header, "]");
	}
	if (len > 0 && header[len - 1] == '.')
		len--;
	if (len == 0 || len > HOST_MAX)
		return false;
	memcpy(out, header, len);
	out[len] = '\0';
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
		if (strcasecmp(context->listeners[i].host, name) == 0)
			return true;
	}
	for (size_t i = 0; i < places->n; i++) {
		if (strncasecmp(places->v[i], name, len) == 0 &&
		    places->v[i][len] == ':')
			return true;
	}
	return in_list(&context->settings->host, name);
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
static void
check_host(struct http_request *r)
{
	const struct settings *s = r->context->settings;
	const char *header = http_request_header(r, "Host");
	char name[HOST_MAX + 1];

	/* HTTP/1.0 may go without, browsers never do; and no browser speaks
	 * to a Unix socket. */
	if (header == NULL || over_unix_socket(r))
		return;
	if (host_name(header, name) &&
	    (is_loopback(name) || is_bound(r->context, name) ||
		in_list(&s->allowed_host, name) ||
		(r->context->wildcard && is_address(name))))
		return;
	api_error_set(&r->refusal, API_ERROR_HOST_NOT_ALLOWED,
	    "The Host header is not a name of this server; allow it with "
	    "--allowed-host.");
}

/* Bearer TOKEN, or x-api-key. */
static const char *
presented_key(const struct http_request *r)
{
	const char *value = http_request_header(r, "Authorization");

	if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
		return http_request_header(r, "x-api-key");
	value += 7;
	return value + strspn(value, " ");
}

static void
check_key(struct http_request *r, const char *path)
{
	struct key_ring *keys = r->context->keys;
	const char *key;

	if (!key_ring_is_needed(keys) || strncmp(path, "/v1/", 4) != 0 ||
	    r->method == HTTP_OPTIONS)
		return;
	key = presented_key(r);
	if (key != NULL)
		r->key = key_ring_find(keys, key, strlen(key));
	if (r->key != NULL)
		return;
	api_error_set(&r->refusal, API_ERROR_INVALID_API_KEY, "%s",
	    key == NULL ? "An API key is needed: send it as Authorization: "
			  "Bearer KEY."
			: "The API key is not valid.");
}

static void
check_origin(struct http_request *r, bool allowed)
{
	if (allowed || r->method != HTTP_POST)
		return;
	api_error_set(&r->refusal, API_ERROR_ORIGIN_NOT_ALLOWED,
	    "Requests from web pages of this origin are not allowed; allow "
	    "it with --allowed-origin.");
}

/*
 * Before the body is read, and before anything could park: the drain waits
 * for requests to end, and libmicrohttpd must not be stopped with a parked
 * one.
 */
static void
check_draining(struct http_request *r)
{
	if (r->route->counted && r->method == HTTP_POST &&
	    atomic_load(&r->context->draining))
		api_error_set(&r->refusal, API_ERROR_SHUTTING_DOWN,
		    "The server is shutting down; send the request again to "
		    "the next one.");
}

static void
check_media_type(struct http_request *r)
{
	if (r->method != HTTP_POST ||
	    http_request_header_is(r, "Content-Type", HTTP_JSON))
		return;
	api_error_set(&r->refusal, API_ERROR_UNSUPPORTED_MEDIA_TYPE,
	    "The body must be JSON: send Content-Type: " HTTP_JSON ".");
}

static void
check_size(struct http_request *r)
{
	const int64_t limit = r->context->settings->max_body_bytes;
	const char *header = http_request_header(r, "Content-Length");
	int64_t length = 0;

	if (header == NULL)
		return;
	if (parse_int(header, 0, INT64_MAX, &length) != 0)
		length = INT64_MAX;
	if (length <= limit)
		return;
	r->close = length > limit + (int64_t)HTTP_DISCARD_MAX;
	api_error_set(&r->refusal, API_ERROR_BODY_TOO_LARGE,
	    "The body has %lld bytes; the limit is %lld "
	    "(--max-body-bytes).",
	    (long long)length, (long long)limit);
}

static void
check_route(struct http_request *r)
{
	if (r->route == NULL)
		api_error_set(&r->refusal, API_ERROR_NOT_FOUND,
		    "There is nothing at this path; the API is "
		    "/v1/chat/completions and /v1/models.");
	else if (!http_route_takes(r->route, r->method))
		api_error_set(&r->refusal, API_ERROR_METHOD_NOT_ALLOWED,
		    "This path does not take that method.");
}

void
http_guard_check(struct http_request *r, const char *path)
{
	/* First, so that a page that is allowed can read refusals, too. */
	bool origin_allowed = http_cors_check(r);

	check_framing(r);
	if (r->refusal.kind == API_ERROR_NONE)
		check_host(r);
	if (r->refusal.kind == API_ERROR_NONE)
		check_key(r, path);
	if (r->refusal.kind == API_ERROR_NONE)
		check_route(r);
	if (r->refusal.kind == API_ERROR_NONE)
		check_origin(r, origin_allowed);
	if (r->refusal.kind == API_ERROR_NONE)
		check_draining(r);
	if (r->refusal.kind == API_ERROR_NONE)
		check_media_type(r);
	if (r->refusal.kind == API_ERROR_NONE)
		check_size(r);
	/* A client that waits for "100 Continue" has sent no body yet. */
	if (r->refusal.kind != API_ERROR_NONE && r->expects_continue)
		r->close = true;
}
