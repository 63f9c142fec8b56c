/*
 * http_client.h - one exchange over an open connection: HTTP/1.0, so that the
 * body is what comes until the end, in pieces when the server has them.
 *
 *	1. http_client_send
 *	2. http_client_head: the status
 *	3. http_client_more, until it says that this was all
 *
 * http_get does all three. The descriptor is non-blocking and of no use
 * afterwards. Main thread. Errors: -errno, -EPROTO for an answer that is no
 * HTTP, -EMSGSIZE when `in` is full, -ETIMEDOUT past `deadline` (monotonic
 * ns).
 */
#ifndef CLIENT_HTTP_CLIENT_H
#define CLIENT_HTTP_CLIENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* A GET, or, with `json`, a POST of that. */
MUST_CHECK int http_client_send(
    int fd, const char *path, const struct buf *json, int64_t deadline);

/* What of the body came with the head is then in `in`, which was empty. */
MUST_CHECK int
http_client_head(int fd, struct buf *in, int64_t deadline, int *ret_status);

/* Appends what comes next. Returns the number of bytes; 0: that was all. */
MUST_CHECK ssize_t http_client_more(int fd, struct buf *in, int64_t deadline);

/* On success *ret_status is the HTTP status and `body` holds the body. */
MUST_CHECK int http_get(int fd, const char *path, int64_t deadline,
    int *ret_status, struct buf *body);

#endif
