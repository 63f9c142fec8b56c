/*
 * http_tls.h - how libmicrohttpd is told to speak TLS: 1.2 and 1.3 alone,
 * with the pair that is current when a connection begins.
 */
#ifndef HTTP_HTTP_TLS_H
#define HTTP_HTTP_TLS_H

#include <microhttpd.h>
#include <stdbool.h>

#include "tls/tls_cert.h"

enum {
	HTTP_TLS_OPTIONS = 3
};

/*
 * Fills in the options of a daemon that speaks TLS, and returns its flags,
 * those of its kind of thread among them. Main thread; what the options hold
 * runs in the daemon's own.
 */
unsigned http_tls_options(struct MHD_OptionItem ret_options[HTTP_TLS_OPTIONS]);

/*
 * A connection begins: its session gets the pair that is current. Returns a
 * reference to that, to be kept until the connection is closed; NULL when
 * there is none, and the handshake then fails. HTTP thread.
 */
struct tls_pair *
http_tls_begin(struct tls_cert *cert, struct MHD_Connection *connection);

/* Whether a connection speaks TLS. HTTP thread. */
bool http_tls_is_spoken(struct MHD_Connection *connection);

/* Whether this libmicrohttpd can. */
bool http_tls_is_supported(void);

#endif
