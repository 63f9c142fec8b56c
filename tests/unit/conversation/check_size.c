#include "conversation/size.h"

#include <string.h>

#include "unit/random.h"
#include "unit/unit.h"

static uint64_t
size(const char *s)
{
	return size_of_text(s, strlen(s));
}

/* What o200k_base makes of them, where that is certain. */
static const struct {
	const char *text;
	uint64_t least, most;
	const char *comment;
} texts[] = {
	{ "", 0, 0, "nothing" },
	{ "a", 1, 1, "a letter" },
	{ " ", 1, 1, "a space" },
	{ "\n", 1, 1, "a newline" },
	{ "7", 1, 1, "a digit" },
	{ ".", 1, 1, "a mark" },
	{ "the", 1, 1, "a word" },
	{ "the house is in the town", 6, 6, "spaces belong to their words" },
	{ "123", 1, 1, "three digits" },
	{ "1234567", 3, 3, "digits in threes" },
	{ "1 2 3 4", 7, 7, "spaces before digits stand alone" },
	{ "a\n\n\n\nb", 3, 3, "newlines are one" },
	{ "a                    b", 3, 3, "spaces, but for the last" },
	{ "a   \n  \n   b", 4, 5, "white up to the last newline is one" },
	{ "foo();\n", 2, 3, "marks take the newline behind them" },
	{ "--------------------------------", 1, 2, "marks that repeat" },
	{ "it's we're I'd can't", 4, 7, "contractions are of their words" },
	{ "a'", 2, 2, "and half of one is not" },
	{ "getUserName", 3, 3, "capitals begin words" },
	{ "get_user_name", 3, 4, "and so do marks" },
	{ "\xc3\xbc"
	  "ber",
	    1, 2, "a German word" },
	{ "Donaudampfschifffahrt", 3, 9, "a long one" },
	{ "l'\xc3\xa9"
	  "cole qu'il n'est pas",
	    6, 11, "what an apostrophe joins to a word is part of it" },
	{ "\treturn rc;\n\tif (rc)\n", 6, 8, "as is a tab" },
	{ " (a (b", 4, 4, "a parenthesis behind a space" },
	{ "50 % of 7 %", 6, 6, "and a percent sign" },
	{ "qzxjvkwqzxjvkw", 6, 13, "letters that make no word" },
	{ "\xe4\xbd\xa0\xe5\xa5\xbd", 1, 2, "Chinese" },
	{ "\xf0\x9f\x98\x80", 1, 3, "an emoji" },
	{ "\xff", 1, 1, "no UTF-8" },
	{ "\xc3", 1, 1, "half of it" },
};

START_TEST(texts_are_counted)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		uint64_t n = size(texts[i].text);

		ck_assert_msg(n >= texts[i].least && n <= texts[i].most,
		    "%s: %llu of %llu to %llu", texts[i].comment,
		    (unsigned long long)n, (unsigned long long)texts[i].least,
		    (unsigned long long)texts[i].most);
	}
}
END_TEST

/* One byte of each value, and each behind each other: a token or two. */
START_TEST(short_texts_have_a_token)
{
	for (unsigned a = 0; a < 256; a++) {
		char s[2] = { (char)a, 0 };

		ck_assert_uint_ge(size_of_text(s, 1), 1);
		ck_assert_uint_le(size_of_text(s, 1), 1);
		for (unsigned b = 0; b < 256; b++) {
			s[1] = (char)b;
			ck_assert_uint_ge(size_of_text(s, 2), 1);
			ck_assert_uint_le(size_of_text(s, 2), 2);
		}
	}
	ck_assert_uint_eq(size_of_text(NULL, 0), 0);
}
END_TEST

/* Each text is a block of its own, so that a look past its end is seen. */
START_TEST(nothing_is_read_past_the_end)
{
	static const char pieces[][5] = { "a", "B", " ", "\n", "\t", "9", "-",
		"\xc3\xa4", "\xd0\xb6", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80",
		"\xf0\x9f", "\xe6", "\x80", "\xff", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xef\xb8\x8f" };
	uint64_t random = 1;

	for (int i = 0; i < 20000; i++) {
		char whole[64], *text;
		size_t n = random_below(&random, 12), len = 0;

		while (n-- > 0) {
			size_t k = random_below(&random, ARRAY_SIZE(pieces));

			memcpy(whole + len, pieces[k], strlen(pieces[k]));
			len += strlen(pieces[k]);
		}
		text = malloc(len > 0 ? len : 1);
		ck_assert_ptr_nonnull(text);
		memcpy(text, whole, len);
		whole[len] = '\x80';
		ck_assert_uint_le(size_of_text(text, len), len);
		ck_assert_uint_eq(
		    size_of_text(text, len), size_of_text(whole, len));
		free(text);
	}
}
END_TEST

/* A word that goes on, and a text to which words are added, never shrink. */
START_TEST(more_is_not_less)
{
	uint64_t random = 7, before, now;
	char s[400];

	for (int i = 0; i < 2000; i++) {
		size_t len = 0;

		before = 0;
		while (len < sizeof(s) - 1) {
			s[len++] = random_below(&random, 7) == 0
			    ? ' '
			    : (char)('a' + random_below(&random, 26));
			now = size_of_text(s, len);
			ck_assert_uint_ge(now, before);
			before = now;
		}
	}
}
END_TEST

/* In any pieces the same, and what it is whole but for a token or so. */
START_TEST(a_meter_takes_any_pieces)
{
	static const char text[] =
	    "It's 12 o'clock,  and \xc3\xa4lter... \n\n\tfoo(bar);\n  "
	    "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd "
	    "0123456789abcdef \xf0\x9f\x98\x80 1234567 caf\xc3\xa9 ";
	enum {
		LEN = 40 * (sizeof(text) - 1)
	};
	static char s[LEN + 1];
	uint64_t random = 3, whole;

	for (size_t i = 0; i < LEN; i++)
		s[i] = text[i % (sizeof(text) - 1)];
	/* Longer than what is held. */
	memset(s + LEN / 3, 'q', 3 * SIZE_METER_HELD);
	whole = size_of_text(s, LEN);
	for (int i = 0; i < 200; i++) {
		struct size_meter m = { 0 }, one = { 0 };
		size_t at = 0, n;

		for (; at < LEN; at += n) {
			n = 1 + random_below(&random, i < 100 ? 9 : 700);
			n = n < LEN - at ? n : LEN - at;
			size_meter_feed(&m, s + at, n);
		}
		size_meter_feed(&one, s, LEN);
		ck_assert_uint_eq(
		    size_meter_tokens(&m), size_meter_tokens(&one));
		ck_assert_uint_ge(size_meter_tokens(&m), whole - 5);
		ck_assert_uint_le(size_meter_tokens(&m), whole + 5);
	}
}
END_TEST

/* A text of many megabytes in one piece, which no sum overflows. */
START_TEST(pieces_may_be_long)
{
	size_t len = 8 << 20;
	char *s = malloc(len);

	ck_assert_ptr_nonnull(s);
	memset(s, 'q', len);
	ck_assert_uint_ge(size_of_text(s, len), len / 16);
	ck_assert_uint_le(size_of_text(s, len), len);
	memset(s, ' ', len);
	ck_assert_uint_le(size_of_text(s, len), len / 16);
	free(s);
}
END_TEST

UNIT_MAIN("size", texts_are_counted, short_texts_have_a_token,
    nothing_is_read_past_the_end, more_is_not_less, a_meter_takes_any_pieces,
    pieces_may_be_long)
