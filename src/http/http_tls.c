/*
 * DESIGN. libmicrohttpd takes one certificate at its start, or asks a
 * callback in every handshake. The callback is not told whose daemon asks,
 * and what it hands out must live until the session ends, which it is not
 * told either. The notification of connections has both: it comes before the
 * handshake, with the session at hand, and again when the connection is
 * closed. So that is where http_connection has a session given its
 * credentials, and keeps a reference to the pair they are of.
 *
 * The thread polls here instead of using epoll: with that it spins for as
 * long as a client has sent a part of its handshake. doc/mhd.md has what was
 * measured.
 */
#include "http/http_tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/*
 * Forward secrecy and authenticated encryption alone: of what NORMAL has for
 * TLS 1.2, the exchange -RSA lacks the former and all suites with -SHA1 the
 * latter.
 */
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1"

/*
 * Without a certificate or such a callback no daemon starts. It is asked
 * only when a session could not be given its credentials, and there is
 * nothing to be served then.
 */
static int
no_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
    gnutls_pcert_st **certs, unsigned *n_certs, gnutls_ocsp_data_st **ocsp,
    unsigned *n_ocsp, gnutls_privkey_t *key, unsigned *flags)
{
	(void)session;
	(void)info;
	(void)certs;
	(void)n_certs;
	(void)ocsp;
	(void)n_ocsp;
	(void)key;
	(void)flags;
	return GNUTLS_E_NO_CERTIFICATE_FOUND;
}

struct tls_pair *
http_tls_begin(struct tls_cert *cert, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	struct tls_pair *p = tls_cert_pair(cert);

	if (info != NULL && info->tls_session != NULL &&
	    gnutls_credentials_set((gnutls_session_t)info->tls_session,
		GNUTLS_CRD_CERTIFICATE, tls_pair_credentials(p)) == 0)
		return p;
	tls_pair_unref(p);
	return NULL;
}

static void *
priorities(void)
{
	static char text[] = PRIORITIES;

	return text;
}

unsigned
http_tls_options(struct MHD_OptionItem ret_options[HTTP_TLS_OPTIONS])
{
	const struct MHD_OptionItem tls[HTTP_TLS_OPTIONS] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, priorities() },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0,
		    (void *)(intptr_t)no_certificate },
		{ MHD_OPTION_END, 0, NULL },
	};

	memcpy(ret_options, tls, sizeof(tls));
	return MHD_USE_TLS | MHD_USE_POLL_INTERNAL_THREAD;
}

bool
http_tls_is_spoken(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info != NULL && info->tls_session != NULL;
}

bool
http_tls_is_supported(void)
{
	return MHD_is_feature_supported(MHD_FEATURE_TLS) == MHD_YES;
}
