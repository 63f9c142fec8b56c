/*
 * http_route.h - the table of paths. Constant; any thread.
 */
#ifndef HTTP_HTTP_ROUTE_H
#define HTTP_HTTP_ROUTE_H

#include "http/http_request.h"

struct http_route {
	const char *path; /* ends with "/": what follows goes to r->rest */
	unsigned methods; /* HTTP_GET or HTTP_POST; GET includes HEAD */
	bool counted; /* a chat completion: counted and timed */

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

/* The route of a path, and what is behind it; NULL: none. */
const struct http_route *
http_route_find(const char *path, const char **ret_rest);

bool http_route_takes(const struct http_route *route, enum http_method m);

/* "GET, HEAD, OPTIONS" or "POST, OPTIONS". */
const char *http_route_allow(const struct http_route *route);

#endif
