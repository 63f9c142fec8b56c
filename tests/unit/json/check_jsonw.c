/*
 * jsonw: what it writes is JSON that jansson reads back as the same text,
 * whatever the bytes were; commas stand where they must; after an error the
 * buffer is as it was.
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"
#include "json/jsonw.h"

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

/* One string alone. */
static int
write_text(struct buf *b, const char *s, size_t len)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_text(&w, NULL, s, len);
	return jsonw_end(&w);
}

/* The same in pieces of one character each. */
static int
write_pieces(struct buf *b, const char *s, size_t len)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_string_open(&w, NULL);
	while (len > 0) {
		size_t n = utf8_char(s, len);

		n = n > 0 ? n : 1;
		jsonw_string_add(&w, s, n);
		s += n;
		len -= n;
	}
	jsonw_string_close(&w);
	return jsonw_end(&w);
}

START_TEST(strings)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct string_case *c = &cases[i];
		struct buf b;

		buf_init(&b, 100);
		ck_assert_int_eq(write_text(&b, c->s, c->len), 0);
		ck_assert_msg(
		    strcmp(b.data, c->json) == 0, "%s: %s", c->comment, b.data);
		buf_reset(&b);
		ck_assert_int_eq(write_pieces(&b, c->s, c->len), 0);
		ck_assert_msg(strcmp(b.data, c->json) == 0, "%s in pieces: %s",
		    c->comment, b.data);
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
	ck_assert_int_eq(write_text(&json, s, len), 0);
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

static void
check_byte_at_each_place(char c, size_t len)
{
	for (size_t at = 0; at < len; at++) {
		char text[17];

		memset(text, 'a', sizeof(text));
		text[at] = c;
		check_round_trip(text, len);
	}
}

/* Each byte at each place of up to two words, between plain ones. */
START_TEST(every_byte_everywhere)
{
	for (int c = 0; c < 256; c++)
		for (size_t len = 1; len <= 17; len++)
			check_byte_at_each_place((char)c, len);
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

static const struct number_case {
	int64_t value;
	const char *integer, *millis, *seconds;
} number_cases[] = {
	{ 0, "0", "0.000", "0.000" },
	{ 1, "1", "0.000", "0.000" },
	{ -1, "-1", "0.000", "0.000" },
	{ 499, "499", "0.000", "0.000" },
	{ 500, "500", "0.001", "0.000" },
	{ -500, "-500", "-0.001", "0.000" },
	{ 1000, "1000", "0.001", "0.000" },
	{ 999499, "999499", "0.999", "0.001" },
	{ 999500, "999500", "1.000", "0.001" },
	{ 1234567890, "1234567890", "1234.568", "1.235" },
	{ -1500000, "-1500000", "-1.500", "-0.002" },
	{ INT64_MAX, "9223372036854775807", "9223372036854.776",
	    "9223372036.855" },
	{ INT64_MIN, "-9223372036854775808", "-9223372036854.776",
	    "-9223372036.855" },
};

START_TEST(numbers)
{
	for (size_t i = 0; i < ARRAY_SIZE(number_cases); i++) {
		const struct number_case *c = &number_cases[i];
		char want[200];
		struct jsonw w;
		struct buf b;

		snprintf(want, sizeof(want), "[%s,%s,%s]", c->integer,
		    c->millis, c->seconds);
		buf_init(&b, 200);
		jsonw_begin(&w, &b);
		jsonw_array(&w, NULL);
		jsonw_i64(&w, NULL, c->value);
		jsonw_millis(&w, NULL, c->value);
		jsonw_seconds(&w, NULL, c->value);
		jsonw_close(&w);
		ck_assert_int_eq(jsonw_end(&w), 0);
		ck_assert_str_eq(b.data, want);
		buf_free(&b);
	}
}
END_TEST

#define TREE "{\"z\":1,\"a\":[true,null,-5],\"m\":\"\\n\"}"

/* One of each, all with a member's name, then all without. */
static int
write_everything(struct buf *b, const json_t *tree)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_object(&w, NULL);
	jsonw_object(&w, "empty");
	jsonw_close(&w);
	jsonw_text(&w, "te\"xt\n", "a\0b", 3);
	jsonw_str(&w, "str", "caf\xc3\xa9 {[,:");
	jsonw_str(&w, "none", NULL);
	jsonw_text(&w, "nothing", NULL, 0);
	jsonw_string_open(&w, "pieces");
	jsonw_string_add(&w, "\"x\"", 3);
	jsonw_string_add(&w, "", 0);
	jsonw_string_add(&w, "y", 1);
	jsonw_string_close(&w);
	jsonw_i64(&w, "i64", -5);
	jsonw_u64(&w, "u64", UINT64_MAX);
	jsonw_bool(&w, "yes", true);
	jsonw_bool(&w, "no", false);
	jsonw_null(&w, "null");
	jsonw_millis(&w, "ms", 1500000);
	jsonw_seconds(&w, "s", 1500000000);
	jsonw_raw(&w, "raw", "[1]", 3);
	jsonw_tree(&w, "tree", tree);
	jsonw_key(&w, "key");
	jsonw_u64(&w, NULL, 0);
	jsonw_array(&w, "array");
	jsonw_array(&w, NULL);
	jsonw_close(&w);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "a", "b");
	jsonw_close(&w);
	jsonw_text(&w, NULL, "", 0);
	jsonw_str(&w, NULL, NULL);
	jsonw_string_open(&w, NULL);
	jsonw_string_close(&w);
	jsonw_puts(&w, ",\"");
	jsonw_escaped(&w, "\"\n", 2);
	jsonw_escaped(&w, NULL, 0);
	jsonw_escaped(&w, "{", 1);
	jsonw_puts(&w, "\"");
	jsonw_i64(&w, NULL, INT64_MIN);
	jsonw_bool(&w, NULL, true);
	jsonw_bool(&w, NULL, false);
	jsonw_u64(&w, NULL, 9);
	jsonw_raw(&w, NULL, "{}", 2);
	jsonw_tree(&w, NULL, tree);
	jsonw_millis(&w, NULL, 0);
	jsonw_close(&w);
	jsonw_close(&w);
	return jsonw_end(&w);
}

