#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "exchange.h"

enum {
	CONNECTIONS_MAX = 1024,
	HEADERS_MAX = 65536,
	STACK_SIZE = 1 << 20,
};

static struct MHD_Daemon *server;
static int stop_fd = -1;

static enum MHD_Result
handle(void *arg, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *bytes, size_t *len,
    void **context)
{
	struct exchange *x = *context;

	(void)arg;
	(void)version;
	if (x == NULL) {
		*context = exchange_new(connection, method, path, stop_fd);
		return *context != NULL ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		if (exchange_body(x, bytes, *len) < 0)
			return MHD_NO;
		*len = 0;
		return MHD_YES;
	}
	return exchange_answer(x);
}

static void
completed(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	(void)arg;
	(void)connection;
	if (*context != NULL)
		exchange_close(
		    *context, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	*context = NULL;
}

/* A broken client is what the tests are about: nothing to report. */
static void
no_log(void *arg, const char *fmt, va_list args)
{
	(void)arg;
	(void)fmt;
	(void)args;
}

int
server_start(uint16_t port, uint16_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const union MHD_DaemonInfo *info;

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return -errno;
	errno = 0;
	server = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
		MHD_USE_ERROR_LOG | MHD_ALLOW_UPGRADE,
	    port, NULL, NULL, handle, NULL, MHD_OPTION_EXTERNAL_LOGGER, no_log,
	    NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE,
	    MHD_OPTION_LISTEN_BACKLOG_SIZE, 512U, MHD_OPTION_END);
	if (server == NULL)
		return errno != 0 ? -errno : -EADDRINUSE;
	info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
	*ret_port = info->port;
	return 0;
}

void
server_stop(void)
{
	/* Stays readable: every thread that waits sees it. */
	if (eventfd_write(stop_fd, 1) < 0)
		abort();
	MHD_stop_daemon(server);
	close(stop_fd);
	stop_fd = -1;
}
