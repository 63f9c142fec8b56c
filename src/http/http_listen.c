#include "http/http_listen.h"

#include <errno.h>
#include <netdb.h>

#include "base/parse.h"
#include "system/notify.h"

enum {
	HOST_MAX = 256
};

struct listening {
	struct listener *listeners;
	size_t n;
	unsigned port; /* what the next --host binds; 0 = any */
	char *error;
};

static int
complain(struct listening *l, const char *where, unsigned port, int rc)
{
	const char *advice = rc == -EADDRINUSE
	    ? "; another program listens there: stop it or choose another place"
	    : "";

	if (port != 0)
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "cannot listen on %s port %u: %s%s", where, port,
		    strerror(-rc), advice);
	else
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "cannot listen on %s: %s%s", where, strerror(-rc), advice);
	return rc;
}

/* Where the next listener goes, or NULL when there are too many. */
static struct listener *
next_listener(struct listening *l)
{
	return l->n < HTTP_LISTEN_MAX ? &l->listeners[l->n] : NULL;
}

static int
add_address(struct listening *l, const char *host, const struct addrinfo *ai,
    unsigned port)
{
	struct listener *one = next_listener(l);
	int rc = one == NULL ? -E2BIG : listener_tcp(ai, port, one);

	if (rc != 0)
		return complain(l, host, port, rc);
	l->n++;
	return 0;
}

/* Binds all addresses of a name; *port is what the first was given. */
static int
add_host(
    struct listening *l, const char *option, const char *host, unsigned *port)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	struct addrinfo *list, *ai;
	size_t bound = 0;
	int rc = getaddrinfo(host, NULL, &hints, &list);

	if (rc != 0) {
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "--%s: '%s' is no address or name of this machine: %s",
		    option, host, gai_strerror(rc));
		return -EINVAL;
	}
	/* "localhost" is ::1, too, even where the machine has no IPv6. */
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		rc = add_address(l, host, ai, *port);
		if (rc == 0) {
			bound++;
			*port = l->listeners[l->n - 1].port;
		} else if (rc != -EADDRNOTAVAIL && rc != -EAFNOSUPPORT) {
			break;
		}
	}
	freeaddrinfo(list);
	return bound > 0 && ai == NULL ? 0 : rc;
}

static int
add_unix(struct listening *l, const char *path)
{
	struct listener *one = next_listener(l);
	int rc;

	if (path[0] != '/') {
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "--listen: 'unix:%s' is not allowed: write unix: and an "
		    "absolute path",
		    path);
		return -EINVAL;
	}
	rc = one == NULL ? -E2BIG : listener_unix(path, one);

	if (rc != 0)
		return complain(l, path, 0, rc);
	l->n++;
	return 0;
}

/* "HOST:PORT" or "[V6]:PORT". */
static int
add_host_port(struct listening *l, const char *place)
{
	const char *colon = strrchr(place, ':');
	size_t len = colon != NULL ? (size_t)(colon - place) : 0;
	char host[HOST_MAX];
	unsigned bound;
	int64_t port;

	if (len >= 2 && place[0] == '[' && place[len - 1] == ']') {
		place++;
		len -= 2;
	}
	if (colon == NULL || len == 0 || len >= sizeof(host) ||
	    parse_int(colon + 1, 0, 65535, &port) != 0) {
		snprintf(l->error, HTTP_LISTEN_ERROR_MAX,
		    "--listen: '%s' is not allowed: write unix:PATH, HOST:PORT "
		    "or [ADDRESS]:PORT",
		    place);
		return -EINVAL;
	}
	memcpy(host, place, len);
	host[len] = '\0';
	bound = (unsigned)port;
	return add_host(l, "listen", host, &bound);
}

static int
add_place(struct listening *l, const char *place)
{
	static const char prefix[] = "unix:";
	size_t n = strlen(prefix);

	if (strncmp(place, prefix, n) == 0)
		return add_unix(l, place + n);
	return add_host_port(l, place);
}

static int
adopt(struct listening *l, int n)
{
	char where[32];

	for (int i = 0; i < n; i++) {
		struct listener *one = next_listener(l);
		int fd = NOTIFY_SOCKETS_FIRST + i;
		int rc = one == NULL ? -E2BIG : listener_adopt(fd, one);

		if (rc != 0) {
			snprintf(where, sizeof(where), "passed socket %d", i);
			return complain(l, where, 0, rc);
		}
		one->passed = true;
		l->n++;
	}
	return 0;
}

static int
open_all(struct listening *l, const struct settings *s, int n_passed)
{
	int rc = 0;

	if (n_passed > 0)
		return adopt(l, n_passed);
	for (size_t i = 0; rc == 0 && i < s->listen.n; i++)
		rc = add_place(l, s->listen.v[i]);
	for (size_t i = 0; rc == 0 && s->listen.n == 0 && i < s->host.n; i++)
		rc = add_host(l, "host", s->host.v[i], &l->port);
	return rc;
}

int
http_listen(const struct settings *s, int n_passed,
    struct listener ret_listeners[HTTP_LISTEN_MAX], size_t *ret_n,
    char ret_error[HTTP_LISTEN_ERROR_MAX])
{
	struct listening l = { .listeners = ret_listeners,
		.port = (unsigned)s->port,
		.error = ret_error };
	int rc;

	memset(ret_listeners, 0, HTTP_LISTEN_MAX * sizeof(*ret_listeners));
	rc = open_all(&l, s, n_passed);
	if (rc != 0) {
		while (l.n > 0) {
			l.n--;
			listener_unlink(&ret_listeners[l.n]);
			listener_close(&ret_listeners[l.n]);
		}
		return rc;
	}
	/* Unix sockets stay plain: the kernel keeps others out of them. */
	for (size_t i = 0; i < l.n; i++)
		ret_listeners[i].tls = s->tls_cert != NULL &&
		    !ret_listeners[i].is_unix;
	*ret_n = l.n;
	return 0;
}
