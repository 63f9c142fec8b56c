#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "system/fdio.h"
#include "system/listener.h"
#include "unit/scratch.h"

static int
tcp(const char *host, unsigned port, struct listener *l)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST };
	struct addrinfo *ai;
	int rc;

	ck_assert_int_eq(getaddrinfo(host, NULL, &hints, &ai), 0);
	rc = listener_tcp(ai, port, l);
	freeaddrinfo(ai);
	return rc;
}

static const struct {
	const char *host, *prefix;
	bool loopback, wildcard;
} hosts[] = {
	{ "127.0.0.1", "http://127.0.0.1:", true, false },
	{ "127.3.2.1", "http://127.3.2.1:", true, false },
	{ "0.0.0.0", "http://0.0.0.0:", false, true },
	{ "::1", "http://[::1]:", true, false },
	{ "::", "http://[::]:", false, true },
};

START_TEST(tcp_sockets_are_described)
{
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct listener l, again;
		char url[160];

		ck_assert_int_eq(tcp(hosts[i].host, 0, &l), 0);
		ck_assert(!l.tls);
		l.tls = true;
		listener_url(&l, url, sizeof(url));
		ck_assert_int_eq(strncmp(url, "https://", 8), 0);
		l.tls = false;
		listener_url(&l, url, sizeof(url));
		ck_assert_msg(
		    strncmp(url, hosts[i].prefix, strlen(hosts[i].prefix)) == 0,
		    "%s", url);
		ck_assert_uint_gt(l.port, 0);
		ck_assert_int_eq(l.loopback, hosts[i].loopback);
		ck_assert_int_eq(l.wildcard, hosts[i].wildcard);
		ck_assert(!l.is_unix);
		ck_assert_int_ne(fcntl(l.fd, F_GETFD) & FD_CLOEXEC, 0);
		ck_assert_int_ne(fcntl(l.fd, F_GETFL) & O_NONBLOCK, 0);
		ck_assert_int_eq(
		    tcp(hosts[i].host, l.port, &again), -EADDRINUSE);
		listener_close(&l);
		listener_close(&l);
	}
}
END_TEST

START_TEST(unix_sockets_are_private_and_removed)
{
	const char *path;
	struct listener l;
	struct stat st;
	char url[160];

	scratch_make();
	path = scratch_path("sock");
	ck_assert_int_eq(listener_unix(path, &l), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert(l.is_unix && l.loopback && !l.wildcard);
	listener_url(&l, url, sizeof(url));
	ck_assert_ptr_nonnull(strstr(url, "unix:/"));
	listener_close(&l);
	listener_unlink(&l);
	ck_assert_int_ne(stat(path, &st), 0);
	scratch_remove();
}
END_TEST

START_TEST(only_a_stale_unix_socket_is_replaced)
{
	const char *path;
	struct listener first, second;
	struct stat st;

	scratch_make();
	path = scratch_path("sock2");
	ck_assert_int_eq(listener_unix(path, &first), 0);
	ck_assert_int_eq(listener_unix(path, &second), -EADDRINUSE);
	listener_close(&first);
	ck_assert_int_eq(listener_unix(path, &second), 0);
	/* the first one's file is gone: it must not remove the second's */
	listener_unlink(&first);
	ck_assert_int_eq(stat(path, &st), 0);
	listener_close(&second);
	listener_unlink(&second);
	ck_assert_int_eq(file_create(path, "x", 1, 0600), 0);
	ck_assert_int_eq(listener_unix(path, &second), -EADDRINUSE);
	ck_assert_int_eq(stat(path, &st), 0);
	scratch_remove();
}
END_TEST

START_TEST(long_unix_paths_are_refused)
{
	char path[200];
	struct listener l;

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(listener_unix(path, &l), -ENAMETOOLONG);
}
END_TEST

START_TEST(only_listening_sockets_are_adopted)
{
	struct listener l, adopted;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(listener_adopt(fd, &adopted), -EINVAL);
	fd_close(&fd);
	fd = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(listener_adopt(fd, &adopted), -ENOTSOCK);
	fd_close(&fd);
	ck_assert_int_eq(tcp("127.0.0.1", 0, &l), 0);
	ck_assert_int_eq(listener_adopt(l.fd, &adopted), 0);
	ck_assert_uint_eq(adopted.port, l.port);
	ck_assert(!adopted.ours);
	listener_close(&l);
}
END_TEST

UNIT_MAIN("listener", tcp_sockets_are_described,
    unix_sockets_are_private_and_removed, only_a_stale_unix_socket_is_replaced,
    long_unix_paths_are_refused, only_listening_sockets_are_adopted)
