/*
 * utf8, against the table of RFC 3629 section 4 and against an encoder: every
 * code point, and every cut of it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#include "unit/random.h"
#include "unit/unit.h"

#define LITERAL(s) s, sizeof(s) - 1

static const struct prefix_case {
	const char *s;
	size_t len;
	size_t valid; /* utf8_valid_prefix */
	size_t complete; /* utf8_complete_prefix */
	const char *comment;
} cases[] = {
	{ LITERAL(""), 0, 0, "nothing" },
	{ LITERAL("abc"), 3, 3, "ASCII" },
	{ LITERAL("a\0b"), 3, 3, "NUL is a character" },
	{ LITERAL("\x7f"), 1, 1, "DEL" },
	{ LITERAL("\x80"), 0, 1, "lone continuation" },
	{ LITERAL("a\xbf"), 1, 2, "the same behind text" },
	{ LITERAL("\xc0\x80"), 0, 2, "overlong NUL" },
	{ LITERAL("\xc0"), 0, 1, "C0 never starts a character" },
	{ LITERAL("\xc1\xbf"), 0, 2, "overlong DEL" },
	{ LITERAL("\xc2\x80"), 2, 2, "U+0080" },
	{ LITERAL("\xdf\xbf"), 2, 2, "U+07FF" },
	{ LITERAL("a\xc3"), 1, 1, "first of two" },
	{ LITERAL("\xc3(b"), 0, 3, "first of two, then ASCII" },
	{ LITERAL("\xe0\x9f\xbf"), 0, 3, "overlong U+07FF" },
	{ LITERAL("\xe0\x9f"), 0, 2, "cannot be completed" },
	{ LITERAL("\xe0\xa0\x80"), 3, 3, "U+0800" },
	{ LITERAL("\xe0"), 0, 0, "first of three" },
	{ LITERAL("\xe0\xa0"), 0, 0, "two of three" },
	{ LITERAL("\xed\x9f\xbf"), 3, 3, "U+D7FF" },
	{ LITERAL("\xed\xa0\x80"), 0, 3, "surrogate U+D800" },
	{ LITERAL("\xed\xa0"), 0, 2, "half a surrogate" },
	{ LITERAL("\xed\xbf\xbf"), 0, 3, "surrogate U+DFFF" },
	{ LITERAL("\xee\x80\x80"), 3, 3, "U+E000" },
	{ LITERAL("\xef\xbf\xbf"), 3, 3, "U+FFFF" },
	{ LITERAL("\xf0\x8f\xbf\xbf"), 0, 4, "overlong U+FFFF" },
	{ LITERAL("\xf0\x90\x80\x80"), 4, 4, "U+10000" },
	{ LITERAL("x\xf0\x90\x80"), 1, 1, "three of four" },
	{ LITERAL("x\xf0\x90"), 1, 1, "two of four" },
	{ LITERAL("x\xf0"), 1, 1, "one of four" },
	{ LITERAL("\xf0\x8f\xbf"), 0, 3, "three that cannot be completed" },
	{ LITERAL("\xf4\x8f\xbf\xbf"), 4, 4, "U+10FFFF" },
	{ LITERAL("\xf4\x90\x80\x80"), 0, 4, "past U+10FFFF" },
	{ LITERAL("\xf4\x90\x80"), 0, 3, "the same, cut" },
	{ LITERAL("\xf5\x80\x80\x80"), 0, 4, "F5 never starts one" },
	{ LITERAL("\xff"), 0, 1, "FF" },
	{ LITERAL("\x80\x80\x80\x80"), 0, 4, "only continuations" },
	{ LITERAL("abcdefgh\xc3\xa9"), 10, 10, "behind a whole word" },
	{ LITERAL("abcdefg\xc3\xa9"), 9, 9, "across words" },
	{ LITERAL("abcdefghijklmno\xff"), 15, 16, "ill-formed at 15" },
};

START_TEST(prefixes)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct prefix_case *c = &cases[i];
		size_t valid = utf8_valid_prefix(c->s, c->len);
		size_t complete = utf8_complete_prefix(c->s, c->len);

		ck_assert_msg(
		    valid == c->valid, "%s: valid %zu", c->comment, valid);
		ck_assert_msg(complete == c->complete, "%s: complete %zu",
		    c->comment, complete);
	}
}
END_TEST

