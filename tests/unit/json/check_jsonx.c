/*
 * jsonx: what is read, what is refused and where, and that no error text
 * repeats the input.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json/jsonx.h"

#include "unit/oom.h"
#include "unit/unit.h"

#define LITERAL(s) s, sizeof(s) - 1

static const struct parse_case {
	const char *bytes;
	size_t len;
	const char *result; /* compact JSON, or the error */
	const char *comment;
} cases[] = {
	{ LITERAL("{\"a\":[1,2.5,null]}"), "{\"a\":[1,2.5,null]}", "object" },
	{ LITERAL(" \t\r\n[] \n"), "[]", "white space around" },
	{ LITERAL("\"x\""), "\"x\"", "a string alone" },
	{ LITERAL("-7"), "-7", "a number alone" },
	{ LITERAL("null"), "null", "null alone" },
	{ LITERAL("{\"a\":1,\"a\":2}"), "{\"a\":2}", "the last one counts" },
	{ LITERAL("[\"\\u0000\"]"), "[\"\\u0000\"]", "NUL in a string" },
	{ LITERAL("[\"\\ud83d\\ude00\"]"), "[\"\xf0\x9f\x98\x80\"]",
	    "a surrogate pair" },
	{ LITERAL("[[[1]]]"), "[[[1]]]", "as deep as may be" },
	{ LITERAL("[[],[[]],{}]"), "[[],[[]],{}]", "depth is not a sum" },
	{ LITERAL("[\"[[[[{{{{\"]"), "[\"[[[[{{{{\"]", "brackets in a string" },
	{ LITERAL("[\"\\\"[[[[\"]"), "[\"\\\"[[[[\"]",
	    "behind an escaped quote" },
	{ LITERAL("[\"\\\\\",[[1]]]"), "[\"\\\\\",[[1]]]",
	    "an escaped backslash ends nothing" },
	{ LITERAL("[[[[1]]]]"),
	    "nested too deeply at line 1, column 4 (byte 3)", "too deep" },
	{ LITERAL("[\n [{\"k\":[\n"),
	    "nested too deeply at line 2, column 8 (byte 9)",
	    "too deep, on line 2" },
	{ LITERAL("[\"\\\\\",[[[1]]]]"),
	    "nested too deeply at line 1, column 9 (byte 8)",
	    "too deep behind an escaped backslash" },
	{ LITERAL(""), "the text is empty at line 1, column 1 (byte 0)",
	    "nothing" },
	{ LITERAL("[\"\xc3\xa9\",\n \"\xff\"]"),
	    "invalid UTF-8 at line 2, column 3 (byte 9)", "broken UTF-8" },
	{ LITERAL("[\"\xed\xa0\x80\"]"),
	    "invalid UTF-8 at line 1, column 3 (byte 2)", "a surrogate" },
	{ LITERAL("[\"caf\xc3"), "invalid UTF-8 at line 1, column 6 (byte 5)",
	    "cut off" },
	{ LITERAL("9223372036854775807"), "9223372036854775807",
	    "the last integer" },
	{ LITERAL("9223372036854775808"), "9.2233720368547758e18",
	    "an integer past it" },
	{ LITERAL("[-9223372036854775808,-9223372036854775809]"),
	    "[-9223372036854775808,-9.2233720368547758e18]", "the other way" },
	{ LITERAL("{\"a\":18446744073709551615 , \"b\":9223372036854776000}"),
	    "{\"a\":1.8446744073709552e19,\"b\":9.2233720368547758e18}",
	    "what clients send" },
	{ LITERAL("[123456789012345678901234567890]"),
	    "[1.2345678901234568e29]", "a long one" },
	{ LITERAL("[1e999,-1e999,9e308,-1.5E+400]"),
	    "[1e308,-1e308,1e308,-1e308]", "no double either" },
	{ LITERAL("[1e999,0.5,-0,1e-999]"), "[1e308,0.5,0,0.0]",
	    "the others beside it stay" },
	{ LITERAL("[\"\\ud800\"]"), "[\"\xef\xbf\xbd\"]", "half a pair" },
	{ LITERAL("[\"a\\uDBFFb\",\"\\udC00\"]"),
	    "[\"a\xef\xbf\xbd"
	    "b\",\"\xef\xbf\xbd\"]",
	    "either half, either case" },
	{ LITERAL("[\"\\ud83d\\ud83d\\ude00\\ude00\"]"),
	    "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\"]",
	    "halves beside a whole one" },
	{ LITERAL("[\"\\ud83d\\n\",\"\\\\ud83d\"]"),
	    "[\"\xef\xbf\xbd\\n\",\"\\\\ud83d\"]",
	    "an escaped backslash is none" },
	{ LITERAL("{\"\\ud83d\":1}"), "{\"\xef\xbf\xbd\":1}", "in a name" },
	{ LITERAL("[\"\\ud800\",9999999999999999999999,\n x]"),
	    "invalid JSON at line 2, column 3 (byte 36)",
	    "a fault behind what is mended" },
};

