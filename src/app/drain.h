/*
 * drain.h - taking the server apart, in the one order that loses no answer
 * and aborts no process.
 */
#ifndef APP_DRAIN_H
#define APP_DRAIN_H

#include "core/key_ring.h"
#include "core/settings.h"
#include "core/stats.h"
#include "engine/dispatch.h"
#include "http/http_server.h"
#include "runtime/tls_cert.h"
#include "runtime/watch.h"

/* The server's parts, lower ones first; NULL: not made. */
struct parts {
	const struct settings *settings;
	int signal_fd;
	struct stats *stats;
	struct key_ring *keys;
	struct tls_cert *tls; /* NULL, too, without --tls-cert */
	struct watch *watch;
	struct dispatch *dispatch;
	struct http_server *http;
};

/*
 * Drains and frees what is there of the parts:
 *
 *	1. refuse: new requests get 503, /ready says so
 *	2. wait for the running ones, at most --drain-seconds
 *	3. cancel those that are left; each says so to its caller
 *	4. wait until every request has been answered to its end
 *	5. stop HTTP: no connection is suspended any more
 *	6. join the workers, then the watch
 *
 * A second SIGTERM or SIGINT meanwhile ends the process at once.
 */
void drain_parts(struct parts *p);

#endif
