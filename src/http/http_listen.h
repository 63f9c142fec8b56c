/*
 * http_listen.h - listening sockets.
 */
#ifndef HTTP_HTTP_LISTEN_H
#define HTTP_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/settings.h"

enum {
	HTTP_LISTEN_MAX = 16,
	HTTP_LISTEN_ERROR_MAX = 256
};

struct http_listener {
	int fd; /* close-on-exec, non-blocking, listening */
	char host[64]; /* the address, IPv6 without brackets */
	unsigned port;
	bool loopback, wildcard;
};

/*
 * Binds every --host at --port. A name that has several addresses gives
 * several sockets; with port 0 all get the number that the first was given.
 * On success fills *ret_n of the listeners, whose fds belong to the caller.
 * Errors: -errno, with one line in `ret_error`; nothing is left open.
 */
MUST_CHECK int http_listen(const struct settings *s,
    struct http_listener ret_listeners[HTTP_LISTEN_MAX], size_t *ret_n,
    char ret_error[HTTP_LISTEN_ERROR_MAX]);

/* Writes "http://127.0.0.1:8765" into `out`. */
void http_listener_url(const struct http_listener *l, char *out, size_t size);

#endif
