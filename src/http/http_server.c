#include "http/http_server.h"

#include <errno.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/body_parser.h"
#include "http/http_exchange.h"
#include "http/http_request.h"
#include "http/http_tls.h"
#include "runtime/fdio.h"
#include "runtime/sync.h"

/*
 * The daemon's name for how strictly it reads clients changed in 1.0; both
 * refuse HTTP/1.1 without Host.
 */
#if MHD_VERSION >= 0x00097701
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1
#else
#define STRICTNESS MHD_OPTION_STRICT_FOR_CLIENT, 1
#endif

/* Per connection: headers and the chunk being sent. */
enum {
	CONNECTION_MEMORY = 32 * 1024
};

struct http_server {
	struct http_context context;
	struct MHD_Daemon *daemons[HTTP_LISTEN_MAX];
	size_t n_daemons;

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

static struct MHD_Daemon *
start_daemon(
    struct http_server *hs, const struct listener *l, size_t n_listeners)
{
	const struct settings *s = hs->context.settings;
	size_t limit = (size_t)s->max_connections / n_listeners;
	struct MHD_OptionItem tls[HTTP_TLS_OPTIONS] = { { MHD_OPTION_END, 0,
	    NULL } };
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
	    MHD_USE_ERROR_LOG;

	flags |= l->tls ? http_tls_options(hs->context.tls, tls)
			: MHD_USE_EPOLL_INTERNAL_THREAD;
	return MHD_start_daemon(flags, 0, NULL, NULL, http_exchange_request,
	    &hs->context, MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, l->fd, MHD_OPTION_NOTIFY_COMPLETED,
	    http_exchange_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)(limit > 0 ? limit : 1), MHD_OPTION_CONNECTION_TIMEOUT,
	    idle_seconds(s), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)CONNECTION_MEMORY, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_ARRAY, tls, STRICTNESS, MHD_OPTION_END);
}

static int
start_daemons(
    struct http_server *hs, const struct listener *listeners, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct MHD_Daemon *d = start_daemon(hs, &listeners[i], n);

		if (d == NULL) {
			int rc = listeners[i].tls && !http_tls_is_supported()
			    ? -EPROTONOSUPPORT
			    : -EIO;

			for (; i < n; i++) {
				int fd = listeners[i].fd;

				fd_close(&fd);
			}
			return rc;
		}
		hs->daemons[hs->n_daemons++] = d;
		if (listeners[i].wildcard)
			hs->context.wildcard = true;
	}
	return 0;
}

int
http_server_start(const struct settings *s, struct stats *stats,
    struct key_ring *keys, struct tls_cert *tls, struct dispatch *dispatch,
    struct watch *watch, const struct listener *listeners, size_t n,
    struct http_server **ret_server)
{
	struct http_server *hs = calloc(1, sizeof(*hs));
	int rc;

	if (hs == NULL)
		return -ENOMEM;
	hs->context.settings = s;
	hs->context.stats = stats;
	hs->context.keys = keys;
	hs->context.tls = tls;
	hs->context.dispatch = dispatch;
	hs->context.watch = watch;
	hs->context.listeners = listeners;
	hs->context.n_listeners = n;
	hs->context.on_count = count_requests;
	hs->context.started_at = clock_unix_seconds();
	sync_mutex_init(&hs->lock);
	sync_cond_init(&hs->none);
	MHD_set_panic_func(on_mhd_panic, NULL);
	rc = body_parser_start((size_t)s->max_connections, &hs->context.parser);
	if (rc == 0)
		rc = start_daemons(hs, listeners, n);
	if (rc != 0) {
		http_server_stop(hs);
		return rc;
	}
	*ret_server = hs;
	return 0;
}

void
http_server_drain(struct http_server *hs)
{
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
	/* First what may hold a connection parked: it finishes and wakes all,
	 * and since the drain began nothing new comes to it. */
	body_parser_stop(hs->context.parser);
	for (size_t i = 0; i < hs->n_daemons; i++)
		MHD_stop_daemon(hs->daemons[i]);
	sync_cond_destroy(&hs->none);
	sync_mutex_destroy(&hs->lock);
	free(hs);
}
