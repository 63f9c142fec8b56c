/* secret: equality in all its shapes. Its timing is not tested here. */
#include <string.h>

#include "base/secret.h"

#include "unit/unit.h"

#define LITERAL(s) s, sizeof(s) - 1

static const struct equal_case {
	const char *expected;
	const char *presented;
	size_t len;
	bool equal;
	const char *comment;
} cases[] = {
	{ "key", LITERAL("key"), true, "equal" },
	{ "key", LITERAL("Key"), false, "the first byte differs" },
	{ "key", LITERAL("kex"), false, "the last byte differs" },
	{ "key", LITERAL("ke"), false, "a prefix" },
	{ "key", LITERAL("keyy"), false, "longer" },
	{ "key", LITERAL(""), false, "nothing presented" },
	{ "key", LITERAL("key\0"), false, "a NUL behind it" },
	{ "key", LITERAL("key\0\0\0"), false, "more of them" },
	{ "key", LITERAL("\0key"), false, "a NUL before it" },
	{ "key", LITERAL("ke\0"), false, "a NUL for the last byte" },
	{ "key", LITERAL("key\xff"), false, "a byte with the high bit" },
	{ "\xff", LITERAL("\xff"), true, "bytes with the high bit" },
	{ "\x7f", LITERAL("\xff"), false, "only the high bit differs" },
	{ "", LITERAL(""), true, "both empty" },
	{ "", LITERAL("\0"), false, "a NUL for nothing" },
	{ "", LITERAL("x"), false, "something for nothing" },
};

START_TEST(equality)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct equal_case *c = &cases[i];
		/* Not terminated, in a block of its size: ASan watches. */
		char *presented = malloc(c->len + 1);

		ck_assert_ptr_nonnull(presented);
		presented[c->len] = 'y';
		memcpy(presented, c->presented, c->len);
		ck_assert_msg(
		    secret_equal(c->expected, presented, c->len) == c->equal,
		    "%s", c->comment);
		free(presented);
	}
}
END_TEST

/* Any single changed bit is seen. */
START_TEST(every_bit_counts)
{
	const char expected[] = "sk-0123456789abcdef";
	size_t len = strlen(expected);

	for (size_t bit = 0; bit < len * 8; bit++) {
		char presented[sizeof(expected)];

		memcpy(presented, expected, sizeof(expected));
		ck_assert(secret_equal(expected, presented, len));
		presented[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert(!secret_equal(expected, presented, len));
	}
}
END_TEST

START_TEST(redaction)
{
	ck_assert_str_eq(secret_redacted("key"), "set");
	ck_assert_str_eq(secret_redacted(""), "not set");
	ck_assert_str_eq(secret_redacted(NULL), "not set");
}
END_TEST

START_TEST(wiping)
{
	char secret[] = "abcdef";
	static const char zeros[sizeof(secret)];

	secret_wipe(secret);
	ck_assert_mem_eq(secret, zeros, sizeof(secret));
	secret_wipe(secret);
	secret_wipe(NULL);
}
END_TEST

UNIT_MAIN("secret", equality, every_bit_counts, redaction, wiping)
