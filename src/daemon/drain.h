/*
 * drain.h - taking the server apart, in the one order that loses no answer
 * and aborts no process.
 */
#ifndef DAEMON_DRAIN_H
#define DAEMON_DRAIN_H

#include "settings/key_ring.h"
#include "settings/settings.h"
#include "stats/stats.h"
#include "api/api.h"
#include "engine/engines.h"
#include "store/store.h"
#include "http/http_server.h"
#include "tls/tls_cert.h"
#include "thread/watch.h"

/* The server's parts, lower ones first; NULL: not made. */
struct parts {
	const struct settings *settings;
	int signal_fd;
	int64_t drain; /* nanoseconds that running requests may go on */
	struct stats *stats;
	struct key_ring *keys;
	struct tls_cert *tls; /* NULL, too, without --tls-cert */
	struct watch *watch;
	struct store *store;
	struct engines *engines;
	struct api *api;
	struct http_server *http;
};

/*
 * Drains and frees what is there of the parts:
 *
 *	1. refuse: new requests get 503, /ready says so
 *	2. wait for the running ones, at most p->drain
 *	3. cancel those that are left; each says so to its caller
 *	4. end the streams of those who watch, which have no end of their own
 *	5. wait until every request has been answered to its end
 *	6. stop what works for parked requests; it wakes them all
 *	7. stop HTTP: no connection is suspended any more
 *	8. write what is to be kept; join the workers, then the watch
 *
 * A second SIGTERM or SIGINT meanwhile ends the process at once.
 */
void drain_parts(struct parts *p);

#endif
