#include "system/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "system/fdio.h"

/*
 * At a Unix socket either all is done at once, or (EAGAIN) as many wait to be
 * accepted as the listener lets wait, and nothing would say when that is over.
 */
static int
connect_once(int fd, const struct sockaddr_un *un, int64_t deadline)
{
	const struct sockaddr *to = (const struct sockaddr *)un;

	while (connect(fd, to, sizeof(*un)) != 0) {
		if (errno != EAGAIN)
			return -errno;
		if (clock_now() >= deadline)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, 10);
	}
	return 0;
}

int
unix_socket_connect(const char *path, int64_t deadline, int *ret_fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd, rc;

	_Static_assert(
	    UNIX_SOCKET_PATH_MAX == sizeof(un.sun_path) - 1, "of Linux");
	if (len > UNIX_SOCKET_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = connect_once(fd, &un, deadline);
	if (rc != 0)
		fd_close(&fd);
	else
		*ret_fd = fd;
	return rc;
}

int
unix_socket_peer(int fd, struct ucred *ret_peer)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return -errno;
	*ret_peer = peer;
	return 0;
}

bool
unix_socket_peer_is(int fd, uid_t user)
{
	struct ucred peer = { .uid = (uid_t)-1 }; /* for gcc at -O2 */

	return unix_socket_peer(fd, &peer) == 0 && peer.uid == user;
}
