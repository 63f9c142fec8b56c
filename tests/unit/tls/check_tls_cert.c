#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls/tls_cert.h"
#include "unit/scratch.h"
#include "unit/tls_files.h"

enum {
	NAME_MAX_LEN = 64
};

static char cert[2 * PATH_MAX], key[2 * PATH_MAX];

static void
setup(void)
{
	scratch_make();
	snprintf(cert, sizeof(cert), "%s", scratch_path("server.crt"));
	snprintf(key, sizeof(key), "%s", scratch_path("server.key"));
	tls_save_pair(cert, key, "first");
}

static struct tls_cert *
load(void)
{
	char error[TLS_CERT_ERROR_MAX] = "";
	struct tls_cert *t = NULL;

	ck_assert_msg(tls_cert_new(cert, key, &t, error) == 0, "%s", error);
	return t;
}

/* ---- what a client sees ---- */

static gnutls_session_t
session_new(unsigned flags, gnutls_certificate_credentials_t cred, int fd)
{
	gnutls_session_t s;

	ck_assert_int_eq(gnutls_init(&s, flags | GNUTLS_NONBLOCK), 0);
	ck_assert_int_eq(gnutls_set_default_priority(s), 0);
	ck_assert_int_eq(
	    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred), 0);
	gnutls_transport_set_int(s, fd);
	return s;
}

static unsigned
peer_chain(gnutls_session_t client, char name[NAME_MAX_LEN])
{
	const gnutls_datum_t *list;
	gnutls_x509_crt_t crt;
	size_t size = NAME_MAX_LEN;
	unsigned n = 0;

	list = gnutls_certificate_get_peers(client, &n);
	ck_assert_ptr_nonnull(list);
	ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
	ck_assert_int_eq(
	    gnutls_x509_crt_import(crt, list, GNUTLS_X509_FMT_DER), 0);
	ck_assert_int_eq(gnutls_x509_crt_get_dn_by_oid(crt,
			     GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size),
	    0);
	gnutls_x509_crt_deinit(crt);
	return n;
}

/* Shakes hands with the pair; the certificate's name, and how many came. */
static unsigned
seen_by_client(const struct tls_pair *p, char name[NAME_MAX_LEN])
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t server, client;
	int fds[2], s = 1, c = 1;
	unsigned n;

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	ck_assert_int_eq(gnutls_certificate_allocate_credentials(&cred), 0);
	server = session_new(GNUTLS_SERVER, tls_pair_credentials(p), fds[0]);
	client = session_new(GNUTLS_CLIENT, cred, fds[1]);
	/* Each side takes what the other has just sent. */
	for (int turn = 0; (s != 0 || c != 0) && turn < 100; turn++) {
		c = c != 0 ? gnutls_handshake(client) : 0;
		s = s != 0 ? gnutls_handshake(server) : 0;
	}
	ck_assert_msg(
	    s == 0 && c == 0, "%s, %s", gnutls_strerror(s), gnutls_strerror(c));
	n = peer_chain(client, name);
	gnutls_deinit(client);
	gnutls_deinit(server);
	gnutls_certificate_free_credentials(cred);
	close(fds[0]);
	close(fds[1]);
	return n;
}

static void
assert_current(struct tls_cert *t, const char *wanted)
{
	struct tls_pair *p = tls_cert_pair(t);
	char name[NAME_MAX_LEN] = "";

	seen_by_client(p, name);
	ck_assert_str_eq(name, wanted);
	tls_pair_unref(p);
}

/* ---- good files ---- */

static void
append_file(const char *to, const char *from)
{
	struct buf all;

	buf_init(&all, 1 << 20);
	ck_assert_int_eq(file_read(to, 1 << 20, &all), 0);
	ck_assert_int_eq(file_read(from, 1 << 20, &all), 0);
	ck_assert_int_eq(file_write_atomic(to, all.data, all.len, 0600), 0);
	buf_free(&all);
}

START_TEST(a_client_sees_the_certificate)
{
	struct tls_cert *t;

	setup();
	t = load();
	assert_current(t, "first");
	tls_cert_free(t);
	tls_cert_free(NULL);
	tls_pair_unref(NULL);
	scratch_remove();
}
END_TEST