/* These only have to be refused, for the reason that the text begins with. */
static const struct parse_case refused[] = {
	{ LITERAL("  "), "the text ends too early", "white space" },
	{ LITERAL("{\"a\":"), "the text ends too early", "cut off" },
	{ LITERAL("[1,2"), "the text ends too early", "not closed" },
	{ LITERAL("\"abc"), "the text ends too early", "open string" },
	{ LITERAL("\"abc\\"), "invalid JSON", "open escape" },
	{ LITERAL("[1]]"), "there is something behind", "one too many" },
	{ LITERAL("{}{}"), "there is something behind", "two values" },
	{ LITERAL("NaN"), "invalid JSON", "NaN" },
	{ LITERAL("[Infinity]"), "invalid JSON", "infinity" },
	{ LITERAL("[1,]"), "invalid JSON", "a trailing comma" },
	{ LITERAL("{a:1}"), "invalid JSON", "no quotes" },
	{ LITERAL("['a']"), "invalid JSON", "single quotes" },
	{ LITERAL("[01]"), "invalid JSON", "a leading zero" },
	{ LITERAL("[-01e999]"), "invalid JSON", "beyond a double, too" },
	{ LITERAL("[1.e9999]"), "invalid JSON", "no digit behind a point" },
	{ LITERAL("[9e999e1]"), "a number is out of range", "two exponents" },
	{ LITERAL("[1e999-1]"), "a number is out of range",
	    "two numbers in one" },
	{ LITERAL("[0123456789012345678901]"), "invalid JSON",
	    "and a long one" },
	{ LITERAL("[\"\t\"]"), "invalid JSON", "a raw tab in a string" },
	{ LITERAL("[\"\\x\"]"), "invalid JSON", "a wrong escape" },
	{ LITERAL("[1]\0"), "a NUL byte", "NUL behind" },
	{ LITERAL("[\0]"), "a NUL byte", "NUL inside" },
	{ LITERAL("]]]]"), "invalid JSON", "only closed" },
	{ LITERAL("{\"\\u0000\":1}"), "a member's name holds", "NUL name" },
	{ LITERAL("\xef\xbb\xbf{}"), "invalid JSON", "a byte order mark" },
};

/* The value as compact JSON, or the error. */
static void
parse(const char *bytes, size_t len, char *text, size_t size)
{
	char error[JSONX_ERROR_MAX] = "";
	json_t *root = NULL;
	/* A block of its own, so that ASan sees a read past it. */
	char *copy = malloc(len + 1);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy + 1, bytes, len);
	r = jsonx_parse(copy + 1, len, 3, &root, error);
	free(copy);
	if (r < 0) {
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_ptr_null(root);
		ck_assert_str_ne(error, "");
		(void)snprintf(text, size, "%s", error);
		return;
	}
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(error, "");
	len = json_dumpb(root, text, size - 1, JSON_COMPACT | JSON_ENCODE_ANY);
	ck_assert_uint_lt(len, size);
	text[len] = '\0';
	json_decref(root);
}

START_TEST(parsing)
{
	char text[200];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct parse_case *c = &cases[i];

		parse(c->bytes, c->len, text, sizeof(text));
		ck_assert_msg(
		    strcmp(text, c->result) == 0, "%s: %s", c->comment, text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct parse_case *c = &refused[i];
		size_t n = strlen(c->result);

		parse(c->bytes, c->len, text, sizeof(text));
		ck_assert_msg(strncmp(text, c->result, n) == 0, "%s: %s",
		    c->comment, text);
		ck_assert_msg(strstr(text + n, " at line 1, column ") != NULL,
		    "%s: %s", c->comment, text);
	}
}
END_TEST

