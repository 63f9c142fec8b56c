/*
 * http_route.h - the table of paths, which whoever starts the server hands
 * in: this room knows no handler. Constant while the server lives; any
 * thread.
 */
#ifndef HTTP_HTTP_ROUTE_H
#define HTTP_HTTP_ROUTE_H

#include "http/http_request.h"

/*
 * Appends an error's JSON as the callers of a route expect it. Errors are
 * those of buf.
 */
typedef int http_envelope_fn(
    const struct error *e, const char *request_id, struct buf *out);

/* The status of an answer that is this error. */
typedef int http_status_fn(enum error_kind kind);

enum {
	HTTP_ALLOW_MAX = 48
};

struct dialect;

struct http_route {
	/*
	 * Ends with "/": what follows goes to r->rest. Or "*" stands for a
	 * name in it, and r->rest begins with the first of them. The first
	 * route that a path is of has it.
	 */
	const char *path;
	unsigned methods; /* HTTP_GET, which is HEAD too, _POST, _DELETE */
	/* Its POST asks for an answer in this API: counted and timed. */
	const char *counted; /* a constant, or NULL */
	bool reads_body; /* of a POST; elsewhere none is kept */
	bool needs_key; /* where keys are set at all */
	bool private; /* served over the private socket alone */
	/* Served where Accept names text/html, as browsers' does, alone. */
	bool for_browsers;
	http_envelope_fn *envelope; /* of its errors */
	http_status_fn *status; /* of its errors; NULL: as error.h has it */
	const char *id_header; /* one more for the request's id, or NULL */
	const struct dialect *dialect; /* for its handlers, or NULL */

	/*
	 * Called once, when the body is whole: must reply, or park. All run
	 * on the HTTP thread.
	 */
	void (*begin)(struct http_request *r);
	/* Called each time the parked connection was resumed, or NULL. */
	void (*resume)(struct http_request *r);
	/* Called when the request is over, if begin was; frees r->state. */
	void (*end)(struct http_request *r);
};

struct http_routes {
	const struct http_route *v;
	size_t n;
	http_envelope_fn *envelope; /* where there is no route */
	const char *engine; /* a constant: in the lines of those counted */
	void *arg; /* for the handlers */
};

/* The route of a path, and what is behind it; NULL: none. */
const struct http_route *
http_route_find(const struct http_routes *routes, char *path, char **ret_rest);

/* Sets r->refusal: nothing is served at the path, but something near it. */
void http_route_refuse(struct http_request *r);

bool http_route_takes(const struct http_route *route, enum http_method m);

/* "GET, HEAD, OPTIONS" and the like; returns `out`. */
const char *
http_route_allow(const struct http_route *route, char out[HTTP_ALLOW_MAX]);

#endif