START_TEST(the_chain_is_sent_too)
{
	gnutls_x509_privkey_t ca_key = tls_make_key(), k = tls_make_key();
	gnutls_x509_crt_t ca = tls_make_cert(ca_key, "ca", -1, 30);
	gnutls_x509_crt_t leaf = tls_make_cert(k, "leaf", -1, 30);
	char name[NAME_MAX_LEN] = "";
	struct tls_cert *t;
	struct tls_pair *p;

	setup();
	tls_sign(scratch_path("ca.crt"), ca, ca, ca_key);
	tls_sign(cert, leaf, ca, ca_key);
	append_file(cert, scratch_path("ca.crt"));
	tls_save_key(key, k, NULL);
	gnutls_x509_crt_deinit(leaf);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_privkey_deinit(ca_key);
	gnutls_x509_privkey_deinit(k);
	t = load();
	p = tls_cert_pair(t);
	ck_assert_uint_eq(seen_by_client(p, name), 2);
	ck_assert_str_eq(name, "leaf");
	tls_pair_unref(p);
	tls_cert_free(t);
	scratch_remove();
}
END_TEST

START_TEST(both_may_be_in_one_file)
{
	struct tls_cert *t;

	setup();
	append_file(cert, key);
	snprintf(key, sizeof(key), "%s", cert);
	t = load();
	assert_current(t, "first");
	tls_cert_free(t);
	scratch_remove();
}
END_TEST

/* ---- bad files ---- */

enum fault {
	NO_CERT,
	NO_KEY,
	EMPTY_CERT,
	TEXT_CERT,
	TEXT_KEY,
	OPEN_KEY,
	OTHER_KEY,
	PASSWORD,
	LONG_CHAIN,
	SWAPPED,
};

static void
make_fault(enum fault fault)
{
	gnutls_x509_privkey_t other = tls_make_key();
	char swap[sizeof(cert)];
	const char *victim = fault == TEXT_KEY ? key : cert;

	if (fault == NO_CERT || fault == NO_KEY)
		unlink(fault == NO_CERT ? cert : key);
	if (fault == EMPTY_CERT)
		ck_assert_int_eq(truncate(cert, 0), 0);
	if (fault == TEXT_CERT || fault == TEXT_KEY)
		ck_assert_int_eq(
		    file_write_atomic(victim, "hello\n", 6, 0600), 0);
	if (fault == OPEN_KEY)
		ck_assert_int_eq(chmod(key, 0640), 0);
	if (fault == OTHER_KEY || fault == PASSWORD)
		tls_save_key(key, other, fault == PASSWORD ? "pw" : NULL);
	if (fault == LONG_CHAIN) {
		snprintf(swap, sizeof(swap), "%s", scratch_path("one"));
		tls_save_cert(swap, other, "link", -1, 1);
		for (int i = 0; i < 16; i++)
			append_file(cert, swap);
	}
	if (fault == SWAPPED) {
		ck_assert_int_eq(chmod(cert, 0600), 0);
		memcpy(swap, cert, sizeof(swap));
		memcpy(cert, key, sizeof(cert));
		memcpy(key, swap, sizeof(key));
	}
	gnutls_x509_privkey_deinit(other);
}

static const struct {
	enum fault fault;
	int result;
	bool cert; /* it is --tls-cert that is named, else --tls-key */
	const char *words;
	const char *comment;
} faults[] = {
	{ NO_CERT, -ENOENT, true, "No such file", "no certificate file" },
	{ NO_KEY, -ENOENT, false, "No such file", "no key file" },
	{ EMPTY_CERT, -EINVAL, true, "must hold", "an empty certificate" },
	{ TEXT_CERT, -EINVAL, true, "must hold", "no PEM certificate" },
	{ TEXT_KEY, -EINVAL, false, "must hold", "no PEM key" },
	{ OPEN_KEY, -EPERM, false, "chmod 600", "others can read the key" },
	{ OTHER_KEY, -EINVAL, false, "belong together", "another's key" },
	{ PASSWORD, -EINVAL, false, "without a password", "an encrypted key" },
	{ LONG_CHAIN, -EINVAL, true, "at most 16", "a chain of 17" },
	{ SWAPPED, -EINVAL, true, "must hold", "the two are swapped" },
};

