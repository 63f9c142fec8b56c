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

#include "core/key_ring.h"
#include "core/settings.h"
#include "core/stats.h"
#include "engine/dispatch.h"
#include "http/http_listen.h"
#include "runtime/tls_cert.h"
#include "runtime/watch.h"

struct http_server;

/*
 * Starts to answer on the listeners, which outlive the server; their fds
 * belong to it from then on, on failure too. `tls` outlives the
 * server, too; it may be NULL when no listener speaks TLS. Errors: -errno,
 * -EPROTONOSUPPORT for TLS when libmicrohttpd was built without it.
 */
MUST_CHECK int http_server_start(const struct settings *s, struct stats *stats,
    struct key_ring *keys, struct tls_cert *tls, struct dispatch *dispatch,
    struct watch *watch, const struct listener *listeners, size_t n,
    struct http_server **ret_server);

/*
 * Drain, from main: from now on every answer ends its connection.
 */
void http_server_drain(struct http_server *hs);

/*
 * Waits until no request is under way; false when `deadline` came first.
 */
bool http_server_wait(struct http_server *hs, int64_t deadline);

/*
 * Stops accepting, ends what is left and frees. All jobs must have ended
 * before: libmicrohttpd aborts the process when it is stopped with a
 * suspended connection.
 */
void http_server_stop(struct http_server *hs);

#endif
