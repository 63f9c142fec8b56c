/*
 * tls_client.h - the client's side of TLS, for asking our own server.
 *
 * The server's certificate is not verified; see tls_client.c. TLS 1.2 or
 * later. Used by one thread.
 *
 * Errors: -ETIMEDOUT past the deadline (monotonic ns), -EPROTO when the other
 * side does not speak TLS as it should, -ENOMEM, or another -errno.
 */
#ifndef RUNTIME_TLS_CLIENT_H
#define RUNTIME_TLS_CLIENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct tls_client;

/*
 * Shakes hands on a connected, non-blocking socket, which stays the caller's
 * and must outlive the client.
 */
MUST_CHECK int
tls_client_start(int fd, int64_t deadline, struct tls_client **ret_client);

/* Frees without a word to the other side. NULL is fine. */
void tls_client_free(struct tls_client *c);

/* Writes all of `len` bytes. */
MUST_CHECK int tls_client_write(
    struct tls_client *c, const void *data, size_t len, int64_t deadline);

/*
 * Appends at least a byte and at most `max` to the buffer. Returns how many,
 * or 0 at the end, which the other side has announced: -EPROTO for a bare
 * close, -EMSGSIZE when the buffer's cap leaves no room.
 */
MUST_CHECK ssize_t tls_client_read(
    struct tls_client *c, struct buf *b, size_t max, int64_t deadline);

#endif
