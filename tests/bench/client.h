/*
 * client.h - an HTTP/1.1 client on a raw loopback socket, one request at a
 * time, keep-alive.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

struct client {
	int fd; /* -1: not connected */
	uint16_t port;
	struct buf answer; /* the last one, with its head */
};

void client_init(struct client *c, uint16_t port);
void client_free(struct client *c);

/*
 * The first half alone: connects if it has to, and sends. The caller reads
 * from c->fd what comes. Errors: -errno.
 */
MUST_CHECK int
client_send(struct client *c, const char *path, const char *body);

/*
 * Sends GET, or POST when there is a body, and reads the whole answer into
 * c->answer. Returns its status; -errno when it could not connect, or the
 * connection broke (the next call makes a new one).
 */
MUST_CHECK int
client_request(struct client *c, const char *path, const char *body);

#endif
