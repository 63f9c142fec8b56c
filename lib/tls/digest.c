#include "tls/digest.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

struct digester {
	gnutls_hmac_hd_t hmac;
};

int
digest_key_new(struct digest *ret_key)
{
	return gnutls_rnd(GNUTLS_RND_KEY, ret_key->bytes, DIGEST_BYTES) == 0
	    ? 0
	    : -EIO;
}

struct digester *
digester_new(const struct digest *key)
{
	struct digester *d = calloc(1, sizeof(*d));

	if (d != NULL &&
	    gnutls_hmac_init(
		&d->hmac, GNUTLS_MAC_SHA256, key->bytes, DIGEST_BYTES) != 0) {
		free(d);
		return NULL;
	}
	return d;
}

void
digester_free(struct digester *d)
{
	if (d == NULL)
		return;
	gnutls_hmac_deinit(d->hmac, NULL);
	free(d);
}

/* Of a good handle it fails never. */
void
digester_add(struct digester *d, const void *data, size_t len)
{
	BUG_ON(len > 0 && gnutls_hmac(d->hmac, data, len) != 0);
}

void
digester_number(struct digester *d, uint64_t n)
{
	unsigned char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(n >> (8 * i));
	digester_add(d, bytes, sizeof(bytes));
}

void
digester_text(struct digester *d, struct text t)
{
	digester_number(d, t.len);
	digester_add(d, t.s, t.len);
}

void
digester_digest(struct digester *d, const struct digest *other)
{
	digester_add(d, other->bytes, DIGEST_BYTES);
}

void
digester_end(struct digester *d, struct digest *ret_digest)
{
	gnutls_hmac_output(d->hmac, ret_digest->bytes);
}
