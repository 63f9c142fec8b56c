/*
 * tls_files.h - certificates and keys, made for a test; none is kept.
 */
#ifndef TESTS_UNIT_TLS_FILES_H
#define TESTS_UNIT_TLS_FILES_H

#include <check.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "system/fdio.h"

#define TLS_DAY (24 * 60 * 60)

static inline void
tls_save(const char *path, const gnutls_datum_t *pem, mode_t mode)
{
	ck_assert_int_eq(
	    file_write_atomic(path, pem->data, pem->size, mode), 0);
}

static inline gnutls_x509_privkey_t
tls_make_key(void)
{
	gnutls_x509_privkey_t key;

	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(
	    gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
	    0);
	return key;
}

/* An unsigned certificate, valid for that many days around now. */
static inline gnutls_x509_crt_t
tls_make_cert(
    gnutls_x509_privkey_t key, const char *name, int from_day, int until_day)
{
	time_t now = time(NULL);
	gnutls_x509_crt_t crt;

	ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\1", 1);
	gnutls_x509_crt_set_activation_time(crt, now + from_day * TLS_DAY);
	gnutls_x509_crt_set_expiration_time(crt, now + until_day * TLS_DAY);
	gnutls_x509_crt_set_dn_by_oid(
	    crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	ck_assert_int_eq(gnutls_x509_crt_set_key(crt, key), 0);
	return crt;
}

/* Signs the certificate and saves it. */
static inline void
tls_sign(const char *path, gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer,
    gnutls_x509_privkey_t issuer_key)
{
	gnutls_datum_t pem;

	ck_assert_int_eq(gnutls_x509_crt_sign2(
			     crt, issuer, issuer_key, GNUTLS_DIG_SHA256, 0),
	    0);
	ck_assert_int_eq(
	    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	tls_save(path, &pem, 0644);
	gnutls_free(pem.data);
}

/* A certificate that signs itself. */
static inline void
tls_save_cert(const char *path, gnutls_x509_privkey_t key, const char *name,
    int from_day, int until_day)
{
	gnutls_x509_crt_t crt = tls_make_cert(key, name, from_day, until_day);

	tls_sign(path, crt, crt, key);
	gnutls_x509_crt_deinit(crt);
}

/* With a password, encrypted. */
static inline void
tls_save_key(const char *path, gnutls_x509_privkey_t key, const char *password)
{
	gnutls_datum_t pem;

	ck_assert_int_eq(
	    gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM,
		password, password != NULL ? 0 : GNUTLS_PKCS_PLAIN, &pem),
	    0);
	tls_save(path, &pem, 0600);
	gnutls_free(pem.data);
}

static inline void
tls_save_pair(const char *cert, const char *key_file, const char *name)
{
	gnutls_x509_privkey_t key = tls_make_key();

	tls_save_cert(cert, key, name, -1, 30);
	tls_save_key(key_file, key, NULL);
	gnutls_x509_privkey_deinit(key);
}

#endif
