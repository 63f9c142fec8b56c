/*
 * http_server.h - the HTTP side of the program: libmicrohttpd's daemon, and
 * the way of a request through it.
 *
 * One internal thread a listening address, with epoll, or with poll where it
 * speaks TLS (http_tls.c has why). (A pool would be no help: parsing large
 * bodies and driving Codex happen elsewhere; and quiescing a pool can abort
 * the process, measured on 0.9.75.)
 */
#ifndef HTTP_HTTP_SERVER_H
#define HTTP_HTTP_SERVER_H

#include "settings/key_ring.h"
#include "settings/settings.h"
#include "stats/stats.h"
#include "http/http_listen.h"
#include "http/http_route.h"
#include "tls/tls_cert.h"

struct http_server;

enum {
	HTTP_SERVER_LISTENERS = HTTP_LISTEN_MAX + 1 /* and the private one */
};

/* What it works with; all of it outlives the server. */
struct http_server_spec {
	const struct settings *settings;
	size_t max_connections; /* of all listeners but the private one */
	struct stats *stats;
	struct key_ring *keys;
	struct tls_cert *tls; /* NULL: no listener speaks TLS */
	const struct http_routes *routes;
	/* At most HTTP_SERVER_LISTENERS, and one of them not private. */
	const struct listener *listeners;
	size_t n_listeners;
};

/*
 * Starts to answer on the listeners, whose fds belong to the server from then
 * on, on failure too. Errors: -errno, -EPROTONOSUPPORT for TLS when
 * libmicrohttpd was built without it.
 */
MUST_CHECK int http_server_start(
    const struct http_server_spec *spec, struct http_server **ret_server);

/*
 * Drain, from main: from now on every answer ends its connection, and at
 * sockets that a service manager has passed nobody is let in any more.
 */
void http_server_drain(struct http_server *hs);

/*
 * Waits until no request is under way; false when `deadline` came first.
 */
bool http_server_wait(struct http_server *hs, int64_t deadline);

/*
 * Stops accepting, ends what is left and frees. Whatever parks requests must
 * have woken them all before: libmicrohttpd aborts the process when it is
 * stopped with a suspended connection.
 */
void http_server_stop(struct http_server *hs);

#endif
