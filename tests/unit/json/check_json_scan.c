/* json_scan, held against the tree that jsonx makes of the same text. */
#include <string.h>

#include "base/buf.h"
#include "json/json_scan.h"
#include "unit/random.h"
#include "unit/unit.h"

enum {
	TEXT_MAX = 4096
};

/* Of the very size, so that a sanitizer sees more. */
static char *
exact(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		ck_abort_msg("out of memory");
	memcpy(copy, text, len);
	return copy;
}

static enum json_scan_state
skip(const char *text, size_t len)
{
	char *copy = exact(text, len);
	enum json_scan_state state;
	struct json_scan s;

	json_scan_begin(&s, copy, len);
	json_scan_skip(&s);
	state = json_scan_end(&s);
	free(copy);
	return state;
}

/* ---- what is JSON ---- */

#define DIGITS_18 "999999999999999999"

static const struct {
	const char *text;
	enum json_scan_state state;
	const char *comment;
} texts[] = {
	{ "null", JSON_SCAN_GOOD, "null" },
	{ " \t\r\n true \t\r\n ", JSON_SCAN_GOOD, "space" },
	{ "\vtrue", JSON_SCAN_BAD, "which is no space" },
	{ "false", JSON_SCAN_GOOD, "false" },
	{ "nul", JSON_SCAN_BAD, "broken off" },
	{ "nullx", JSON_SCAN_BAD, "something behind it" },
	{ "True", JSON_SCAN_BAD, "no word of JSON's" },
	{ "0", JSON_SCAN_GOOD, "zero" },
	{ "-0", JSON_SCAN_GOOD, "and that below" },
	{ "01", JSON_SCAN_BAD, "a zero before it" },
	{ "-01", JSON_SCAN_BAD, "there, too" },
	{ "-", JSON_SCAN_BAD, "a sign alone" },
	{ "+1", JSON_SCAN_BAD, "no sign of JSON's" },
	{ "-17.50", JSON_SCAN_GOOD, "a fraction" },
	{ "1.", JSON_SCAN_BAD, "none behind the point" },
	{ ".5", JSON_SCAN_BAD, "nothing before it" },
	{ "0x1", JSON_SCAN_BAD, "no number of JSON's" },
	{ DIGITS_18, JSON_SCAN_GOOD, "as many digits as are sure" },
	{ DIGITS_18 "9", JSON_SCAN_UNSURE, "one more" },
	{ "0." DIGITS_18 "9", JSON_SCAN_UNSURE, "there, too" },
	{ "1e5", JSON_SCAN_UNSURE, "an exponent" },
	{ "1.5E+400", JSON_SCAN_UNSURE, "out of range" },
	{ "\"\"", JSON_SCAN_GOOD, "an empty string" },
	{ "\"a\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e9\"", JSON_SCAN_GOOD, "escapes" },
	{ "\"\\u0000\"", JSON_SCAN_GOOD, "a NUL" },
	{ "\"\\ud83d\\uDE00\"", JSON_SCAN_GOOD, "two for one character" },
	{ "\"\\ud83d\"", JSON_SCAN_UNSURE, "the first alone" },
	{ "\"\\ud83d\\n\"", JSON_SCAN_UNSURE, "with something else" },
	{ "\"\\ud83d\\u0041\"", JSON_SCAN_UNSURE, "with another" },
	{ "\"\\ude00\"", JSON_SCAN_UNSURE, "the second alone" },
	{ "\"\\u12g4\"", JSON_SCAN_BAD, "no digit" },
	{ "\"\\u123\"", JSON_SCAN_BAD, "three digits" },
	{ "\"\\x\"", JSON_SCAN_BAD, "no escape" },
	{ "\"\\", JSON_SCAN_BAD, "broken off in an escape" },
	{ "\"0123456789abcde\nb\"", JSON_SCAN_BAD, "a control character" },
	{ "\"0123456789\x7f\xc3\xa9\xf0\x9f\x98\x80\"", JSON_SCAN_GOOD,
	    "UTF-8" },
	{ "\"\xff\"", JSON_SCAN_BAD, "no UTF-8" },
	{ "\"abc", JSON_SCAN_BAD, "no end" },
	{ "[]", JSON_SCAN_GOOD, "an empty array" },
	{ "{ }", JSON_SCAN_GOOD, "an empty object" },
	{ "[1, [2,{\"a\" : [null]}],\"]\"]", JSON_SCAN_GOOD, "nested" },
	{ "[1,]", JSON_SCAN_BAD, "a comma too many" },
	{ "[,1]", JSON_SCAN_BAD, "one before" },
	{ "[1 2]", JSON_SCAN_BAD, "one too few" },
	{ "{\"a\"}", JSON_SCAN_BAD, "no value" },
	{ "{\"a\":}", JSON_SCAN_BAD, "none behind the colon" },
	{ "{1:2}", JSON_SCAN_BAD, "no name" },
	{ "{\"a\":1,}", JSON_SCAN_BAD, "a comma too many" },
	{ "{\"a\":1,\"a\":2}", JSON_SCAN_GOOD, "twice the same name" },
	{ "{\"\\u0061\":1}", JSON_SCAN_UNSURE, "an escape in a name" },
	{ "[1}", JSON_SCAN_BAD, "the wrong bracket" },
	{ "{]", JSON_SCAN_BAD, "the other" },
	{ "]", JSON_SCAN_BAD, "none before it" },
	{ "[", JSON_SCAN_BAD, "broken off" },
	{ "[[", JSON_SCAN_BAD, "twice" },
	{ "{} {}", JSON_SCAN_BAD, "two values" },
	{ " ", JSON_SCAN_BAD, "nothing" },
	{ "", JSON_SCAN_BAD, "not even space" },
};

