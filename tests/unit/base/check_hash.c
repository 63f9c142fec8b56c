#include "unit/unit.h"

#include <string.h>

#include "base/hash.h"

/* From the authors' own list. */
static const struct {
	const char *text;
	uint64_t hash;
} known[] = {
	{ "", UINT64_C(0xcbf29ce484222325) },
	{ "a", UINT64_C(0xaf63dc4c8601ec8c) },
	{ "foobar", UINT64_C(0x85944171f73967e8) },
	{ "\xff", UINT64_C(0xaf64724c8602eb6e) },
};

START_TEST(known_values)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_assert_uint_eq(
		    hash_bytes(known[i].text, strlen(known[i].text)),
		    known[i].hash);
}
END_TEST

START_TEST(bytes_behind_the_length_do_not_count)
{
	ck_assert_uint_eq(hash_bytes("foobarbaz", 6), hash_bytes("foobar", 6));
	ck_assert_uint_ne(hash_bytes("a\0b", 3), hash_bytes("a\0c", 3));
}
END_TEST

UNIT_MAIN("hash", known_values, bytes_behind_the_length_do_not_count)