/* An encoder that knows nothing of what is under test. */
static size_t
encode(uint32_t c, char s[4])
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3f));
	s[2] = (char)(0x80 | (c >> 6 & 0x3f));
	s[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Each is a character whole; cut anywhere it is one to be completed. */
START_TEST(every_code_point)
{
	for (uint32_t c = 0; c < 0x200000; c++) {
		bool valid = c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
		char s[4];
		size_t n = encode(c, s);

		if (utf8_char(s, n) != (valid ? n : 0) ||
		    utf8_valid_prefix(s, n) != (valid ? n : 0) ||
		    utf8_complete_prefix(s, n) != n)
			ck_abort_msg("U+%04X", c);
		for (size_t cut = 1; valid && cut < n; cut++)
			if (utf8_char(s, cut) != 0 ||
			    utf8_complete_prefix(s, cut) != 0)
				ck_abort_msg("U+%04X cut at %zu", c, cut);
	}
}
END_TEST

/*
 * Of all texts of three bytes, as many start with a character as the encoder
 * can make: what no code point encodes to is refused.
 */
START_TEST(nothing_else_is_a_character)
{
	uint64_t found[5] = { 0 };

	for (uint32_t v = 0; v < 1 << 24; v++) {
		char s[3] = { (char)(v >> 16), (char)(v >> 8), (char)v };

		found[utf8_char(s, 3)]++;
	}
	ck_assert_uint_eq(found[1], 0x80 << 16);
	ck_assert_uint_eq(found[2], (0x800 - 0x80) << 8);
	ck_assert_uint_eq(found[3], 0x10000 - 0x800 - 0x800);
	ck_assert_uint_eq(found[4], 0);
}
END_TEST

/* Pieces cut by complete_prefix, put together, are the text again. */
START_TEST(pieces_are_whole_characters)
{
	char text[400];
	size_t len = 0, characters = 0;
	uint64_t seed = 3;

	while (len < sizeof(text) - 4) {
		static const uint32_t limits[] = { 0x80, 0x800, 0xd800,
			0x110000 };
		uint32_t limit = limits[random_below(&seed, 4)];
		uint32_t c = (uint32_t)random_below(&seed, limit);

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		len += encode(c, text + len);
		characters++;
	}
	ck_assert_uint_eq(utf8_valid_prefix(text, len), len);
	ck_assert_uint_eq(utf8_count(text, len), characters);
	for (size_t at = 0; at <= len; at++) {
		size_t cut = utf8_complete_prefix(text, at);
		size_t rest = len - cut;

		ck_assert_uint_le(cut, at);
		ck_assert_uint_le(at - cut, 3);
		ck_assert_uint_eq(utf8_valid_prefix(text, cut), cut);
		ck_assert_uint_eq(utf8_valid_prefix(text + cut, rest), rest);
		ck_assert_uint_eq(utf8_valid_prefix(text, at), cut);
		ck_assert_uint_eq(
		    utf8_count(text, cut) + utf8_count(text + cut, rest),
		    characters);
	}
}
END_TEST

/* A precision anywhere in a text leaves whole characters. */
START_TEST(cuts_are_mended)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\x8a"
				   "b\xe6\xbc\xa2";
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "", "" },
		{ "\xe6\xbc", "" },
		{ "\xe6\xbc'\xe6\xe6\xbc\xa2", "'\xe6\xbc\xa2" },
		/* no character was cut here */
		{ "\x80z\xff", "\x80z\xff" },
	};
	char s[64], wanted[64];

	for (int n = 0; n < (int)sizeof(text); n++) {
		int whole = (int)utf8_complete_prefix(text, (size_t)n);

		snprintf(s, sizeof(s), "'%.*s', \xc3\xa9", n, text);
		snprintf(
		    wanted, sizeof(wanted), "'%.*s', \xc3\xa9", whole, text);
		utf8_mend_cuts(s);
		ck_assert_str_eq(s, wanted);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(s, sizeof(s), "%s", rows[i].text);
		utf8_mend_cuts(s);
		ck_assert_str_eq(s, rows[i].wanted);
	}
}
END_TEST

UNIT_MAIN("utf8", prefixes, every_code_point, nothing_else_is_a_character,
    pieces_are_whole_characters, cuts_are_mended)
