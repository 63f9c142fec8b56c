#include "options/nearest.h"

#include <string.h>

#include "unit/unit.h"

START_TEST(distances)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "status", "status", 0 },
		{ "staus", "status", 1 }, /* left out */
		{ "sstatus", "status", 1 }, /* put in */
		{ "stetus", "status", 1 }, /* changed */
		{ "sattus", "status", 1 }, /* swapped */
		{ "/chat/completions", "/v1/chat/completions", 3 },
		{ "abcdef", "uvwxyz", 6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_uint_eq(
		    nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
		ck_assert_uint_eq(
		    nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}
END_TEST

/* No more than its bound is looked at, and the bound is no further away. */
START_TEST(long_words)
{
	char a[2 * NEAREST_MAX + 1], b[2 * NEAREST_MAX + 1];

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	ck_assert_uint_eq(nearest_distance(a, b), NEAREST_MAX);
	ck_assert_uint_eq(nearest_distance(a, a), 0);
}
END_TEST

START_TEST(what_was_meant)
{
	static const char *const words[] = { "start", "status", "stop",
		"restart", "max-connections" };
	static const struct {
		const char *word, *meant, *comment;
	} rows[] = {
		{ "strat", "start", "two letters swapped" },
		{ "stat", "start", "near to two: the first" },
		{ "restar", "restart", "the end is left out" },
		{ "max-conn", "max-connections", "more of it is" },
		{ "max-conections", "max-connections", "one letter" },
		{ "st", NULL, "too short to say" },
		{ "dance", NULL, "far from all" },
		{ "", NULL, "nothing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nearest n;

		nearest_begin(&n, rows[i].word);
		for (size_t k = 0; k < ARRAY_SIZE(words); k++)
			nearest_offer(&n, words[k]);
		if (rows[i].meant == NULL)
			ck_assert_msg(
			    nearest_end(&n) == NULL, "%s", rows[i].comment);
		else
			ck_assert_str_eq(nearest_end(&n), rows[i].meant);
	}
}
END_TEST

UNIT_MAIN("nearest", distances, long_words, what_was_meant)
