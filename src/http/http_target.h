/*
 * http_target.h - the path of a request, made plain once, before anything is
 * decided by it.
 *
 * A request target may be a path or a whole URL, whose host is then told (RFC
 * 9112, 3.2.2). Below /v1/ slashes in a row count as one and one at the end as
 * none, as base URLs that are joined with paths have them. No percent sign is
 * decoded: /%6detrics is not /metrics, whatever rule a proxy in front has.
 *
 * Life cycle: http_target_read, http_target_free. HTTP thread.
 */
#ifndef HTTP_HTTP_TARGET_H
#define HTTP_HTTP_TARGET_H

#include <stddef.h>

#include "base/compiler.h"

struct http_target {
	char *path; /* owned; begins with "/", or is "*" */
	const char *host; /* "name:port" of a whole URL, or NULL; owned */
};

/*
 * Takes the target without its query, as libmicrohttpd gives it undecoded.
 * Returns 0, -EINVAL for what is neither a path nor a URL, or -ENOMEM; then
 * there is nothing to free.
 */
MUST_CHECK int http_target_read(const char *raw, struct http_target *ret);

void http_target_free(struct http_target *t);

/*
 * Decodes percent signs in place, as {id} at the end of a path has them.
 * Returns the length, or -EINVAL for half a sign or a NUL.
 */
MUST_CHECK int http_target_decode(char *s);

#endif
