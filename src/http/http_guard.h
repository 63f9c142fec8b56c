/*
 * http_guard.h - what is checked of every request when its headers are there,
 * before a byte of its body is kept: framing, Host, path and method, key,
 * Origin, media type, size. The HTTP thread only.
 */
#ifndef HTTP_HTTP_GUARD_H
#define HTTP_HTTP_GUARD_H

#include "http/http_request.h"

/*
 * Sets r->refusal, or leaves it empty. With r->close set as well the answer
 * must go out at once, because the body's end cannot be trusted or would take
 * too long; otherwise the body is read first.
 */
void http_guard_check(struct http_request *r);

/*
 * After that: whether the caller has shown a key, uses the private socket, or
 * no key is set. Where a route needs no key, others get there, too.
 */
bool http_guard_is_known(const struct http_request *r);

#endif
