/*
 * tls_cert.h - the server's certificate and private key, which can be loaded
 * anew while connections use the old ones.
 *
 * A tls_cert holds the current pair. A connection takes a reference to it
 * when it begins and keeps to it until it ends; a reload only changes which
 * pair the next one takes. A pair is freed with its last reference, so there
 * are never more of them than connections and the current one.
 *
 * Threads: tls_cert_new, _reload and _free main; all others any. Lock: one
 * mutex around which pair is current; nothing is called while it is held. A
 * pair is immutable and counted by an atomic.
 *
 * Errors: 0 or -errno, with one line in `ret_error` that says what is wrong,
 * which file, and what to do: -EINVAL for contents that are no use, -EPERM
 * for a key that others can read, else what reading a file gives.
 */
#ifndef TLS_TLS_CERT_H
#define TLS_TLS_CERT_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	TLS_CERT_ERROR_MAX = 1024,
	TLS_CERT_TEXT_MAX = 512
};

struct tls_cert;
struct tls_pair;

/*
 * Loads PEM files: the server's certificate with, behind it, its chain (at
 * most 16 in all), and its key without a password. The names are copied.
 */
MUST_CHECK int tls_cert_new(const char *cert_file, const char *key_file,
    struct tls_cert **ret_cert, char ret_error[TLS_CERT_ERROR_MAX]);

/* Drops its own reference; pairs that are in use live on. NULL is fine. */
void tls_cert_free(struct tls_cert *t);

/* Loads the files again. On failure the pair stays as it was. */
MUST_CHECK int
tls_cert_reload(struct tls_cert *t, char ret_error[TLS_CERT_ERROR_MAX]);

/*
 * Whether the current certificate is valid at `now` (Unix seconds). Writes a
 * sentence about it that names its file and its date into `ret_text`.
 */
bool tls_cert_is_valid(
    struct tls_cert *t, int64_t now, char ret_text[TLS_CERT_TEXT_MAX]);

/* A reference to the current pair. The caller ends it with tls_pair_unref. */
MUST_CHECK struct tls_pair *tls_cert_pair(struct tls_cert *t);
void tls_pair_unref(struct tls_pair *p); /* NULL is fine */

/*
 * What a session is given with gnutls_credentials_set. Borrowed: the session
 * must not outlive the reference.
 */
gnutls_certificate_credentials_t tls_pair_credentials(const struct tls_pair *p);

#endif
