/* base64_decode: the vectors of RFC 4648, refusals, and round trips. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "image/base64.h"

#include "unit/random.h"
#include "unit/unit.h"

static const struct decode_case {
	const char *text;
	int result;
	const char *bytes;
	const char *comment;
} cases[] = {
	{ "", 0, "", "RFC 4648 section 10" },
	{ "Zg==", 0, "f", "RFC" },
	{ "Zm8=", 0, "fo", "RFC" },
	{ "Zm9v", 0, "foo", "RFC" },
	{ "Zm9vYg==", 0, "foob", "RFC" },
	{ "Zm9vYmE=", 0, "fooba", "RFC" },
	{ "Zm9vYmFy", 0, "foobar", "RFC" },
	{ "Zg", 0, "f", "padding left out" },
	{ "Zm8", 0, "fo", "padding left out" },
	{ "Zm9vYg", 0, "foob", "padding left out" },
	{ "Zh==", 0, "f", "bits left over" },
	{ "Zg=", -EINVAL, NULL, "half the padding" },
	{ "Zg===", -EINVAL, NULL, "too much padding" },
	{ "Zm9v=", -EINVAL, NULL, "padding that is not needed" },
	{ "Zm9v==", -EINVAL, NULL, "two of it" },
	{ "Zm9v====", -EINVAL, NULL, "four of it" },
	{ "=", -EINVAL, NULL, "padding alone" },
	{ "==", -EINVAL, NULL, "padding alone" },
	{ "====", -EINVAL, NULL, "padding alone" },
	{ "Z", -EINVAL, NULL, "one character" },
	{ "Zm9vZ", -EINVAL, NULL, "one too many" },
	{ "Zg==Zg==", -EINVAL, NULL, "padding inside" },
	{ "Z=g=", -EINVAL, NULL, "padding inside" },
	{ "Zm9v\n", -EINVAL, NULL, "a newline" },
	{ "Zm9v\nZm9", -EINVAL, NULL, "a newline inside" },
	{ "Zm 9v", -EINVAL, NULL, "a space" },
	{ "Zm9-", -EINVAL, NULL, "URL-safe" },
	{ "Zm9_", -EINVAL, NULL, "URL-safe" },
	{ "Zm\xc3\xa9", -EINVAL, NULL, "not ASCII" },
};

START_TEST(vectors)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct decode_case *c = &cases[i];
		struct buf b;
		int r;

		buf_init(&b, 100);
		ck_assert_int_eq(buf_puts(&b, ">"), 0);
		r = base64_decode(c->text, strlen(c->text), &b);
		ck_assert_msg(r == c->result, "%s: %d", c->comment, r);
		/* Of what was there before nothing changes. */
		ck_assert_msg(b.data[0] == '>' &&
			strcmp(b.data + 1, r == 0 ? c->bytes : "") == 0,
		    "%s: %s", c->comment, b.data);
		ck_assert_uint_eq(b.len, strlen(b.data));
		buf_free(&b);
	}
}
END_TEST

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz"
			     "0123456789+/";

/* Each byte in each place of a group: 64 are taken, all others refused. */
START_TEST(alphabet)
{
	for (int c = 0; c < 256; c++) {
		const char *found = c == 0 ? NULL : strchr(digits, c);

		for (size_t at = 0; at < 4; at++) {
			char text[4] = { 'A', 'A', 'A', 'A' };
			struct buf b;
			int r;

			/* One or two of them at the end are padding. */
			if (c == '=' && at == 3)
				continue;
			text[at] = (char)c;
			buf_init(&b, 100);
			r = base64_decode(text, sizeof(text), &b);
			ck_assert_int_eq(r, found == NULL ? -EINVAL : 0);
			if (found != NULL && at == 3)
				ck_assert_int_eq(
				    b.data[2], (char)(found - digits));
			buf_free(&b);
		}
	}
}
END_TEST

static size_t
encode(const unsigned char *bytes, size_t len, char *out, bool pad)
{
	size_t n = 0;

	for (size_t bit = 0; bit < len * 8; bit += 6) {
		unsigned value = 0;

		for (size_t i = bit; i < bit + 6; i++)
			value = value << 1 |
			    (i < len * 8 &&
				(bytes[i / 8] >> (7 - i % 8) & 1) != 0);
		out[n++] = digits[value];
	}
	while (pad && n % 4 != 0)
		out[n++] = '=';
	return n;
}

START_TEST(round_trips)
{
	uint64_t seed = 5;

	for (size_t len = 0; len < 200; len++) {
		unsigned char bytes[200];
		char text[300];
		struct buf b;
		size_t n;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)random_below(&seed, 256);
		n = encode(bytes, len, text, len % 2 == 0);
		/* The cap is for what comes out. */
		buf_init(&b, len);
		ck_assert_int_eq(base64_decode(text, n, &b), 0);
		ck_assert_uint_eq(b.len, len);
		ck_assert_mem_eq(b.data, bytes, len);
		if (len > 0)
			ck_assert_int_eq(base64_decode(text, n, &b), -EMSGSIZE);
		ck_assert_uint_eq(b.len, len);
		buf_free(&b);
	}
}
END_TEST

UNIT_MAIN("base64", vectors, alphabet, round_trips)
