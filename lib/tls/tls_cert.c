#include "tls/tls_cert.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "system/fdio.h"
#include "system/private_file.h"
#include "thread/sync.h"

enum {
	CHAIN_MAX = 16
};

struct tls_pair {
	_Atomic unsigned refs;
	gnutls_certificate_credentials_t credentials;
	int64_t valid_from, valid_until; /* Unix seconds */
};

struct tls_cert {
	char *cert_file, *key_file;
	pthread_mutex_t lock; /* all below */
	struct tls_pair *pair;
};

/* A pair while it is made. */
struct loading {
	const struct tls_cert *t;
	char *error;
	gnutls_x509_crt_t chain[CHAIN_MAX];
	unsigned n_chain;
	gnutls_x509_privkey_t key;
};

static int
error_of(int gnutls_code)
{
	return gnutls_code == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EINVAL;
}

/* ---- loading ---- */

static int
parse_chain(struct loading *l, const struct buf *text)
{
	gnutls_datum_t pem = { (unsigned char *)text->data,
		(unsigned)text->len };
	int code;

	l->n_chain = CHAIN_MAX;
	code = gnutls_x509_crt_list_import(l->chain, &l->n_chain, &pem,
	    GNUTLS_X509_FMT_PEM,
	    GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED |
		GNUTLS_X509_CRT_LIST_SORT);
	if (code > 0)
		return 0;
	l->n_chain = 0; /* it has freed them */
	snprintf(l->error, TLS_CERT_ERROR_MAX,
	    "--tls-cert: %s: %s; it must hold the server's certificate as "
	    "PEM, and behind it its chain (at most %d in all)",
	    l->t->cert_file, gnutls_strerror(code), CHAIN_MAX);
	return error_of(code);
}

static int
read_chain(struct loading *l)
{
	struct buf text;
	int rc;

	buf_init(&text, LIMIT_SECRET_FILE);
	rc = file_read(l->t->cert_file, LIMIT_SECRET_FILE, &text);
	if (rc != 0)
		snprintf(l->error, TLS_CERT_ERROR_MAX, "--tls-cert: %s: %s",
		    l->t->cert_file, strerror(-rc));
	else
		rc = parse_chain(l, &text);
	buf_free(&text);
	return rc;
}

