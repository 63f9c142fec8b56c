/*
 * http_guard.h - what is checked of every request when its headers are there,
 * before a byte of its body is kept: framing, Host, path and method, key,
 * Origin, media type, size. The HTTP thread only.
 */
#ifndef HTTP_HTTP_GUARD_H
#define HTTP_HTTP_GUARD_H

#include "http/http_request.h"

/*
 * Past the limit this much of a body is read and dropped, so that a client
 * which is still sending gets to read the answer; then the connection is cut.
 */
#define HTTP_DISCARD_MAX ((size_t)64 * 1024 * 1024)

/*
 * `path` is the request's, decoded. Sets r->refusal, or leaves it empty. With
 * r->close set as well the answer must go out at once, because the body's end
 * cannot be trusted or would take too long; otherwise the body is read first.
 */
void http_guard_check(struct http_request *r, const char *path);

#endif
