/*
 * listener.h - listening sockets: TCP over IPv4 and IPv6, Unix sockets, and
 * those that a service manager has opened for us.
 *
 * All are close-on-exec and non-blocking. Errors are -errno. Main thread.
 */
#ifndef SYSTEM_LISTENER_H
#define SYSTEM_LISTENER_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/compiler.h"

enum {
	LISTENER_NAME_MAX = 128
};

struct listener {
	int fd;
	char host[LISTENER_NAME_MAX]; /* address, IPv6 without brackets; or the
	                                 path of a Unix socket */
	unsigned port; /* 0 for a Unix socket */
	bool is_unix;
	bool passed; /* a service manager has it, too, and keeps it open */
	bool ours; /* a Unix socket that we made, and remove */
	bool tls; /* speaks TLS; false unless its owner says so */
	bool private; /* for this user alone; false unless its owner says so */
	bool loopback; /* TCP: only this machine reaches it */
	bool wildcard; /* TCP: all addresses of this machine */
	struct stat made; /* the Unix socket, as we made it */
};

/* Binds one address at `port` (0: any). An IPv6 socket takes IPv6 alone. */
MUST_CHECK int listener_tcp(
    const struct addrinfo *ai, unsigned port, struct listener *ret_listener);

/*
 * Makes a Unix socket of mode 0600. A file that is left of a socket to which
 * nobody listens any more is replaced; -EADDRINUSE when somebody does, or
 * when it is no socket. Changes the umask for a moment, so it belongs before
 * threads.
 */
MUST_CHECK int listener_unix(const char *path, struct listener *ret_listener);

/* Takes over an open socket. -ENOTSOCK, -EINVAL when it does not listen. */
MUST_CHECK int listener_adopt(int fd, struct listener *ret_listener);

/* Writes "http(s)://127.0.0.1:8765" or "unix:/path" into `out`. */
void listener_url(const struct listener *l, char *out, size_t size);

/* Closes the socket, if fd is not -1. */
void listener_close(struct listener *l);

/* Removes the Unix socket that we made, if it is still ours. */
void listener_unlink(const struct listener *l);

#endif
