#include "conversation/fence_filter.h"

#include "unit/oom.h"
#include "unit/random.h"
#include "unit/unit.h"

enum {
	OUT_CAP = 1 << 20
};

static const struct {
	const char *text, *bare, *comment;
} cases[] = {
	{ "{\"a\":1}", "{\"a\":1}", "nothing around it" },
	{ " \r\n\t{\"a\": 1 }\n ", "{\"a\": 1 }", "white space" },
	{ "```json\n{\"a\":1}\n```", "{\"a\":1}", "a fence" },
	{ "\n```json\r\n{\"a\":1}\r\n```\n\n", "{\"a\":1}", "and white space" },
	{ "```\n[1]\n```", "[1]", "without a word" },
	{ "```JSON5 \n\n{}```", "{}", "all sorts of it" },
	{ "```json{\"a\":1}```", "{\"a\":1}", "in one line" },
	{ "````json\n{}\n````", "{}", "a longer one" },
	{ "```json\n{\"a\":\"```js\\n  x```\"}\n```",
	    "{\"a\":\"```js\\n  x```\"}", "a fence in a text" },
	{ "{\"a\":\"`` ``` \"}", "{\"a\":\"`` ``` \"}", "ticks in one" },
	{ "```json\n{\"a\":1}", "{\"a\":1}", "not closed" },
	{ "```json\n{\"a\":1}\n``", "{\"a\":1}\n``", "not quite closed" },
	{ "{\"a\":1}\n```", "{\"a\":1}\n```", "closed alone" },
	{ "Here:\n```json\n{}\n```", "Here:\n```json\n{}\n```",
	    "with words around it" },
	{ "```json\n{}\n```\nThat is it.", "{}\n```\nThat is it.",
	    "with words behind it" },
	{ "`{}`", "`{}`", "no fence" },
	{ "``\n{}", "``\n{}", "nor two ticks" },
	{ "```json", "```json", "its beginning alone" },
	{ "```aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n{}",
	    "```aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n{}",
	    "no word is as long" },
	{ "", "", "nothing" },
	{ " \n ", "", "white space alone" },
	{ "\xc3\xa9 `\xe2\x82\xac`", "\xc3\xa9 `\xe2\x82\xac`",
	    "other characters" },
};

/* In pieces of up to `most` bytes. */
static void
run(const char *text, uint64_t *seed, unsigned most, struct buf *out)
{
	size_t len = strlen(text), at = 0;
	struct fence_filter f;

	fence_filter_init(&f);
	while (at < len) {
		size_t n = 1 + random_below(seed, most);

		n = n < len - at ? n : len - at;
		ck_assert_int_eq(fence_filter_feed(&f, text + at, n, out), 0);
		at += n;
	}
	ck_assert_int_eq(fence_filter_feed(&f, "", 0, out), 0);
	ck_assert_int_eq(fence_filter_finish(&f, out), 0);
	fence_filter_free(&f);
}

START_TEST(any_pieces_give_the_same)
{
	uint64_t seed = 7;
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (unsigned round = 0; round < 100; round++) {
			buf_reset(&out);
			run(cases[i].text, &seed, 1 + round % 8, &out);
			ck_assert_msg(out.len == strlen(cases[i].bare) &&
				memcmp(out.len > 0 ? out.data : "",
				    cases[i].bare, out.len) == 0,
			    "%s: %.*s", cases[i].comment, (int)out.len,
			    out.data);
		}
	}
	buf_free(&out);
}
END_TEST

/* It streams: no more waits than may be the end. */
START_TEST(what_is_sure_goes_through_at_once)
{
	struct fence_filter f;
	struct buf out;

	buf_init(&out, OUT_CAP);
	fence_filter_init(&f);
	ck_assert_int_eq(
	    fence_filter_feed(&f, "```json\n{\"a\":", 13, &out), 0);
	ck_assert_str_eq(out.data, "{\"a\":");
	ck_assert_int_eq(fence_filter_feed(&f, "1 ", 2, &out), 0);
	ck_assert_str_eq(out.data, "{\"a\":1");
	ck_assert_int_eq(fence_filter_feed(&f, "}\n``", 4, &out), 0);
	ck_assert_str_eq(out.data, "{\"a\":1 }");
	ck_assert_int_eq(fence_filter_feed(&f, "`", 1, &out), 0);
	ck_assert_int_eq(fence_filter_finish(&f, &out), 0);
	ck_assert_str_eq(out.data, "{\"a\":1 }");
	/* The next text is one of its own. */
	buf_reset(&out);
	ck_assert_int_eq(fence_filter_feed(&f, "```\n[]\n```", 10, &out), 0);
	ck_assert_int_eq(fence_filter_finish(&f, &out), 0);
	ck_assert_str_eq(out.data, "[]");
	fence_filter_free(&f);
	buf_free(&out);
}
END_TEST

/* A quadratic look at it would take minutes, and the test has one. */
START_TEST(much_white_space_takes_little_time)
{
	struct fence_filter f;
	struct buf out;

	buf_init(&out, OUT_CAP);
	fence_filter_init(&f);
	for (int i = 0; i < 3000000; i++) {
		if (fence_filter_feed(&f, i % 2 == 0 ? " " : "\n", 1, &out) !=
		    0)
			ck_abort();
	}
	ck_assert_int_eq(fence_filter_feed(&f, "{}", 2, &out), 0);
	ck_assert_str_eq(out.data, "{}");
	fence_filter_free(&f);
	buf_free(&out);
}
END_TEST

static int
once(struct buf *out)
{
	struct fence_filter f;
	int rc;

	fence_filter_init(&f);
	rc = fence_filter_feed(&f, "```json", 7, out);
	if (rc == 0)
		rc = fence_filter_feed(&f, "\n{}\n``", 6, out);
	if (rc == 0)
		rc = fence_filter_finish(&f, out);
	fence_filter_free(&f);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct buf out;

	buf_init(&out, OUT_CAP);
	OOM_EACH(once(&out), buf_reset(&out));
	ck_assert_str_eq(out.data, "{}\n``");
	buf_free(&out);
}
END_TEST

UNIT_MAIN("fence_filter", any_pieces_give_the_same,
    what_is_sure_goes_through_at_once, much_white_space_takes_little_time,
    out_of_memory_is_told)
