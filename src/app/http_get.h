/*
 * http_get.h - a GET to our own server, for status and for the last check of
 * a start. HTTP/1.0, small bodies, one deadline for all of it.
 */
#ifndef APP_HTTP_GET_H
#define APP_HTTP_GET_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Fetches `path` from URL ("http://ADDRESS:PORT", the same with https, or
 * "unix:/socket"). Over TLS the certificate is not verified, see tls_client.c.
 * On success *ret_status is the HTTP status and `body` holds the body. Errors:
 * -errno, -EPROTO for an answer that is no HTTP or no TLS, -ETIMEDOUT past
 * `deadline` (monotonic ns).
 */
MUST_CHECK int http_get(const char *url, const char *path, int64_t deadline,
    int *ret_status, struct buf *body);

#endif
