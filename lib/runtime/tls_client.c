/*
 * DESIGN. The certificate is not verified. The server's name in it is the one
 * that others reach it by, not the loopback address at which we ask, and
 * after an edit of the file the server rightly goes on with the old one until
 * it is told to reload; so pinning what the file holds would call a healthy
 * server dead. What we send is no secret (GET /ready and /metrics, without a
 * key), the answer is only shown, and that the server is ours is known by the
 * lock of its pid file. Never use this for anything else.
 */
#include "runtime/tls_client.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>

#include "runtime/fdio.h"

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls_client {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

static int
error_of(ssize_t code)
{
	return code == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EPROTO;
}

/*
 * After a call that could not finish: waits until it can be repeated. 0:
 * repeat it; else what to return.
 */
static int
wait_to_repeat(struct tls_client *c, ssize_t code, int64_t deadline)
{
	bool writes = gnutls_record_get_direction(c->session) == 1;

	if (code == GNUTLS_E_INTERRUPTED)
		return 0;
	if (code == GNUTLS_E_AGAIN)
		return fd_wait(c->fd, writes ? POLLOUT : POLLIN, deadline);
	/* A warning is no end, e.g. that it does not know our name. */
	return gnutls_error_is_fatal((int)code) ? error_of(code) : 0;
}

static int
set_up(struct tls_client *c)
{
	int code = gnutls_certificate_allocate_credentials(&c->credentials);

	if (code == 0)
		code = gnutls_init(&c->session,
		    GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
	if (code == 0)
		code = gnutls_priority_set_direct(c->session, PRIORITIES, NULL);
	if (code == 0)
		code = gnutls_credentials_set(
		    c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
	if (code != 0)
		return error_of(code);
	gnutls_transport_set_int(c->session, c->fd);
	return 0;
}

static int
shake_hands(struct tls_client *c, int64_t deadline)
{
	int code, rc = 0;

	while (rc == 0 && (code = gnutls_handshake(c->session)) != 0)
		rc = wait_to_repeat(c, code, deadline);
	return rc;
}

int
tls_client_start(int fd, int64_t deadline, struct tls_client **ret_client)
{
	struct tls_client *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return -ENOMEM;
	c->fd = fd;
	rc = set_up(c);
	if (rc == 0)
		rc = shake_hands(c, deadline);
	if (rc != 0) {
		tls_client_free(c);
		return rc;
	}
	*ret_client = c;
	return 0;
}

void
tls_client_free(struct tls_client *c)
{
	if (c == NULL)
		return;
	if (c->session != NULL)
		gnutls_deinit(c->session);
	if (c->credentials != NULL)
		gnutls_certificate_free_credentials(c->credentials);
	free(c);
}

int
tls_client_write(
    struct tls_client *c, const void *data, size_t len, int64_t deadline)
{
	const char *p = data;
	int rc = 0;

	while (rc == 0 && len > 0) {
		ssize_t n = gnutls_record_send(c->session, p, len);

		if (n < 0) {
			rc = wait_to_repeat(c, n, deadline);
		} else {
			p += n;
			len -= (size_t)n;
		}
	}
	return rc;
}

ssize_t
tls_client_read(
    struct tls_client *c, struct buf *b, size_t max, int64_t deadline)
{
	size_t room = b->cap - b->len;
	char *space;
	ssize_t n;
	int rc;

	if (room == 0)
		return -EMSGSIZE;
	if (max > room)
		max = room;
	rc = buf_reserve(b, max, &space);
	while (rc == 0) {
		n = gnutls_record_recv(c->session, space, max);
		if (n >= 0) {
			buf_commit(b, (size_t)n);
			return n;
		}
		rc = wait_to_repeat(c, n, deadline);
	}
	return rc;
}