/* Cut anywhere, or with any byte broken, the secret in it never shows. */
START_TEST(errors_quote_nothing)
{
	static const char body[] =
	    "{\"k\":\"SECRET\",\"SECRET\":[1,{\"x\":SECRET}]}";
	char text[200];

	for (size_t len = 0; len < sizeof(body); len++) {
		parse(body, len, text, sizeof(text));
		ck_assert_msg(strstr(text, "SEC") == NULL, "%s", text);
	}
	for (size_t at = 0; at < sizeof(body) - 1; at++)
		for (int c = 1; c < 256; c++) {
			char broken[sizeof(body)];

			memcpy(broken, body, sizeof(body));
			broken[at] = (char)c;
			parse(broken, sizeof(body) - 1, text, sizeof(text));
			ck_assert_msg(strstr(text, "SEC") == NULL, "%s", text);
		}
}
END_TEST

/* A body of thousands of levels is a clear error at any bound. */
START_TEST(depth_bounds)
{
	static char deep[6000];
	char error[JSONX_ERROR_MAX];
	json_t *root = NULL;

	for (unsigned depth = 1; depth <= 3000; depth += depth < 4 ? 1 : 333) {
		memset(deep, '[', depth);
		memset(deep + depth, ']', depth);
		ck_assert_int_eq(
		    jsonx_parse(deep, 2 * depth, depth - 1, &root, error),
		    -EINVAL);
		ck_assert_ptr_nonnull(strstr(error, "nested too deeply"));
		ck_assert_ptr_null(root);
		if (depth > 2048) {
			ck_assert_int_eq(
			    jsonx_parse(deep, 2 * depth, depth, &root, error),
			    -EINVAL);
			ck_assert_ptr_nonnull(
			    strstr(error, "nested too deeply"));
			continue;
		}
		ck_assert_int_eq(
		    jsonx_parse(deep, 2 * depth, depth, &root, error), 0);
		json_decref(root);
		root = NULL;
	}
}
END_TEST

static const char members[] =
    "{\"text\":\"a\\u0000b\",\"string\":\"abc\",\"int\":-5,\"real\":1.5,"
    "\"yes\":true,\"no\":false,\"object\":{},\"array\":[],\"null\":null}";

/* Which getter takes which member: y(es), n(o: -EINVAL), 0 (-ENOENT). */
static const struct getter_case {
	const char *key;
	const char *expected; /* text string int number bool object array */
	const char *type;
} getter_cases[] = {
	{ "text", "ynnnnnn", "a string" },
	{ "string", "yynnnnn", "a string" },
	{ "int", "nnyynnn", "an integer" },
	{ "real", "nnnynnn", "a number" },
	{ "yes", "nnnnynn", "a boolean" },
	{ "no", "nnnnynn", "a boolean" },
	{ "object", "nnnnnyn", "an object" },
	{ "array", "nnnnnny", "an array" },
	{ "null", "0000000", "null" },
	{ "absent", "0000000", "nothing" },
};

static char
outcome(int r)
{
	if (r == 0)
		return 'y';
	return r == -EINVAL ? 'n' : r == -ENOENT ? '0' : '?';
}