START_TEST(what_is_json)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(skip(texts[i].text, strlen(texts[i].text)) ==
			texts[i].state,
		    "%s: %s", texts[i].comment, texts[i].text);
	ck_assert_int_eq(skip("[\0]", 3), JSON_SCAN_BAD);
	ck_assert_int_eq(skip("[]\0", 3), JSON_SCAN_BAD);
}
END_TEST

START_TEST(depth)
{
	char text[2 * JSON_SCAN_DEPTH_MAX + 2];
	size_t n = sizeof(text) / 2;

	memset(text, '[', n);
	memset(text + n, ']', n);
	ck_assert_int_eq(skip(text + 1, sizeof(text) - 2), JSON_SCAN_GOOD);
	ck_assert_int_eq(skip(text, sizeof(text)), JSON_SCAN_UNSURE);
}
END_TEST

/* ---- what stands in it ---- */

/* Check tells its parent of each ck_assert, which is slow for millions. */
#define MUST(condition) \
	do { \
		if (!(condition)) \
			ck_abort_msg("%s", #condition); \
	} while (0)

static void compare_object(struct json_scan *s, const json_t *object);

static void
compare_string(struct json_string string, const json_t *value)
{
	char *out = exact(string.s, string.len);
	size_t len = json_scan_unescape(string, out);

	MUST(len == json_string_length(value));
	MUST(memcmp(out, json_string_value(value), len) == 0);
	MUST(string.escaped == (memchr(string.s, '\\', string.len) != NULL));
	free(out);
}

static void
compare_value(struct json_scan *s, const json_t *value)
{
	struct json_string string;
	bool flag;
	int64_t n;

	if (json_scan_string(s, &string)) {
		MUST(json_is_string(value));
		compare_string(string, value);
	} else if (json_scan_int(s, &n)) {
		MUST(json_is_integer(value));
		MUST(n == json_integer_value(value));
	} else if (json_scan_bool(s, &flag)) {
		MUST(json_is_boolean(value));
		MUST(flag == json_is_true(value));
	} else if (json_scan_null(s)) {
		MUST(json_is_null(value));
	} else if (json_scan_enter(s)) {
		compare_object(s, value);
	} else {
		MUST(json_is_array(value) || json_is_real(value));
		json_scan_skip(s);
	}
}

/* Of a name that comes twice the tree has only the last value. */
static void
compare_object(struct json_scan *s, const json_t *object)
{
	struct text key;

	MUST(json_is_object(object));
	while (json_scan_member(s, &key)) {
		char *name = strndup(key.s, key.len);
		const json_t *value = json_object_get(object, name);

		MUST(value != NULL);
		if (strcmp(name, "twice") == 0)
			json_scan_skip(s);
		else
			compare_value(s, value);
		free(name);
	}
}

static void
compare(const char *text, size_t len, const json_t *tree)
{
	char *copy = exact(text, len);
	struct json_scan s;

	json_scan_begin(&s, copy, len);
	compare_value(&s, tree);
	MUST(json_scan_end(&s) == JSON_SCAN_GOOD);
	free(copy);
}

/* Sure and right, or not sure. Counts what was sure. */
static void
check_text(const char *text, size_t len, unsigned sure[2], bool look_inside)
{
	enum json_scan_state state = skip(text, len);
	char why[JSONX_ERROR_MAX];
	json_t *tree = NULL;
	bool taken;

	if (state == JSON_SCAN_UNSURE)
		return;
	taken = jsonx_parse(text, len, 2048, &tree, why) == 0;
	if (taken != (state == JSON_SCAN_GOOD))
		ck_abort_msg(
		    "%s: %.*s", taken ? "refused" : why, (int)len, text);
	if (taken && look_inside)
		compare(text, len, tree);
	json_decref(tree);
	sure[taken]++;
}

START_TEST(all_short_texts)
{
	static const char bytes[] = "{}[]\":,\\u01-. ";
	enum {
		N = sizeof(bytes) - 1,
		LEN = 5
	};
	unsigned sure[2] = { 0, 0 };
	char text[LEN];

	for (size_t len = 1, n = N; len <= LEN; len++, n *= N) {
		for (size_t i = 0; i < n; i++) {
			size_t rest = i;

			for (size_t k = 0; k < len; k++, rest /= N)
				text[k] = bytes[rest % N];
			check_text(text, len, sure, false);
		}
	}
	ck_assert_uint_gt(sure[0], 500000);
	ck_assert_uint_gt(sure[1], 1000);
}
END_TEST

/* ---- made-up texts ---- */

static const char *const scalars[] = { "null", "true", "false", "0", "-1", "17",
	"1.5", "-0.25", DIGITS_18, "1e2", "\"\"", "\"pong\"",
	"\"caf\xc3\xa9 \xf0\x9f\x98\x80 and more\"", "\"a\\n\\\"b\\\"\\t\\\\\"",
	"\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000\"",
	"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud869\\uded6\\udbff\\udfff\"",
	"\"{[,:]}\"", "[]", "{}" };
static const char *const names[] = { "\"a\"", "\"id\"", "\"threadId\"",
	"\"twice\"", "\"twice\"", "\"caf\xc3\xa9\"", "\"\"" };
static const char *const spaces[] = { "", "", "", "", " ", "\t\r\n " };

static const char *
any_of(const char *const *list, size_t n, uint64_t *seed)
{
	return list[random_below(seed, n)];
}

static void
add(struct buf *b, const char *text)
{
	if (buf_puts(b, text) != 0)
		ck_abort_msg("no room for the text");
}

static void
add_space(struct buf *b, uint64_t *seed)
{
	add(b, any_of(spaces, ARRAY_SIZE(spaces), seed));
}

/* Each name once, but for "twice". */
static void
add_name(struct buf *b, size_t i, uint64_t *seed)
{
	add(b, names[i]);
	add_space(b, seed);
	add(b, ":");
}

static void
add_value(struct buf *b, unsigned levels, uint64_t *seed)
{
	size_t kind = random_below(seed, levels == 0 ? 1 : 4), n;

	add_space(b, seed);
	if (kind < 2) {
		add(b, any_of(scalars, ARRAY_SIZE(scalars), seed));
		add_space(b, seed);
		return;
	}
	n = random_below(seed, ARRAY_SIZE(names) + 1);
	add(b, kind == 2 ? "[" : "{");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			add(b, ",");
		add_space(b, seed);
		if (kind == 3)
			add_name(b, i, seed);
		add_value(b, levels - 1, seed);
	}
	add_space(b, seed);
	add(b, kind == 2 ? "]" : "}");
	add_space(b, seed);
}

