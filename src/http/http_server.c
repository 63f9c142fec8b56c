#include "http/http_server.h"

#include <errno.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/limits.h"
#include "system/log.h"
#include "http/http_exchange.h"
#include "http/http_connection.h"
#include "http/http_request.h"
#include "http/http_tls.h"
#include "system/fdio.h"
#include "thread/sync.h"

/*
 * 1.0 sees more of a request than we do. What 0.9.75 is strict about we are
 * ourselves (http_framing.h), with a better answer.
 */
#if MHD_VERSION >= 0x00097701
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1
#else
#define STRICTNESS MHD_OPTION_STRICT_FOR_CLIENT, 0
#endif

struct http_server {
	struct http_context context;
	size_t max_connections;
	struct http_door doors[HTTP_SERVER_LISTENERS]; /* of the daemons */
	struct pace_room rooms[HTTP_SERVER_LISTENERS];
	struct pace *pace;
	struct MHD_Daemon *daemons[HTTP_SERVER_LISTENERS];
	size_t n_daemons; /* one a listener, in their order */
	int quiet_fds[HTTP_SERVER_LISTENERS]; /* no longer listened to; or -1 */

	pthread_mutex_t lock; /* all below */
	pthread_cond_t none; /* n_requests has become 0 */
	size_t n_requests;
};

static struct http_server *
server_of(struct http_context *context)
{
	return CONTAINER_OF(context, struct http_server, context);
}

static void
count_requests(struct http_context *context, int change)
{
	struct http_server *hs = server_of(context);

	sync_lock(&hs->lock);
	hs->n_requests += (size_t)change;
	if (hs->n_requests == 0)
		sync_broadcast(&hs->none);
	sync_unlock(&hs->lock);
}

static void
on_mhd_log(void *cls, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void
on_mhd_log(void *cls, const char *fmt, va_list ap)
{
	char line[512];

	(void)cls;
	vsnprintf(line, sizeof(line), fmt, ap);
	log_debug("http: %s", line);
}

static void
on_mhd_panic(void *cls, const char *file, unsigned line, const char *reason)
{
	(void)cls;
	bug(file, (int)line, reason != NULL ? reason : "libmicrohttpd panic");
}

/* libmicrohttpd counts whole seconds, and 0 is "never". */
static unsigned
idle_seconds(const struct settings *s)
{
	return (unsigned)((s->idle_timeout + NS_PER_S - 1) / NS_PER_S);
}

/*
 * Each listener has its share of the connections, whoever asks for status
 * takes none of it.
 */
static unsigned
connection_limit(const struct http_server *hs, const struct listener *l)
{
	size_t sharing = 0, limit;

	if (l->private)
		return HTTP_PRIVATE_CONNECTIONS;
	for (size_t i = 0; i < hs->context.n_listeners; i++)
		sharing += !hs->context.listeners[i].private;
	limit = hs->max_connections / sharing;
	return limit > 0 ? (unsigned)limit : 1;
}

/* What only one kind of listener needs; returns its flags. */
static unsigned
special_options(const struct listener *l,
    struct MHD_OptionItem ret_options[HTTP_TLS_OPTIONS])
{
	if (l->tls)
		return http_tls_options(ret_options);
	ret_options[0] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	return MHD_USE_EPOLL_INTERNAL_THREAD;
}

/* Paths are looked at as they were sent: http_target.h. */
static size_t
leave_undecoded(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

static struct MHD_Daemon *
start_daemon(
    struct http_server *hs, const struct listener *l, struct http_door *door)
{
	const struct settings *s = hs->context.settings;
	struct MHD_OptionItem special[HTTP_TLS_OPTIONS];
	unsigned idle = l->private ? HTTP_PRIVATE_IDLE : idle_seconds(s);
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
	    MHD_USE_ERROR_LOG;

	flags |= special_options(l, special);
	return MHD_start_daemon(flags, 0, NULL, NULL, http_exchange_request,
	    &hs->context, MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, l->fd, MHD_OPTION_NOTIFY_COMPLETED,
	    http_exchange_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
	    http_exchange_connection, door, MHD_OPTION_URI_LOG_CALLBACK,
	    http_connection_line, NULL, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)door->room->limit, MHD_OPTION_CONNECTION_TIMEOUT, idle,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_HEAD,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_UNESCAPE_CALLBACK,
	    leave_undecoded, NULL, MHD_OPTION_ARRAY, special, STRICTNESS,
	    MHD_OPTION_END);
}

static int
open_doors(struct http_server *hs, const struct listener *listeners, size_t n)
{
	int rc;

	for (size_t i = 0; i < n; i++)
		hs->rooms[i] = (struct pace_room){ .fd = listeners[i].fd,
			.limit = connection_limit(hs, &listeners[i]) };
	rc = http_connection_pace(
	    hs->context.settings, hs->context.stats, hs->rooms, n, &hs->pace);
	for (size_t i = 0; i < n; i++)
		hs->doors[i] = (struct http_door){
			.private = listeners[i].private,
			.tls = listeners[i].tls ? hs->context.tls : NULL,
			.pace = hs->pace,
			.room = &hs->rooms[i],
		};
	return rc;
}

static void
close_listeners(const struct listener *listeners, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = listeners[i].fd;

		fd_close(&fd);
	}
}

