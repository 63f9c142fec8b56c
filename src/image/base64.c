#include "image/base64.h"

#include <errno.h>
#include <stdint.h>

enum {
	BAD = 0xff
};

/* Value of each character; BAD is outside the alphabet. */
/* clang-format off */
#define BAD4 BAD, BAD, BAD, BAD
#define BAD16 BAD4, BAD4, BAD4, BAD4
static const unsigned char values[256] = {
	BAD16, BAD16,
	/* "+" and "/" */
	BAD4, BAD4, BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
	/* 0-9 */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, BAD, BAD, BAD4,
	/* A-Z */
	BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD4,
	/* a-z */
	BAD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, BAD, BAD4,
	BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16,
};
/* clang-format on */

/* Length without the padding; -EINVAL when there is a wrong amount of it. */
static int
strip_padding(const char *s, size_t *len)
{
	size_t n = *len, padding = 0;

	while (padding < 2 && padding < n && s[n - 1 - padding] == '=')
		padding++;
	if (padding > 0 && n % 4 != 0)
		return -EINVAL;
	n -= padding;
	/* A single character holds six bits, less than a byte. */
	if (n % 4 == 1)
		return -EINVAL;
	*len = n;
	return 0;
}

/*
 * Decodes `n` (1 to 4) characters into three bytes, those for which there
 * are no characters 0. Values are six bits, so BAD shows in the union.
 */
static int
decode_group(const unsigned char *s, size_t n, unsigned char ret[3])
{
	unsigned seen = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		unsigned value = i < n ? values[s[i]] : 0;

		seen |= value;
		bits = bits << 6 | value;
	}
	ret[0] = (unsigned char)(bits >> 16);
	ret[1] = (unsigned char)(bits >> 8);
	ret[2] = (unsigned char)bits;
	return seen > 63 ? -EINVAL : 0;
}

static int
decode_all(const unsigned char *s, size_t len, unsigned char *out)
{
	size_t whole = len / 4;
	unsigned char last[3];

	for (size_t i = 0; i < whole; i++)
		if (decode_group(s + 4 * i, 4, out + 3 * i) < 0)
			return -EINVAL;
	if (len % 4 == 0)
		return 0;
	if (decode_group(s + 4 * whole, len % 4, last) < 0)
		return -EINVAL;
	out[3 * whole] = last[0];
	if (len % 4 == 3)
		out[3 * whole + 1] = last[1];
	return 0;
}

int
base64_decode(const char *s, size_t len, struct buf *out)
{
	size_t size;
	char *space;
	int r;

	r = strip_padding(s, &len);
	if (r < 0)
		return r;
	size = len / 4 * 3 + len % 4 * 3 / 4;
	r = buf_reserve(out, size, &space);
	if (r < 0)
		return r;
	r = decode_all((const unsigned char *)s, len, (unsigned char *)space);
	buf_commit(out, r < 0 ? 0 : size);
	return r;
}