static void
mutate(struct buf *b, uint64_t *seed)
{
	static const char bytes[] = "[]{}\"\"::,,\\\\anu0179.-e\xc3\xa9\x01 \n";

	for (size_t k = 1 + random_below(seed, 3); k > 0; k--)
		b->data[random_below(seed, b->len)] =
		    bytes[random_below(seed, sizeof(bytes))];
}

START_TEST(made_up_texts)
{
	unsigned sure[2] = { 0, 0 }, sure_mutated[2] = { 0, 0 };
	uint64_t seed = 5;
	struct buf b;

	buf_init(&b, 64 * TEXT_MAX);
	for (unsigned round = 0; round < 40000; round++) {
		buf_reset(&b);
		add_value(&b, 3, &seed);
		if (b.len > TEXT_MAX)
			continue;
		check_text(b.data, b.len, sure, true);
		mutate(&b, &seed);
		check_text(b.data, b.len, sure_mutated, false);
	}
	buf_free(&b);
	ck_assert_uint_eq(sure[0], 0);
	ck_assert_uint_gt(sure[1], 20000);
	ck_assert_uint_gt(sure_mutated[0], 10000);
	ck_assert_uint_gt(sure_mutated[1], 1000);
}
END_TEST

/* ---- the rest of the contract ---- */

