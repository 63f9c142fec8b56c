/*
 * http_request.h - one HTTP request, from its headers to its completion, and
 * what all requests share.
 *
 * Owned by http_server, which makes it when the headers are there and frees
 * it when libmicrohttpd says that the request is over. Touched by the HTTP
 * thread alone, but for `park`.
 */
#ifndef HTTP_HTTP_REQUEST_H
#define HTTP_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "core/api_error.h"
#include "core/key_ring.h"
#include "core/latency.h"
#include "core/settings.h"
#include "core/stats.h"
#include "engine/dispatch.h"
#include "http/http_park.h"
#include "runtime/listener.h"
#include "runtime/tls_cert.h"
#include "runtime/watch.h"

struct body_parser;
struct http_route;

/* What the server's parts share; outlives all requests. */
struct http_context {
	const struct settings *settings;
	struct stats *stats;
	struct dispatch *dispatch;
	struct watch *watch;
	struct key_ring *keys;
	struct tls_cert *tls; /* NULL: no listener speaks TLS */
	struct body_parser *parser;
	int64_t started_at; /* Unix seconds */
	const struct listener *listeners; /* all bound places */
	size_t n_listeners;
	bool wildcard; /* bound to all addresses */
	_Atomic bool draining; /* answers carry Connection: close */
	/* A request has begun (1) or is over (-1). */
	void (*on_count)(struct http_context *context, int change);
};

enum http_method {
	HTTP_OTHER = 0,
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_OPTIONS = 8
};

struct http_request {
	struct http_context *context;
	struct MHD_Connection *connection;
	struct http_park park;
	char id[LATENCY_ID_MAX + 1]; /* x-request-id */
	enum http_method method;
	const struct http_route *route; /* NULL: no such path */
	const char *rest; /* of the path, behind a prefix route */
	struct key_usage *key; /* whose key it came with, or NULL */
	const char *origin; /* to be allowed by CORS headers, or NULL */
	struct buf body; /* as far as it has come */
	size_t discarded; /* bytes of a body that is not kept */
	bool expects_continue;
	bool begun; /* the route's handler was called */
	bool replied; /* a response is queued */
	bool close; /* this response is the connection's last */
	bool abort; /* nothing can be said: cut the connection */

	struct api_error refusal; /* decided before the handler, or NONE */
	enum api_error_kind outcome; /* what the request is counted as */
	struct latency *latency; /* chat completions only */
	void *state; /* the route's own */
};

/* A request header's value, or NULL. Borrowed until the request is over. */
const char *http_request_header(const struct http_request *r, const char *name);

/* A query parameter's value, or NULL. */
const char *http_request_query(const struct http_request *r, const char *name);

/* True when the header is there and, up to a ";", equals `value`. */
bool http_request_header_is(
    const struct http_request *r, const char *name, const char *value);

#endif
