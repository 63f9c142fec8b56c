/*
 * http_reply.h - responses that are whole when they are queued, and the
 * headers that every response carries. The HTTP thread only.
 *
 * Each function queues the one response of the request and notes its status.
 * When that is impossible (no memory) the connection is cut instead.
 */
#ifndef HTTP_HTTP_REPLY_H
#define HTTP_HTTP_REPLY_H

#include "http/http_request.h"

#define HTTP_JSON "application/json"

/* Hands the buffer's contents over; it is empty afterwards. */
void http_reply(struct http_request *r, unsigned status,
    const char *content_type, struct buf *body);

/* No body; for 204, and with `allow` (or NULL) for OPTIONS. */
void
http_reply_empty(struct http_request *r, unsigned status, const char *allow);

/* The JSON envelope, Retry-After and what else the kind asks for. */
void http_reply_error(struct http_request *r, const struct api_error *e);

/* The same, with a status line's own Allow header: 405. */
void http_reply_not_allowed(struct http_request *r, const char *allow);

/*
 * Queues a response made elsewhere, with the common headers, and drops the
 * caller's reference to it.
 */
void http_reply_queue(
    struct http_request *r, unsigned status, struct MHD_Response *response);

#endif