START_TEST(a_value_of_another_type_stays)
{
	static const char text[] = "{\"a\":1.5,\"b\":\"x\"}";
	struct json_string string;
	struct json_scan s;
	struct text key;
	int64_t n = 42;
	bool flag;

	json_scan_begin(&s, text, strlen(text));
	ck_assert(!json_scan_string(&s, &string) && !json_scan_null(&s));
	ck_assert(json_scan_enter(&s) && json_scan_member(&s, &key));
	ck_assert(!json_scan_int(&s, &n) && !json_scan_bool(&s, &flag));
	ck_assert_int_eq(n, 42);
	ck_assert(!json_scan_enter(&s));
	json_scan_skip(&s);
	ck_assert(json_scan_member(&s, &key) && key.len == 1 && *key.s == 'b');
	ck_assert(json_scan_string(&s, &string) && !string.escaped);
	ck_assert(!json_scan_member(&s, &key));
	ck_assert_int_eq(json_scan_end(&s), JSON_SCAN_GOOD);
}
END_TEST

/* Whoever goes on reading finds nothing, and the first reason stays. */
START_TEST(after_a_fault)
{
	static const char text[] = "{\"a\":1,\"b\":2}";
	struct json_scan s;
	struct text key;
	int64_t n;

	json_scan_begin(&s, text, strlen(text));
	ck_assert(json_scan_enter(&s) && json_scan_member(&s, &key));
	json_scan_give_up(&s);
	ck_assert(!json_scan_int(&s, &n) && !json_scan_enter(&s));
	ck_assert(!json_scan_member(&s, &key));
	json_scan_skip(&s);
	ck_assert_int_eq(json_scan_end(&s), JSON_SCAN_UNSURE);
	json_scan_begin(&s, "nix", 3);
	json_scan_skip(&s);
	json_scan_give_up(&s);
	ck_assert_int_eq(json_scan_end(&s), JSON_SCAN_BAD);
}
END_TEST

UNIT_MAIN("json_scan", what_is_json, depth, all_short_texts, made_up_texts,
    a_value_of_another_type_stays, after_a_fault)
