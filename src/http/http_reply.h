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

/*
 * The same of constant bytes that a browser shows or runs: it is told to take
 * nothing from elsewhere, to run nothing that stands within a page, and to show
 * it in no frame.
 */
void http_reply_page(struct http_request *r, const char *content_type,
    const void *bytes, size_t len);

/* No body; for 204, and with `allow` (or NULL) for OPTIONS. */
void
http_reply_empty(struct http_request *r, unsigned status, const char *allow);

/* The status by which the callers of its route know the error. */
int http_reply_status(const struct http_request *r, enum error_kind kind);

/* The route's envelope, Retry-After and what else the kind asks for. */
void http_reply_error(struct http_request *r, const struct error *e);

/* The same, with a status line's own Allow header: 405. */
void http_reply_not_allowed(struct http_request *r, const char *allow);

/* The same of an error that is about no field. */
void http_reply_kind(
    struct http_request *r, enum error_kind kind, const char *message);

/* The same: INTERNAL, memory is out. */
void http_reply_no_memory(struct http_request *r);

/*
 * Queues a response made elsewhere, with the common headers, and drops the
 * caller's reference to it.
 */
void http_reply_queue(
    struct http_request *r, unsigned status, struct MHD_Response *response);

#endif
