#include "http/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/fdio.h"

/* The kernel caps it at net.core.somaxconn. */
enum {
	BACKLOG = 4096
};

struct listening {
	struct http_listener *listeners;
	size_t n;
	unsigned port; /* what the next one binds; 0 = any */
	char *error;
};

static int
complain(struct listening *l, const char *host, int rc)
{
	const char *advice = rc == -EADDRINUSE
	    ? "; another program listens there: stop it or choose another "
	      "--port"
	    : "";

	snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
	    "cannot listen on %s port %u: %s%s", host, l->port, strerror(-rc),
	    advice);
	return rc;
}

static int
open_socket(const struct addrinfo *ai, int *ret_fd)
{
	int fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	int one = 1, rc = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0)
		rc = -errno;
	if (rc == 0 && ai->ai_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
		rc = -errno;
	if (rc == 0 && bind(fd, ai->ai_addr, ai->ai_addrlen) != 0)
		rc = -errno;
	if (rc == 0 && listen(fd, BACKLOG) != 0)
		rc = -errno;
	if (rc != 0) {
		fd_close(&fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

static void
describe(struct http_listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	const struct sockaddr_in *in = (const void *)&ss;
	const struct sockaddr_in6 *in6 = (const void *)&ss;

	memset(&ss, 0, sizeof(ss));
	if (getsockname(l->fd, (struct sockaddr *)&ss, &len) != 0)
		return;
	if (ss.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, l->host, sizeof(l->host));
		l->port = ntohs(in6->sin6_port);
		l->loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
		l->wildcard = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
	} else {
		inet_ntop(AF_INET, &in->sin_addr, l->host, sizeof(l->host));
		l->port = ntohs(in->sin_port);
		l->loopback = ntohl(in->sin_addr.s_addr) >> 24 == 127;
		l->wildcard = in->sin_addr.s_addr == htonl(INADDR_ANY);
	}
}

static void
set_port(struct addrinfo *ai, unsigned port)
{
	if (ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_port = htons(
		    (uint16_t)port);
	else
		((struct sockaddr_in *)(void *)ai->ai_addr)->sin_port = htons(
		    (uint16_t)port);
}

static int
add_listener(struct listening *l, const char *host, struct addrinfo *ai)
{
	struct http_listener *one;
	int rc;

	if (l->n == HTTP_LISTEN_MAX)
		return complain(l, host, -E2BIG);
	one = &l->listeners[l->n];
	set_port(ai, l->port);
	rc = open_socket(ai, &one->fd);
	if (rc != 0)
		return complain(l, host, rc);
	describe(one);
	l->port = one->port;
	l->n++;
	return 0;
}

static int
add_host(struct listening *l, const char *host)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	struct addrinfo *list, *ai;
	size_t bound = 0;
	int rc = getaddrinfo(host, NULL, &hints, &list);

	if (rc != 0) {
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "--host: '%s' is no address or name of this machine: %s",
		    host, gai_strerror(rc));
		return -EINVAL;
	}
	/* "localhost" is ::1, too, even where the machine has no IPv6. */
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		rc = add_listener(l, host, ai);
		if (rc == 0)
			bound++;
		else if (rc != -EADDRNOTAVAIL && rc != -EAFNOSUPPORT)
			break;
	}
	freeaddrinfo(list);
	return bound > 0 && ai == NULL ? 0 : rc;
}

int
http_listen(const struct settings *s,
    struct http_listener ret_listeners[HTTP_LISTEN_MAX], size_t *ret_n,
    char ret_error[HTTP_LISTEN_ERROR_MAX])
{
	struct listening l = { .listeners = ret_listeners,
		.port = (unsigned)s->port,
		.error = ret_error };
	int rc = 0;

	memset(ret_listeners, 0, HTTP_LISTEN_MAX * sizeof(*ret_listeners));
	for (size_t i = 0; rc == 0 && i < s->host.n; i++)
		rc = add_host(&l, s->host.v[i]);
	if (rc != 0) {
		while (l.n > 0)
			fd_close(&ret_listeners[--l.n].fd);
		return rc;
	}
	*ret_n = l.n;
	return 0;
}

void
http_listener_url(const struct http_listener *l, char *out, size_t size)
{
	bool v6 = strchr(l->host, ':') != NULL;

	snprintf(out, size, "http://%s%s%s:%u", v6 ? "[" : "", l->host,
	    v6 ? "]" : "", l->port);
}
