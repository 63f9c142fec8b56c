/*
 * unix_socket.h - connecting to Unix sockets, and who is at the other end.
 *
 * Any thread. Errors are -errno.
 */
#ifndef SYSTEM_UNIX_SOCKET_H
#define SYSTEM_UNIX_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/compiler.h"

enum {
	UNIX_SOCKET_PATH_MAX = 107 /* bytes of a path, without the NUL */
};

/*
 * Connects to the socket at `path`; *ret_fd is non-blocking and
 * close-on-exec. -ENAMETOOLONG; -ETIMEDOUT when `deadline` (monotonic ns)
 * came first.
 */
MUST_CHECK int
unix_socket_connect(const char *path, int64_t deadline, int *ret_fd);

/*
 * The process at the other end, as the kernel knows it: the one that has
 * connected, or, for whoever has, the one that listens.
 */
MUST_CHECK int unix_socket_peer(int fd, struct ucred *ret_peer);

/* True when that process is surely this user's (by its effective id). */
bool unix_socket_peer_is(int fd, uid_t user);

#endif
