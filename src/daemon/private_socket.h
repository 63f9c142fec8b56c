/*
 * private_socket.h - the socket beside the state file, at which the commands
 * of the same user ask the server: whatever --listen, --port, keys and TLS
 * say, it is found by --state-file alone.
 *
 * Its place is the state file's path with ".sock" behind it. Where that is
 * too long for a socket, or the file system takes none, it is named by a hash
 * of the path and lies in a directory of ours in $XDG_RUNTIME_DIR, or, without
 * that, in one below /tmp.
 *
 * Main thread.
 */
#ifndef DAEMON_PRIVATE_SOCKET_H
#define DAEMON_PRIVATE_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "system/listener.h"
#include "system/unix_socket.h"

enum {
	PRIVATE_SOCKET_PLACES = 3,
	PRIVATE_SOCKET_ERROR_MAX = 512
};

/* A path of a socket, and the directory of ours that it needs. */
struct private_place {
	char path[UNIX_SOCKET_PATH_MAX + 1];
	char directory[UNIX_SOCKET_PATH_MAX + 1]; /* empty: there already */
};

/*
 * Where the socket of this state file can be, best first; at least one place.
 * Returns how many.
 */
size_t private_socket_places(const char *state_file,
    struct private_place ret_places[PRIVATE_SOCKET_PLACES]);

/*
 * The server: makes the socket, mode 0600, and listens. What a dead server
 * left is replaced. Errors: -EADDRINUSE when another one listens there, or
 * another -errno; always with one line in `ret_error`. Changes the umask for a
 * moment, so it belongs before threads.
 */
MUST_CHECK int private_socket_listen(const char *state_file,
    struct listener *ret_listener, char ret_error[PRIVATE_SOCKET_ERROR_MAX]);

/*
 * A command: connects to the server of this state file, if it is this user's;
 * *ret_server says which process that is. Errors: -ENOENT or -ECONNREFUSED
 * when there is none, -EPERM when it is another user's, another -errno.
 */
MUST_CHECK int private_socket_connect(const char *state_file, int64_t deadline,
    int *ret_fd, struct ucred *ret_server);

#endif
