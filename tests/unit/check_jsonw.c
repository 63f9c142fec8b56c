/*
 * jsonw: what it writes is JSON that jansson reads back as the same text,
 * whatever the bytes were; a full buffer stays as it was.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"

#include "unit/oom.h"
#include "unit/random.h"
#include "unit/unit.h"

#define LITERAL(s) s, sizeof(s) - 1

static const struct string_case {
	const char *s;
	size_t len;
	const char *json;
	const char *comment;
} cases[] = {
	{ LITERAL(""), "\"\"", "empty" },
	{ LITERAL("abc"), "\"abc\"", "plain" },
	{ LITERAL("a\"b\\c/"), "\"a\\\"b\\\\c/\"", "quote, backslash" },
	{ LITERAL("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"", "short escapes" },
	{ LITERAL("a\0b"), "\"a\\u0000b\"", "NUL" },
	{ LITERAL("\x01\x0b\x1f"), "\"\\u0001\\u000b\\u001f\"", "controls" },
	{ LITERAL("\x7f ~"), "\"\x7f ~\"", "DEL is plain" },
	{ LITERAL("caf\xc3\xa9"), "\"caf\xc3\xa9\"", "two bytes" },
	{ LITERAL("\xe2\x82\xac\xf0\x9f\x98\x80"),
	    "\"\xe2\x82\xac\xf0\x9f\x98\x80\"", "three and four bytes" },
	{ LITERAL("a\xff"
		  "b"),
	    "\"a\xef\xbf\xbd"
	    "b\"",
	    "FF" },
	{ LITERAL("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", "cut off" },
	{ LITERAL("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	    "a surrogate" },
	{ LITERAL("abcdefg\""), "\"abcdefg\\\"\"", "last of a word" },
	{ LITERAL("\"bcdefgh"), "\"\\\"bcdefgh\"", "first of a word" },
};

START_TEST(strings)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct string_case *c = &cases[i];
		struct buf b;

		buf_init(&b, 100);
		ck_assert_int_eq(jsonw_string(&b, c->s, c->len), 0);
		ck_assert_msg(
		    strcmp(b.data, c->json) == 0, "%s: %s", c->comment, b.data);
		buf_free(&b);
	}
}
END_TEST

/* What the text should be read back as. */
static void
replace_ill_formed(const char *s, size_t len, struct buf *out)
{
	while (len > 0) {
		size_t n = utf8_char(s, len);

		if (n > 0) {
			ck_assert_int_eq(buf_append(out, s, n), 0);
		} else {
			ck_assert_int_eq(buf_puts(out, "\xef\xbf\xbd"), 0);
			n = 1;
		}
		s += n;
		len -= n;
	}
}

static void
check_round_trip(const char *s, size_t len)
{
	struct buf json, want;
	json_t *value;

	buf_init(&json, 10000);
	buf_init(&want, 10000);
	replace_ill_formed(s, len, &want);
	ck_assert_int_eq(jsonw_string(&json, s, len), 0);
	value = json_loadb(
	    json.data, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	ck_assert_msg(json_is_string(value), "%s", json.data);
	ck_assert_uint_eq(json_string_length(value), want.len);
	if (want.len > 0)
		ck_assert_mem_eq(json_string_value(value), want.data, want.len);
	json_decref(value);
	buf_free(&json);
	buf_free(&want);
}

/* Each byte at each place of two words, between plain ones. */
START_TEST(every_byte_everywhere)
{
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 16; at++) {
			char text[16];

			memset(text, 'a', sizeof(text));
			text[at] = (char)c;
			check_round_trip(text, sizeof(text));
		}
}
END_TEST

START_TEST(random_bytes)
{
	uint64_t seed = 11;

	for (int round = 0; round < 20000; round++) {
		/* Bytes of one range each round: few, some, most are odd. */
		static const size_t ranges[][2] = { { 0, 256 }, { 0x18, 0x30 },
			{ 0x70, 0x90 }, { 0xc0, 0x40 }, { 'A', 26 } };
		const size_t *range = ranges[round % 5];
		size_t len = random_below(&seed, 40);
		char text[40];

		for (size_t i = 0; i < len; i++)
			text[i] = (char)(range[0] +
			    random_below(&seed, range[1]));
		if (len > 3 && round % 2 == 0)
			memcpy(text + random_below(&seed, len - 2),
			    "\xe2\x82\xac", 3);
		check_round_trip(text, len);
	}
}
END_TEST