START_TEST(getters)
{
	char error[JSONX_ERROR_MAX];
	json_t *root;

	ck_assert_int_eq(
	    jsonx_parse(members, strlen(members), 9, &root, error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(getter_cases); i++) {
		const struct getter_case *c = &getter_cases[i];
		struct text text;
		const char *string;
		int64_t integer;
		double number;
		bool boolean;
		json_t *json;
		const char got[] = {
			outcome(jsonx_get_text(root, c->key, &text)),
			outcome(jsonx_get_string(root, c->key, &string)),
			outcome(jsonx_get_int(root, c->key, &integer)),
			outcome(jsonx_get_number(root, c->key, &number)),
			outcome(jsonx_get_bool(root, c->key, &boolean)),
			outcome(jsonx_get_object(root, c->key, &json)),
			outcome(jsonx_get_array(root, c->key, &json)),
			'\0',
		};

		ck_assert_msg(
		    strcmp(got, c->expected) == 0, "%s: %s", c->key, got);
		ck_assert_str_eq(
		    jsonx_type_name(json_object_get(root, c->key)), c->type);
	}
	json_decref(root);
}
END_TEST

START_TEST(getters_give_the_value)
{
	char error[JSONX_ERROR_MAX];
	struct text text = { 0 };
	const char *string = NULL;
	int64_t integer = 0;
	double number = 0;
	bool boolean = false;
	json_t *root, *json = NULL;

	ck_assert_int_eq(
	    jsonx_parse(members, strlen(members), 9, &root, error), 0);
	ck_assert_int_eq(jsonx_get_text(root, "text", &text), 0);
	ck_assert_uint_eq(text.len, 3);
	ck_assert_mem_eq(text.s, "a\0b", 3);
	ck_assert_int_eq(jsonx_get_string(root, "string", &string), 0);
	ck_assert_str_eq(string, "abc");
	ck_assert_int_eq(jsonx_get_int(root, "int", &integer), 0);
	ck_assert_int_eq(integer, -5);
	ck_assert_int_eq(jsonx_get_number(root, "int", &number), 0);
	ck_assert(number == -5.0);
	ck_assert_int_eq(jsonx_get_number(root, "real", &number), 0);
	ck_assert(number == 1.5);
	ck_assert_int_eq(jsonx_get_bool(root, "yes", &boolean), 0);
	ck_assert(boolean);
	ck_assert_int_eq(jsonx_get_bool(root, "no", &boolean), 0);
	ck_assert(!boolean);
	ck_assert_int_eq(jsonx_get_object(root, "object", &json), 0);
	ck_assert_ptr_eq(json, json_object_get(root, "object"));
	/* A failure writes nothing. */
	ck_assert_int_eq(jsonx_get_array(root, "string", &json), -EINVAL);
	ck_assert_ptr_eq(json, json_object_get(root, "object"));
	ck_assert_int_eq(jsonx_get_int(NULL, "int", &integer), -ENOENT);
	ck_assert_int_eq(jsonx_get_int(json, "int", &integer), -ENOENT);
	ck_assert_int_eq(integer, -5);
	json_decref(root);
}
END_TEST

START_TEST(texts)
{
	ck_assert(
	    text_equal((struct text){ "a\0b", 3 }, (struct text){ "a\0b", 3 }));
	ck_assert(!text_equal(
	    (struct text){ "a\0b", 3 }, (struct text){ "a\0c", 3 }));
	ck_assert(
	    !text_equal((struct text){ "ab", 1 }, (struct text){ "ab", 2 }));
	ck_assert(
	    text_equal((struct text){ NULL, 0 }, (struct text){ "x", 0 }));
}
END_TEST

/*
 * jansson takes some failed allocations for an invalid token, and with tokens
 * over 16 bytes goes on with what it has; what can be asked for is that short
 * ones give no value and that it is mostly told as what it is.
 */
START_TEST(out_of_memory_gives_no_value)
{
	static const char body[] = "{\"a\":[1,\"b\",{}]}";
	char error[JSONX_ERROR_MAX];
	json_t *root = NULL;
	long n, told = 0;
	int r;

	json_set_alloc_funcs(malloc, free);
	for (n = 0;; n++) {
		error[0] = '\0';
		oom_left = n;
		r = jsonx_parse(body, strlen(body), 9, &root, error);
		if (!oom_fired())
			break;
		ck_assert_int_lt(r, 0);
		ck_assert_ptr_null(root);
		ck_assert_str_ne(error, "");
		told += r == -ENOMEM;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_gt(told, n / 2);
	json_decref(root);
}
END_TEST

/* Too many values are found before there is any of them. */
static const struct {
	const char *text;
	size_t max;
	int rc;
	const char *comment;
} bounded[] = {
	{ "1", 1, 0, "one" },
	{ "[1,2,3]", 4, 0, "as many as may be" },
	{ "[1,2,3]", 3, -E2BIG, "one too many" },
	{ "{\"a\":1,\"b\":[2]}", 4, 0, "members and elements" },
	{ "{\"a\":1,\"b\":[2]}", 3, -E2BIG, "one of them too many" },
	{ "[\",,,[[[\",\"\\\",,,\"]", 3, 0, "in strings nothing counts" },
	{ "[1,2,3", 9, -EINVAL, "few, but no JSON" },
	{ "[,,,,,,", 3, -E2BIG, "neither" },
};

START_TEST(values_are_counted)
{
	for (size_t i = 0; i < ARRAY_SIZE(bounded); i++) {
		char why[JSONX_ERROR_MAX] = "";
		json_t *root = NULL;
		int rc = jsonx_parse_bounded(bounded[i].text,
		    strlen(bounded[i].text), 3, bounded[i].max, &root, why);

		ck_assert_msg(
		    rc == bounded[i].rc, "%s: %s", bounded[i].comment, why);
		if (rc == -E2BIG)
			ck_assert_str_eq(why, "too many JSON values");
		json_decref(root);
	}
}
END_TEST

UNIT_MAIN("jsonx", parsing, errors_quote_nothing, depth_bounds, getters,
    getters_give_the_value, texts, values_are_counted,
    out_of_memory_gives_no_value)