START_TEST(bad_files_are_told)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		char error[TLS_CERT_ERROR_MAX] = "";
		struct tls_cert *t;
		int rc;

		setup();
		make_fault(faults[i].fault);
		rc = tls_cert_new(cert, key, &t, error);
		ck_assert_msg(rc == faults[i].result, "%s: %d %s",
		    faults[i].comment, rc, error);
		ck_assert_msg(strstr(error, faults[i].words) != NULL, "%s: %s",
		    faults[i].comment, error);
		ck_assert_msg(
		    strncmp(error,
			faults[i].cert ? "--tls-cert: " : "--tls-key: ", 11) ==
			0,
		    "%s: %s", faults[i].comment, error);
		ck_assert_ptr_nonnull(
		    strstr(error, faults[i].cert ? cert : key));
		ck_assert_ptr_null(strchr(error, '\n'));
		scratch_remove();
	}
}
END_TEST

/* ---- reloads ---- */

START_TEST(a_reload_is_for_new_connections)
{
	char error[TLS_CERT_ERROR_MAX], name[NAME_MAX_LEN];
	struct tls_pair *old;
	struct tls_cert *t;

	setup();
	t = load();
	old = tls_cert_pair(t);
	tls_save_pair(cert, key, "second");
	ck_assert_int_eq(tls_cert_reload(t, error), 0);
	assert_current(t, "second");
	seen_by_client(old, name);
	ck_assert_str_eq(name, "first");
	tls_cert_free(t);
	/* A connection may even outlive the keeper. */
	seen_by_client(old, name);
	ck_assert_str_eq(name, "first");
	tls_pair_unref(old);
	scratch_remove();
}
END_TEST

START_TEST(a_bad_reload_changes_nothing)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		char error[TLS_CERT_ERROR_MAX] = "";
		struct tls_cert *t;
		int rc;

		if (faults[i].fault == SWAPPED)
			continue; /* that is one of names, not of contents */
		setup();
		t = load();
		make_fault(faults[i].fault);
		rc = tls_cert_reload(t, error);
		ck_assert_msg(rc == faults[i].result, "%s: %d %s",
		    faults[i].comment, rc, error);
		assert_current(t, "first");
		tls_cert_free(t);
		scratch_remove();
	}
}
END_TEST

static atomic_bool stopping;

static void *
take_pairs(void *arg)
{
	while (!atomic_load(&stopping)) {
		struct tls_pair *p = tls_cert_pair(arg);

		ck_assert_ptr_nonnull(tls_pair_credentials(p));
		tls_pair_unref(p);
	}
	return NULL;
}

/* For the sanitizers: nothing freed is used, nothing is left. */
START_TEST(reloads_among_many_takers)
{
	char error[TLS_CERT_ERROR_MAX];
	pthread_t threads[3];
	struct tls_cert *t;

	setup();
	t = load();
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, take_pairs, t), 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(tls_cert_reload(t, error), 0);
	atomic_store(&stopping, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_current(t, "first");
	tls_cert_free(t);
	scratch_remove();
}
END_TEST

/* ---- dates ---- */

static const struct {
	int from, until; /* days from now */
	bool valid;
	const char *words;
} dates[] = {
	{ -1, 30, true, "expires on 20" },
	{ -30, -1, false, "has expired on 20" },
	{ 1, 30, false, "is not valid before 20" },
};

START_TEST(dates_are_told)
{
	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		char text[TLS_CERT_TEXT_MAX];
		gnutls_x509_privkey_t k = tls_make_key();
		struct tls_cert *t;

		setup();
		tls_save_cert(cert, k, "x", dates[i].from, dates[i].until);
		tls_save_key(key, k, NULL);
		gnutls_x509_privkey_deinit(k);
		t = load();
		ck_assert_int_eq(
		    tls_cert_is_valid(t, time(NULL), text), dates[i].valid);
		ck_assert_msg(strstr(text, dates[i].words) != NULL, "%s", text);
		ck_assert_ptr_nonnull(strstr(text, cert));
		tls_cert_free(t);
		scratch_remove();
	}
}
END_TEST

UNIT_MAIN("tls_cert", a_client_sees_the_certificate, the_chain_is_sent_too,
    both_may_be_in_one_file, bad_files_are_told,
    a_reload_is_for_new_connections, a_bad_reload_changes_nothing,
    reloads_among_many_takers, dates_are_told)
