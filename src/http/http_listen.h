/*
 * http_listen.h - which sockets the server listens on, by its settings.
 */
#ifndef HTTP_HTTP_LISTEN_H
#define HTTP_HTTP_LISTEN_H

#include <stddef.h>

#include "settings/settings.h"
#include "system/listener.h"

enum {
	HTTP_LISTEN_MAX = 16,
	HTTP_LISTEN_ERROR_MAX = 512
};

/*
 * Opens the sockets: the `n_passed` that a service manager has opened, if
 * there are any; else those of --listen, if it is given; else every --host at
 * --port. A name that has several addresses gives several sockets; with
 * port 0 all get the number that the first was given.
 * With --tls-cert all but Unix sockets are marked to speak TLS.
 * On success fills *ret_n listeners, which belong to the caller.
 * Errors: -errno, with one line in `ret_error`; nothing is left open.
 */
MUST_CHECK int http_listen(const struct settings *s, int n_passed,
    struct listener ret_listeners[HTTP_LISTEN_MAX], size_t *ret_n,
    char ret_error[HTTP_LISTEN_ERROR_MAX]);

#endif
