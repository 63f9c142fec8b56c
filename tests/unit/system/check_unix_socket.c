#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/listener.h"
#include "system/unix_socket.h"
#include "unit/scratch.h"

static int64_t
soon(void)
{
	return clock_after(NS_PER_S / 20);
}

START_TEST(who_is_at_the_other_end)
{
	struct listener l;
	struct ucred peer;
	int client, server;

	scratch_make();
	ck_assert_int_eq(listener_unix(scratch_path("s"), &l), 0);
	ck_assert_int_eq(
	    unix_socket_connect(scratch_path("s"), soon(), &client), 0);
	ck_assert_int_ne(fcntl(client, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(client, F_GETFL) & O_NONBLOCK, 0);
	server = accept(l.fd, NULL, NULL);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(unix_socket_peer(client, &peer), 0);
	ck_assert_int_eq(peer.pid, getpid());
	ck_assert(unix_socket_peer_is(client, geteuid()));
	ck_assert(unix_socket_peer_is(server, geteuid()));
	ck_assert(!unix_socket_peer_is(server, geteuid() + 1));
	ck_assert(!unix_socket_peer_is(-1, geteuid()));
	fd_close(&client);
	fd_close(&server);
	listener_close(&l);
	scratch_remove();
}
END_TEST

/* A path of so many bytes in the scratch directory. */
static const char *
path_of(size_t len, char out[UNIX_SOCKET_PATH_MAX + 10])
{
	size_t n = strlen(scratch_directory);

	memcpy(out, scratch_directory, n);
	out[n] = '/';
	memset(out + n + 1, 'x', len - n - 1);
	out[len] = '\0';
	return out;
}

START_TEST(what_cannot_be_connected_to)
{
	char path[UNIX_SOCKET_PATH_MAX + 10];
	struct listener l;
	int fd = -1;

	scratch_make();
	ck_assert_int_eq(
	    unix_socket_connect(scratch_path("none"), soon(), &fd), -ENOENT);
	path_of(UNIX_SOCKET_PATH_MAX + 1, path);
	ck_assert_int_eq(unix_socket_connect(path, soon(), &fd), -ENAMETOOLONG);
	path_of(UNIX_SOCKET_PATH_MAX, path);
	ck_assert_int_eq(listener_unix(path, &l), 0);
	ck_assert_int_eq(unix_socket_connect(path, soon(), &fd), 0);
	fd_close(&fd);
	listener_close(&l);
	ck_assert_int_eq(unix_socket_connect(path, soon(), &fd), -ECONNREFUSED);
	ck_assert_int_eq(fd, -1);
	scratch_remove();
}
END_TEST

/* A server that accepts nobody any more. */
START_TEST(a_full_backlog_is_waited_for_until_the_deadline)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), first, second;

	scratch_make();
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", scratch_path("full"));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(fd, 0), 0);
	ck_assert_int_eq(unix_socket_connect(un.sun_path, soon(), &first), 0);
	ck_assert_int_eq(
	    unix_socket_connect(un.sun_path, soon(), &second), -ETIMEDOUT);
	fd_close(&first);
	fd_close(&fd);
	scratch_remove();
}
END_TEST

UNIT_MAIN("unix_socket", who_is_at_the_other_end, what_cannot_be_connected_to,
    a_full_backlog_is_waited_for_until_the_deadline)
