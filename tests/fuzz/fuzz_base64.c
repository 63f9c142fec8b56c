/*
 * Decoding agrees with a decoder that goes bit by bit. Input: the base64.
 */
#include <errno.h>

#include "image/base64.h"
#include "fuzz.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0, or -EINVAL when it is no base64. */
static int
decode(const char *s, size_t len, struct buf *out)
{
	unsigned bits = 0, n = 0;
	size_t chars = len;

	while (chars > 0 && len - chars < 2 && s[chars - 1] == '=')
		chars--;
	if (chars % 4 == 1 || (chars != len && len % 4 != 0))
		return -EINVAL;
	for (size_t i = 0; i < chars; i++) {
		const char *at = memchr(alphabet, s[i], strlen(alphabet));

		if (at == NULL)
			return -EINVAL;
		bits = bits << 6 | (unsigned)(at - alphabet);
		n += 6;
		if (n >= 8) {
			n -= 8;
			fuzz_must(buf_putc(out, (char)(bits >> n & 0xff)));
		}
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = size > 0 ? (const char *)data : "";
	struct buf wanted, found;
	int rc, wanted_rc;

	buf_init(&wanted, SIZE_MAX);
	buf_init(&found, SIZE_MAX);
	wanted_rc = decode(s, size, &wanted);
	rc = base64_decode(s, size, &found);
	FUZZ_ASSERT(rc == wanted_rc);
	FUZZ_ASSERT(rc == 0 || found.len == 0);
	if (rc == 0) {
		FUZZ_ASSERT(found.len == wanted.len);
		FUZZ_ASSERT(found.len == 0 ||
		    memcmp(found.data, wanted.data, found.len) == 0);
	}
	buf_free(&wanted);
	buf_free(&found);
	return 0;
}
