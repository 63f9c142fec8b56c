/*
 * http_cors.h - which web pages may use the server (Fetch standard, "CORS
 * protocol"): none, unless their origin is allowed by a setting. The HTTP
 * thread only.
 */
#ifndef HTTP_HTTP_CORS_H
#define HTTP_HTTP_CORS_H

#include "http/http_request.h"

/*
 * Notes in r->origin the Origin of the request if it is an allowed one.
 * Returns false when the request has an Origin that is not allowed.
 */
bool http_cors_check(struct http_request *r);

/*
 * True when the Origin is scheme and Host of this very request: a page of the
 * server's own, once Host is known to be a name of the server.
 */
bool http_cors_is_own_page(const struct http_request *r);

/* Adds the CORS headers for r->origin, and those a preflight asks for. */
void
http_cors_headers(const struct http_request *r, struct MHD_Response *response);

#endif