static const char everything[] =
    "{\"empty\":{},\"te\\\"xt\\n\":\"a\\u0000b\","
    "\"str\":\"caf\xc3\xa9 {[,:\",\"none\":null,\"nothing\":\"\","
    "\"pieces\":\"\\\"x\\\"y\",\"i64\":-5,\"u64\":18446744073709551615,"
    "\"yes\":true,\"no\":false,\"null\":null,\"ms\":1.500,\"s\":1.500,"
    "\"raw\":[1],\"tree\":" TREE ",\"key\":0,"
    "\"array\":[[],{\"a\":\"b\"},\"\",null,\"\",\"\\\"\\n{\","
    "-9223372036854775808,true,false,9,{}," TREE ",0.000]}";

START_TEST(everything_has_its_comma)
{
	json_t *tree = json_loads(TREE, 0, NULL), *read;
	struct buf b;

	buf_init(&b, 1000);
	/* What stood there before has nothing to do with it. */
	ck_assert_int_eq(buf_puts(&b, "\"x\""), 0);
	ck_assert_int_eq(write_everything(&b, tree), 0);
	ck_assert_str_eq(b.data + 3, everything);
	/* jansson has no whole numbers as large as that. */
	read = json_loads(
	    b.data + 3, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
	ck_assert_ptr_nonnull(read);
	json_decref(read);
	json_decref(tree);
	buf_free(&b);
}
END_TEST

/* At every cap that is too small nothing is left behind. */
START_TEST(all_or_nothing)
{
	json_t *tree = json_loads(TREE, 0, NULL);
	size_t need = strlen(everything);

	for (size_t room = 0; room <= need; room++) {
		struct buf b;

		buf_init(&b, 1 + room);
		ck_assert_int_eq(buf_puts(&b, "["), 0);
		ck_assert_int_eq(
		    write_everything(&b, tree), room < need ? -EMSGSIZE : 0);
		ck_assert_uint_eq(b.len, room < need ? 1 : 1 + need);
		ck_assert_int_eq(b.data[b.len], '\0');
		buf_free(&b);
	}
	json_decref(tree);
}
END_TEST

START_TEST(out_of_memory_changes_nothing)
{
	json_t *tree = json_loads(TREE, 0, NULL);
	char text[1000];
	struct buf b;

	memset(text, '\n', sizeof(text));
	buf_init(&b, 10000);
	ck_assert_int_eq(buf_puts(&b, "["), 0);
	OOM_EACH(
	    write_text(&b, text, sizeof(text)), ck_assert_str_eq(b.data, "["));
	ck_assert_uint_eq(b.len, 1 + 2 + 2 * sizeof(text));
	buf_free(&b);
	OOM_EACH(write_everything(&b, tree), ck_assert_uint_eq(b.len, 0));
	ck_assert_str_eq(b.data, everything);
	buf_free(&b);
	json_decref(tree);
}
END_TEST

/* Raw text in front, between and behind; commas by its last byte. */
START_TEST(raw_text)
{
	static const char prefix[] = "data: {\"id\":7,\"choices\":[";
	struct jsonw w;
	struct buf b;

	buf_init(&b, 1000);
	jsonw_begin(&w, &b);
	jsonw_append(&w, prefix, strlen(prefix));
	jsonw_object(&w, NULL);
	jsonw_puts(&w, "\"index\":0,\"delta\":{");
	jsonw_str(&w, "role", "assistant");
	jsonw_str(&w, "content", "hi");
	jsonw_puts(&w, "},\"logprobs\":null");
	jsonw_null(&w, "finish_reason");
	jsonw_close(&w);
	jsonw_puts(&w, "]}\n\n: ");
	jsonw_object(&w, NULL);
	jsonw_puts(&w, "\"a\":true,");
	jsonw_u64(&w, "b", 1);
	jsonw_close(&w);
	ck_assert_int_eq(jsonw_end(&w), 0);
	ck_assert_str_eq(b.data,
	    "data: {\"id\":7,\"choices\":[{\"index\":0,\"delta\":{"
	    "\"role\":\"assistant\",\"content\":\"hi\"},\"logprobs\":null,"
	    "\"finish_reason\":null}]}\n\n: {\"a\":true,\"b\":1}");
	buf_free(&b);
}
END_TEST

/* Of several errors the first is told, whoever had it. */
START_TEST(the_first_error_sticks)
{
	struct jsonw w;
	struct buf b;

	buf_init(&b, 1000);
	jsonw_begin(&w, &b);
	jsonw_array(&w, NULL);
	jsonw_fail(&w, 0);
	jsonw_u64(&w, NULL, 1);
	ck_assert_int_eq(jsonw_error(&w), 0);
	ck_assert_str_eq(b.data, "[1");
	jsonw_fail(&w, -EINVAL);
	jsonw_fail(&w, -ENOMEM);
	ck_assert_int_eq(jsonw_error(&w), -EINVAL);
	jsonw_str(&w, NULL, "not written");
	jsonw_object(&w, "nor this");
	ck_assert_str_eq(b.data, "[1");
	/* And who saw it need not close what is open. */
	ck_assert_int_eq(jsonw_end(&w), -EINVAL);
	ck_assert_str_eq(b.data, "");
	buf_free(&b);
}
END_TEST

/* As deep as it may be, objects and arrays in turns. */
START_TEST(levels_are_closed_as_they_were_opened)
{
	struct jsonw w;
	json_t *read;
	struct buf b;

	buf_init(&b, 1000);
	jsonw_begin(&w, &b);
	for (int i = 0; i < JSONW_DEPTH_MAX; i++) {
		if (i % 3 == 0)
			jsonw_object(&w, NULL);
		else
			jsonw_array(&w, i % 3 == 1 ? "a" : NULL);
	}
	for (int i = 0; i < JSONW_DEPTH_MAX; i++)
		jsonw_close(&w);
	ck_assert_int_eq(jsonw_end(&w), 0);
	read = json_loads(b.data, 0, NULL);
	ck_assert_msg(read != NULL, "%s", b.data);
	json_decref(read);
	buf_free(&b);
}
END_TEST

static void
one_level_too_many(struct jsonw *w)
{
	for (int i = 0; i <= JSONW_DEPTH_MAX; i++)
		jsonw_array(w, NULL);
}

static void
one_close_too_many(struct jsonw *w)
{
	jsonw_array(w, NULL);
	jsonw_close(w);
	jsonw_close(w);
}

static void
one_close_too_few(struct jsonw *w)
{
	jsonw_array(w, NULL);
	(void)!jsonw_end(w);
}

static void
a_string_left_open(struct jsonw *w)
{
	jsonw_string_open(w, NULL);
	(void)!jsonw_end(w);
}

static void
a_value_in_a_string(struct jsonw *w)
{
	jsonw_string_open(w, NULL);
	jsonw_text(w, NULL, "x", 1);
}

static void (*const faults[])(struct jsonw *w) = { one_level_too_many,
	one_close_too_many, one_close_too_few, a_string_left_open,
	a_value_in_a_string };

/* Writes in a child, which ends well if it does. */
static int
write_in_child(void (*write)(struct jsonw *w))
{
	struct jsonw w;
	struct buf b;
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		buf_init(&b, 1000);
		jsonw_begin(&w, &b);
		write(&w);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
no_fault(struct jsonw *w)
{
	jsonw_array(w, NULL);
	jsonw_close(w);
	(void)!jsonw_end(w);
}

START_TEST(faults_abort)
{
	ck_assert_int_eq(write_in_child(no_fault), 0);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		int status = write_in_child(faults[i]);

		ck_assert_msg(
		    WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
		    "fault %zu: %x", i, (unsigned)status);
	}
}
END_TEST

static const char *const values[] = {
	"{\"z\":1,\"a\":[true,null,-5],\"m\":{\"b\":\"\\n\"}}",
	"[]",
	"\"text\"",
	"null",
};

/* Members keep their order; no value is too small. */
START_TEST(trees_are_written_as_they_are)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
		struct jsonw w;
		struct buf b;

		buf_init(&b, 100);
		jsonw_begin(&w, &b);
		jsonw_tree(&w, NULL, value);
		ck_assert_int_eq(jsonw_end(&w), 0);
		ck_assert_str_eq(b.data, values[i]);
		buf_free(&b);
		json_decref(value);
	}
}
END_TEST

UNIT_MAIN("jsonw", strings, every_byte_everywhere, random_bytes, numbers,
    everything_has_its_comma, all_or_nothing, out_of_memory_changes_nothing,
    raw_text, the_first_error_sticks, levels_are_closed_as_they_were_opened,
    faults_abort, trees_are_written_as_they_are)