START_TEST(cstrings)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(jsonw_cstring(&b, NULL), 0);
	ck_assert_int_eq(jsonw_cstring(&b, "a\nb"), 0);
	ck_assert_str_eq(b.data, "null\"a\\nb\"");
	buf_free(&b);
}
END_TEST

static const struct number_case {
	int64_t value;
	const char *integer, *ms;
} number_cases[] = {
	{ 0, "0", "0.000" },
	{ 1, "1", "0.000" },
	{ -1, "-1", "0.000" },
	{ 499, "499", "0.000" },
	{ 500, "500", "0.001" },
	{ -500, "-500", "-0.001" },
	{ 1000, "1000", "0.001" },
	{ 999499, "999499", "0.999" },
	{ 999500, "999500", "1.000" },
	{ 1234567890, "1234567890", "1234.568" },
	{ -1500000, "-1500000", "-1.500" },
	{ INT64_MAX, "9223372036854775807", "9223372036854.776" },
	{ INT64_MIN, "-9223372036854775808", "-9223372036854.776" },
};

START_TEST(numbers)
{
	for (size_t i = 0; i < ARRAY_SIZE(number_cases); i++) {
		const struct number_case *c = &number_cases[i];
		struct buf b;

		buf_init(&b, 100);
		ck_assert_int_eq(jsonw_int(&b, c->value), 0);
		ck_assert_str_eq(b.data, c->integer);
		buf_reset(&b);
		ck_assert_int_eq(jsonw_ms(&b, c->value), 0);
		ck_assert_str_eq(b.data, c->ms);
		buf_free(&b);
	}
}
END_TEST

/* At every cap that is too small nothing is left behind. */
START_TEST(all_or_nothing)
{
	static const char text[] = "ab\"c\xff"
				   "d\nefghijklmnop";
	struct buf b;
	size_t need;

	buf_init(&b, 1000);
	ck_assert_int_eq(jsonw_string(&b, text, sizeof(text)), 0);
	need = b.len;
	buf_free(&b);
	for (size_t room = 0; room <= need; room++) {
		buf_init(&b, 1 + room);
		ck_assert_int_eq(buf_puts(&b, "["), 0);
		ck_assert_int_eq(jsonw_string(&b, text, sizeof(text)),
		    room < need ? -EMSGSIZE : 0);
		ck_assert_uint_eq(b.len, room < need ? 1 : 1 + need);
		ck_assert_int_eq(b.data[b.len], '\0');
		buf_free(&b);
	}
}
END_TEST

START_TEST(out_of_memory_changes_nothing)
{
	char text[1000];
	struct buf b;

	memset(text, '\n', sizeof(text));
	buf_init(&b, 10000);
	ck_assert_int_eq(buf_puts(&b, "["), 0);
	OOM_EACH(jsonw_string(&b, text, sizeof(text)),
	    ck_assert_str_eq(b.data, "["));
	ck_assert_uint_eq(b.len, 1 + 2 + 2 * sizeof(text));
	buf_free(&b);
}
END_TEST

static const struct {
	const char *json, *comment;
} values[] = {
	{ "{\"z\":1,\"a\":[true,null,-5],\"m\":{\"b\":\"\\n\"}}",
	    "members keep their order" },
	{ "[]", "an empty array" },
	{ "\"text\"", "no array and no object" },
};

START_TEST(values_are_written_as_they_are)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		json_t *value = json_loads(
		    values[i].json, JSON_DECODE_ANY, NULL);
		struct buf b;

		buf_init(&b, 100);
		ck_assert_int_eq(buf_puts(&b, "x"), 0);
		ck_assert_int_eq(jsonw_value(&b, value), 0);
		ck_assert_msg(strcmp(b.data + 1, values[i].json) == 0, "%s: %s",
		    values[i].comment, b.data);
		buf_free(&b);
		json_decref(value);
	}
}
END_TEST

START_TEST(a_value_is_written_whole_or_not_at_all)
{
	json_t *value = json_loads("{\"a\":[1,2,3]}", 0, NULL);
	struct buf b;

	buf_init(&b, 13);
	ck_assert_int_eq(buf_puts(&b, "x"), 0);
	ck_assert_int_eq(jsonw_value(&b, value), -EMSGSIZE);
	ck_assert_str_eq(b.data, "x");
	buf_free(&b);
	buf_init(&b, 100);
	OOM_EACH(jsonw_value(&b, value), ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	json_decref(value);
}
END_TEST

UNIT_MAIN("jsonw", strings, every_byte_everywhere, random_bytes, cstrings,
    numbers, all_or_nothing, out_of_memory_changes_nothing,
    values_are_written_as_they_are, a_value_is_written_whole_or_not_at_all)
