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

#include "conversation/error.h"
#include "settings/key_ring.h"
#include "stats/latency.h"
#include "settings/settings.h"
#include "stats/stats.h"
#include "http/http_body.h"
#include "http/http_park.h"
#include "http/http_target.h"
#include "system/listener.h"
#include "tls/tls_cert.h"

struct http_connection;
struct http_route;
struct http_routes;

/* What the server's parts share; outlives all requests. */
struct http_context {
	const struct settings *settings;
	struct stats *stats;
	struct key_ring *keys;
	struct tls_cert *tls; /* NULL: no listener speaks TLS */
	const struct http_routes *routes;
	const struct listener *listeners; /* all bound places */
	size_t n_listeners;
	bool wildcard; /* bound to all addresses */
	struct http_bodies bodies;
	_Atomic bool draining; /* answers carry Connection: close */
	/* A request has begun (1) or is over (-1). */
	void (*on_count)(struct http_context *context, int change);
};

enum http_method {
	HTTP_OTHER = 0,
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_OPTIONS = 8,
	HTTP_DELETE = 16
};

struct http_request {
	struct http_context *context;
	struct MHD_Connection *connection;
	struct http_connection *peer; /* the same, as we know it */
	struct http_park park;
	char id[LATENCY_ID_MAX + 1]; /* x-request-id */
	enum http_method method;
	const struct http_route *route; /* NULL: no such path */
	struct http_target target; /* its path, made plain */
	char *rest; /* of the path, behind a prefix route; decoded */
	struct key_usage *key; /* whose key it came with, or NULL */
	/* Whose what is kept for it is; "" where no key was given. */
	char owner[KEY_OWNER_MAX + 1];
	char *origin; /* to be allowed by CORS headers, or NULL; owned */
	struct http_body body; /* as far as it has come, where it is kept */
	size_t discarded; /* bytes of a body that is not kept */
	bool trusted; /* over the private socket: this user's own programs */
	bool expects_continue;
	bool begun; /* the route's handler was called */
	bool replied; /* a response is queued */
	bool close; /* this response is the connection's last */
	bool abort; /* nothing can be said: cut the connection */

	struct error refusal; /* decided before the handler, or NONE */
	enum error_kind outcome; /* what the request is counted as */
	struct latency *latency; /* of counted routes only */
	void *state; /* the route's own */
};

/*
 * A request header's value without the white space around it (RFC 9110, 5.5),
 * or NULL. Borrowed until the request is over; not terminated at its length.
 */
const char *http_request_header(
    const struct http_request *r, const char *name, size_t *ret_len);

/* True when the header is there. */
bool http_request_has(const struct http_request *r, const char *name);

/* A query parameter's value, or NULL. */
const char *http_request_query(const struct http_request *r, const char *name);

/* The client's socket, or -1. It is libmicrohttpd's. */
int http_request_socket(const struct http_request *r);

/*
 * True when the header is there and, up to a ";", equals `value`, whatever the
 * case of its letters.
 */
bool http_request_header_is(
    const struct http_request *r, const char *name, const char *value);

#endif
