#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/tls_cert.h"
#include "runtime/tls_client.h"
#include "unit/scratch.h"
#include "unit/tls_files.h"

#define PATIENCE (60 * NS_PER_S)

/* What the other side does. */
enum manner {
	ANSWERS, /* echoes what it gets, and says good-bye */
	HANGS_UP, /* echoes, and closes without good-bye */
	OLD, /* knows TLS 1.1 at most */
	PLAIN, /* speaks HTTP */
	SILENT, /* until the client is gone */
	CLOSES, /* at once */
};

struct server {
	enum manner manner;
	int fd;
	struct tls_pair *pair;
};

static char big[300000];

static void
echo(const struct server *s, gnutls_session_t session)
{
	static char got[sizeof(big)];
	size_t n = 0;
	ssize_t r;

	if (gnutls_handshake(session) != 0)
		return;
	while (n < sizeof(got) &&
	    (r = gnutls_record_recv(session, got + n, sizeof(got) - n)) > 0)
		n += (size_t)r;
	for (size_t sent = 0; sent < n; sent += (size_t)r) {
		r = gnutls_record_send(session, got + sent, n - sent);
		if (r < 0)
			return;
	}
	if (s->manner == ANSWERS)
		gnutls_bye(session, GNUTLS_SHUT_WR);
}

static void
speak_tls(const struct server *s)
{
	gnutls_session_t session;

	gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	gnutls_priority_set_direct(session,
	    s->manner == OLD ? "NORMAL:-VERS-ALL:+VERS-TLS1.1" : "NORMAL",
	    NULL);
	gnutls_credentials_set(
	    session, GNUTLS_CRD_CERTIFICATE, tls_pair_credentials(s->pair));
	gnutls_transport_set_int(session, s->fd);
	echo(s, session);
	gnutls_deinit(session);
}

static void *
serve(void *arg)
{
	static const char http[] = "HTTP/1.0 400 Bad Request\r\n\r\n";
	struct server *s = arg;
	char byte;

	if (s->manner == PLAIN)
		(void)!write(s->fd, http, strlen(http));
	else if (s->manner == SILENT)
		while (read(s->fd, &byte, 1) > 0)
			;
	else if (s->manner != CLOSES)
		speak_tls(s);
	close(s->fd);
	return NULL;
}

static int
read_all(struct tls_client *c, struct buf *b)
{
	ssize_t n;

	do
		n = tls_client_read(c, b, 65536, clock_after(PATIENCE));
	while (n > 0);
	return (int)n;
}

/* Sends `big` and reads it back. */
static int
converse(int fd, int64_t patience)
{
	struct tls_client *c;
	struct buf b;
	int rc = tls_client_start(fd, clock_after(patience), &c);

	if (rc != 0)
		return rc;
	buf_init(&b, 2 * sizeof(big));
	rc = tls_client_write(c, big, sizeof(big), clock_after(PATIENCE));
	if (rc == 0)
		rc = read_all(c, &b);
	ck_assert_uint_eq(b.len, sizeof(big));
	ck_assert_mem_eq(b.data, big, sizeof(big));
	buf_free(&b);
	tls_client_free(c);
	return rc;
}

static const struct {
	enum manner manner;
	int64_t patience;
	int result;
	const char *comment;
} manners[] = {
	{ ANSWERS, PATIENCE, 0, "it answers" },
	{ HANGS_UP, PATIENCE, -EPROTO, "its end may be a cut" },
	{ OLD, PATIENCE, -EPROTO, "it is too old" },
	{ PLAIN, PATIENCE, -EPROTO, "it speaks no TLS" },
	{ SILENT, 100 * NS_PER_MS, -ETIMEDOUT, "it says nothing" },
	{ CLOSES, PATIENCE, -EPROTO, "it is gone" },
};

START_TEST(all_manners_of_servers)
{
	char error[TLS_CERT_ERROR_MAX];
	struct tls_cert *t;

	scratch_make();
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 % 251);
	tls_save_pair(scratch_path("crt"), scratch_path("key"), "server");
	ck_assert_int_eq(
	    tls_cert_new(scratch_path("crt"), scratch_path("key"), &t, error),
	    0);
	for (size_t i = 0; i < ARRAY_SIZE(manners); i++) {
		struct server s = { .manner = manners[i].manner,
			.pair = tls_cert_pair(t) };
		pthread_t thread;
		int fds[2], rc;

		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		ck_assert_int_eq(fd_set_nonblocking(fds[0]), 0);
		s.fd = fds[1];
		ck_assert_int_eq(pthread_create(&thread, NULL, serve, &s), 0);
		rc = converse(fds[0], manners[i].patience);
		close(fds[0]);
		pthread_join(thread, NULL);
		tls_pair_unref(s.pair);
		ck_assert_msg(
		    rc == manners[i].result, "%s: %d", manners[i].comment, rc);
	}
	tls_client_free(NULL);
	tls_cert_free(t);
	scratch_remove();
}
END_TEST

UNIT_MAIN("tls_client", all_manners_of_servers)