static int
parse_key(struct loading *l, const struct buf *text)
{
	gnutls_datum_t pem = { (unsigned char *)text->data,
		(unsigned)text->len };
	int code = gnutls_x509_privkey_init(&l->key);

	if (code == 0)
		code = gnutls_x509_privkey_import2(
		    l->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (code == 0)
		return 0;
	snprintf(l->error, TLS_CERT_ERROR_MAX,
	    "--tls-key: %s: %s; it must hold the certificate's private key "
	    "as PEM, without a password",
	    l->t->key_file, gnutls_strerror(code));
	return error_of(code);
}

static int
read_key(struct loading *l)
{
	struct buf text;
	int rc;

	buf_init(&text, LIMIT_SECRET_FILE);
	rc = private_file_read(
	    "tls-key", l->t->key_file, LIMIT_SECRET_FILE, &text, l->error);
	if (rc == 0)
		rc = parse_key(l, &text);
	private_file_wipe(&text);
	return rc;
}

static int
join(struct loading *l, struct tls_pair *p)
{
	int code = gnutls_certificate_allocate_credentials(&p->credentials);

	if (code == 0)
		code = gnutls_certificate_set_x509_key(
		    p->credentials, l->chain, (int)l->n_chain, l->key);
	if (code >= 0) {
		p->valid_from = gnutls_x509_crt_get_activation_time(*l->chain);
		p->valid_until = gnutls_x509_crt_get_expiration_time(*l->chain);
		return 0;
	}
	if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		snprintf(l->error, TLS_CERT_ERROR_MAX,
		    "--tls-key: %s is not the key of the first certificate in "
		    "%s; give the two that belong together",
		    l->t->key_file, l->t->cert_file);
	else
		snprintf(l->error, TLS_CERT_ERROR_MAX,
		    "--tls-cert: %s cannot be used: %s", l->t->cert_file,
		    gnutls_strerror(code));
	return error_of(code);
}

static void
pair_free(struct tls_pair *p)
{
	if (p->credentials != NULL)
		gnutls_certificate_free_credentials(p->credentials);
	free(p);
}

static int
load(const struct tls_cert *t, struct tls_pair **ret_pair, char *ret_error)
{
	struct loading l = { .t = t, .error = ret_error };
	struct tls_pair *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL) {
		snprintf(ret_error, TLS_CERT_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	atomic_init(&p->refs, 1);
	rc = read_chain(&l);
	if (rc == 0)
		rc = read_key(&l);
	if (rc == 0)
		rc = join(&l, p);
	for (unsigned i = 0; i < l.n_chain; i++)
		gnutls_x509_crt_deinit(l.chain[i]);
	gnutls_x509_privkey_deinit(l.key);
	if (rc != 0) {
		pair_free(p);
		return rc;
	}
	*ret_pair = p;
	return 0;
}

/* ---- the current pair ---- */

int
tls_cert_new(const char *cert_file, const char *key_file,
    struct tls_cert **ret_cert, char ret_error[TLS_CERT_ERROR_MAX])
{
	struct tls_cert *t = calloc(1, sizeof(*t));
	int rc = -ENOMEM;

	snprintf(ret_error, TLS_CERT_ERROR_MAX, "out of memory");
	if (t == NULL)
		return rc;
	sync_mutex_init(&t->lock);
	t->cert_file = strdup(cert_file);
	t->key_file = strdup(key_file);
	rc = t->cert_file == NULL || t->key_file == NULL
	    ? -ENOMEM
	    : load(t, &t->pair, ret_error);
	if (rc != 0) {
		tls_cert_free(t);
		return rc;
	}
	*ret_cert = t;
	return 0;
}

void
tls_cert_free(struct tls_cert *t)
{
	if (t == NULL)
		return;
	tls_pair_unref(t->pair);
	sync_mutex_destroy(&t->lock);
	free(t->cert_file);
	free(t->key_file);
	free(t);
}

int
tls_cert_reload(struct tls_cert *t, char ret_error[TLS_CERT_ERROR_MAX])
{
	struct tls_pair *fresh, *old;
	int rc = load(t, &fresh, ret_error);

	if (rc != 0)
		return rc;
	sync_lock(&t->lock);
	old = t->pair;
	t->pair = fresh;
	sync_unlock(&t->lock);
	tls_pair_unref(old);
	return 0;
}

bool
tls_cert_is_valid(
    struct tls_cert *t, int64_t now, char ret_text[TLS_CERT_TEXT_MAX])
{
	struct tls_pair *p = tls_cert_pair(t);
	bool early = now<p->valid_from, late = now> p->valid_until;
	time_t when = early ? p->valid_from : p->valid_until;
	char date[32] = "(a date out of range)";
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", &tm);
	snprintf(ret_text, TLS_CERT_TEXT_MAX, "the certificate in %s %s %s%s",
	    t->cert_file,
	    early      ? "is not valid before"
		: late ? "has expired on"
		       : "expires on",
	    date, late ? "; put a new one in its place, then SIGHUP" : "");
	tls_pair_unref(p);
	return !early && !late;
}

struct tls_pair *
tls_cert_pair(struct tls_cert *t)
{
	struct tls_pair *p;

	sync_lock(&t->lock);
	p = t->pair;
	/* Never from 0: the current pair's own reference is there. */
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	sync_unlock(&t->lock);
	return p;
}

void
tls_pair_unref(struct tls_pair *p)
{
	if (p == NULL)
		return;
	if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
		pair_free(p);
}

gnutls_certificate_credentials_t
tls_pair_credentials(const struct tls_pair *p)
{
	return p->credentials;
}
