/*
 * http_connection.h - what is known of a connection besides its requests: who
 * is at the other end, in which TLS session, and at which stage its client
 * keeps the server waiting (thread/pace.h).
 *
 * libmicrohttpd makes and ends it by its notification of connections, in the
 * daemon's own thread, in which all of this runs.
 */
#ifndef HTTP_HTTP_CONNECTION_H
#define HTTP_HTTP_CONNECTION_H

#include <microhttpd.h>
#include <stdbool.h>

#include "http/http_framing.h"
#include "settings/settings.h"
#include "stats/stats.h"
#include "system/listener.h"
#include "thread/pace.h"
#include "tls/tls_cert.h"

enum {
	HTTP_PRIVATE_CONNECTIONS = 32, /* at once; besides --max-connections */
	HTTP_PRIVATE_IDLE = 60 /* seconds that one may be silent */
};

struct http_request;

/* One listener's part in it; outlives its daemon. */
struct http_door {
	bool private; /* for this user's own programs alone */
	struct tls_cert *tls; /* NULL: it does not speak TLS */
	struct pace *pace;
	struct pace_room *room;
};

struct http_connection {
	struct pace_entry pace; /* first */
	struct http_door *door;
	struct tls_pair *tls;
	struct http_line line; /* of its request */
	struct http_request *request; /* that is under way, or NULL */
	bool foreign; /* another user's, at the private door: never served */
};

/*
 * Starts the pace of all doors: `rooms` are theirs. Errors: -errno. Main
 * thread.
 */
MUST_CHECK int
http_connection_pace(const struct settings *s, struct stats *stats,
    struct pace_room *rooms, size_t n_rooms, struct pace **ret_pace);

/* For MHD_OPTION_NOTIFY_CONNECTION, with a door. */
void http_connection_notify(void *door, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode what);

/* For MHD_OPTION_URI_LOG_CALLBACK: a request's first line is there. */
void *http_connection_line(
    void *cls, const char *uri, struct MHD_Connection *connection);

/* NULL: it could not be made, and is to be cut. */
struct http_connection *http_connection_of(struct MHD_Connection *connection);

/*
 * The request's headers are there; what is still to come of it is its body.
 * `wanted`: somebody reads it. `latest`: when it must be there (CLOCK_NEVER).
 */
void
http_connection_body(struct http_connection *c, bool wanted, int64_t latest);

/* A piece of it. */
void http_connection_received(struct http_connection *c, size_t n);

/* It is the server's turn; and then the client's again. */
void http_connection_busy(struct http_connection *c);
void http_connection_idle(struct http_connection *c);

#endif
