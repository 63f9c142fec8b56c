/*
 * http_tls.h - how libmicrohttpd is told to speak TLS: 1.2 and 1.3 alone,
 * with the pair that is current when a connection begins.
 */
#ifndef HTTP_HTTP_TLS_H
#define HTTP_HTTP_TLS_H

#include <microhttpd.h>
#include <stdbool.h>

#include "runtime/tls_cert.h"

enum {
	HTTP_TLS_OPTIONS = 4
};

/*
 * Fills in the options of a daemon that speaks TLS with `cert`, which
 * outlives it, and returns its flags, those of its kind of thread among them.
 * Main thread; what the options hold runs in the daemon's own.
 */
unsigned http_tls_options(
    struct tls_cert *cert, struct MHD_OptionItem ret_options[HTTP_TLS_OPTIONS]);

/* Whether this libmicrohttpd can. */
bool http_tls_is_supported(void);

#endif
