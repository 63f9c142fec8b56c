/*
 * digest.h - keyed digests (HMAC-SHA256): what is equal is seen by its digest,
 * and without the key nobody makes two things that seem equal, or learns
 * anything from one.
 *
 * Life cycle: digester_new; any number of digests, each of them what was added
 * since the last digester_end; digester_free. One thread at a time. Pure, but
 * for the key's making.
 */
#ifndef TLS_DIGEST_H
#define TLS_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

enum {
	DIGEST_BYTES = 32
};

struct digest {
	unsigned char bytes[DIGEST_BYTES];
};

/* A fresh random key. Errors: -EIO, the kernel has no randomness to give. */
MUST_CHECK int digest_key_new(struct digest *ret_key);

static inline bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

struct digester;

/* NULL: out of memory. The key is copied. */
struct digester *digester_new(const struct digest *key);
void digester_free(struct digester *d); /* NULL is fine */

/* Bytes as they stand: two additions are as one of both. */
void digester_add(struct digester *d, const void *data, size_t len);

/* A text with its length before it, a number of eight bytes, a digest. */
void digester_text(struct digester *d, struct text t);
void digester_number(struct digester *d, uint64_t n);
void digester_digest(struct digester *d, const struct digest *other);

/* What was added has this digest; it begins anew. */
void digester_end(struct digester *d, struct digest *ret_digest);

#endif
