#include "system/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "system/fdio.h"

/* The kernel caps it at net.core.somaxconn. */
enum {
	BACKLOG = 4096
};

static void
describe_v4(struct listener *l, const struct sockaddr_in *in)
{
	inet_ntop(AF_INET, &in->sin_addr, l->host, sizeof(l->host));
	l->port = ntohs(in->sin_port);
	l->loopback = ntohl(in->sin_addr.s_addr) >> 24 == 127;
	l->wildcard = in->sin_addr.s_addr == htonl(INADDR_ANY);
}

static void
describe_v6(struct listener *l, const struct sockaddr_in6 *in6)
{
	inet_ntop(AF_INET6, &in6->sin6_addr, l->host, sizeof(l->host));
	l->port = ntohs(in6->sin6_port);
	l->loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	l->wildcard = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
}

static void
describe_unix(struct listener *l, const struct sockaddr_un *un)
{
	snprintf(l->host, sizeof(l->host), "%s", un->sun_path);
	l->is_unix = true;
	l->loopback = true;
}

/* Fills in what the socket is bound to. */
static int
describe(struct listener *l)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage room;
	} a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	if (getsockname(l->fd, &a.sa, &len) != 0)
		return -errno;
	switch (a.sa.sa_family) {
	case AF_INET:
		describe_v4(l, &a.in);
		return 0;
	case AF_INET6:
		describe_v6(l, &a.in6);
		return 0;
	case AF_UNIX:
		describe_unix(l, &a.un);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

static int
open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

static int
set_option(int fd, int level, int name)
{
	int one = 1;

	return setsockopt(fd, level, name, &one, sizeof(one)) != 0 ? -errno : 0;
}

static int
bind_tcp(int fd, const struct addrinfo *ai, unsigned port)
{
	struct sockaddr_storage ss;
	int rc = set_option(fd, SOL_SOCKET, SO_REUSEADDR);

	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, ai->ai_addr, ai->ai_addrlen);
	if (ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	if (rc == 0 && ai->ai_family == AF_INET6)
		rc = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (rc == 0 && bind(fd, (struct sockaddr *)&ss, ai->ai_addrlen) != 0)
		rc = -errno;
	return rc;
}

/* Listens on a bound socket; on failure it is closed. */
static int
finish(struct listener *l, int rc)
{
	if (rc == 0 && listen(l->fd, BACKLOG) != 0)
		rc = -errno;
	if (rc == 0)
		rc = describe(l);
	if (rc != 0)
		fd_close(&l->fd);
	return rc;
}

int
listener_tcp(
    const struct addrinfo *ai, unsigned port, struct listener *ret_listener)
{
	struct listener l = { .fd = open_socket(ai->ai_family) };
	int rc;

	if (l.fd < 0)
		return l.fd;
	rc = finish(&l, bind_tcp(l.fd, ai, port));
	if (rc == 0)
		*ret_listener = l;
	return rc;
}

/* ---- Unix sockets ---- */

static int
make_address(const char *path, struct sockaddr_un *un)
{
	size_t len = strlen(path);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (len >= sizeof(un->sun_path))
		return -ENAMETOOLONG;
	memcpy(un->sun_path, path, len);
	return 0;
}

static bool
somebody_listens(const struct sockaddr_un *un)
{
	int fd = open_socket(AF_UNIX);
	bool refused;

	if (fd < 0)
		return true;
	refused = connect(fd, (const struct sockaddr *)un, sizeof(*un)) != 0 &&
	    errno == ECONNREFUSED;
	fd_close(&fd);
	return !refused;
}

/* Removes a socket that is left of a server that is gone. */
static int
remove_stale(const struct sockaddr_un *un)
{
	struct stat st;

	if (lstat(un->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode) || somebody_listens(un))
		return -EADDRINUSE;
	return unlink(un->sun_path) != 0 ? -errno : 0;
}

static int
bind_unix(int fd, const struct sockaddr_un *un)
{
	/* The file is private from its first moment on. */
	mode_t old = umask(0177);
	int rc = 0;

	if (bind(fd, (const struct sockaddr *)un, sizeof(*un)) != 0)
		rc = -errno;
	umask(old);
	return rc;
}

int
listener_unix(const char *path, struct listener *ret_listener)
{
	struct listener l = { .fd = -1, .ours = true };
	struct sockaddr_un un;
	int rc = make_address(path, &un);

	if (rc == 0)
		rc = remove_stale(&un);
	if (rc != 0)
		return rc;
	l.fd = open_socket(AF_UNIX);
	if (l.fd < 0)
		return l.fd;
	rc = finish(&l, bind_unix(l.fd, &un));
	if (rc != 0)
		return rc;
	if (stat(path, &l.made) != 0)
		l.ours = false;
	*ret_listener = l;
	return 0;
}

int
listener_adopt(int fd, struct listener *ret_listener)
{
	struct listener l = { .fd = fd };
	int listening = 0, rc;
	socklen_t len = sizeof(listening);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0)
		return -errno;
	if (!listening)
		return -EINVAL;
	rc = fd_set_nonblocking(fd);
	if (rc == 0)
		rc = describe(&l);
	if (rc == 0)
		*ret_listener = l;
	return rc;
}

/* ---- */

void
listener_url(const struct listener *l, char *out, size_t size)
{
	bool v6 = strchr(l->host, ':') != NULL;

	if (l->is_unix)
		snprintf(out, size, "unix:%s", l->host);
	else
		snprintf(out, size, "%s://%s%s%s:%u", l->tls ? "https" : "http",
		    v6 ? "[" : "", l->host, v6 ? "]" : "", l->port);
}

void
listener_close(struct listener *l)
{
	fd_close(&l->fd);
}

void
listener_unlink(const struct listener *l)
{
	struct stat st;

	/* An inode's number alone may have been used again. */
	if (l->ours && stat(l->host, &st) == 0 && st.st_dev == l->made.st_dev &&
	    st.st_ino == l->made.st_ino &&
	    st.st_ctim.tv_sec == l->made.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == l->made.st_ctim.tv_nsec)
		unlink(l->host);
}