static int
start_daemons(
    struct http_server *hs, const struct listener *listeners, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct MHD_Daemon *d = start_daemon(
		    hs, &listeners[i], &hs->doors[i]);

		if (d == NULL) {
			int rc = listeners[i].tls && !http_tls_is_supported()
			    ? -EPROTONOSUPPORT
			    : -EIO;

			close_listeners(&listeners[i], n - i);
			return rc;
		}
		hs->quiet_fds[hs->n_daemons] = -1;
		hs->daemons[hs->n_daemons++] = d;
		if (listeners[i].wildcard)
			hs->context.wildcard = true;
	}
	return 0;
}

int
http_server_start(
    const struct http_server_spec *spec, struct http_server **ret_server)
{
	struct http_server *hs = calloc(1, sizeof(*hs));
	int rc;

	if (hs == NULL)
		return -ENOMEM;
	hs->max_connections = spec->max_connections;
	hs->context.settings = spec->settings;
	hs->context.stats = spec->stats;
	hs->context.keys = spec->keys;
	hs->context.tls = spec->tls;
	hs->context.routes = spec->routes;
	hs->context.listeners = spec->listeners;
	hs->context.n_listeners = spec->n_listeners;
	hs->context.on_count = count_requests;
	hs->context.bodies.max = (size_t)spec->settings->max_bodies_bytes;
	sync_mutex_init(&hs->lock);
	sync_cond_init(&hs->none);
	MHD_set_panic_func(on_mhd_panic, NULL);
	rc = open_doors(hs, spec->listeners, spec->n_listeners);
	if (rc != 0)
		close_listeners(spec->listeners, spec->n_listeners);
	else
		rc = start_daemons(hs, spec->listeners, spec->n_listeners);
	if (rc != 0) {
		http_server_stop(hs);
		return rc;
	}
	*ret_server = hs;
	return 0;
}

/*
 * Who connects to a socket that outlives us waits for the server that comes
 * next; at any other one he would be refused, and is better told so.
 */
void
http_server_drain(struct http_server *hs)
{
	for (size_t i = 0; i < hs->n_daemons; i++) {
		if (hs->context.listeners[i].passed)
			hs->quiet_fds[i] = MHD_quiesce_daemon(hs->daemons[i]);
	}
	atomic_store(&hs->context.draining, true);
}

bool
http_server_wait(struct http_server *hs, int64_t deadline)
{
	bool in_time = true, done;

	sync_lock(&hs->lock);
	while (hs->n_requests != 0 && in_time)
		in_time = sync_wait_until(&hs->none, &hs->lock, deadline);
	done = hs->n_requests == 0;
	sync_unlock(&hs->lock);
	return done;
}

void
http_server_stop(struct http_server *hs)
{
	for (size_t i = 0; i < hs->n_daemons; i++) {
		MHD_stop_daemon(hs->daemons[i]);
		fd_close(&hs->quiet_fds[i]);
	}
	pace_stop(hs->pace);
	sync_cond_destroy(&hs->none);
	sync_mutex_destroy(&hs->lock);
	free(hs);
}
