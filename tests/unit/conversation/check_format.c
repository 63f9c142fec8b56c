#include "unit/unit.h"

#include "conversation/format.h"
#include "unit/oom.h"

#define SCHEMA \
	"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":" \
	"\"integer\"}},\"required\":[\"a\"]," \
	"\"additionalProperties\":false}"

static const struct {
	enum answer_format format;
	const char *answer;
	bool good;
	const char *comment;
} cases[] = {
	{ FORMAT_TEXT, "anything {", true, "text is always fine" },
	{ FORMAT_TEXT, "", true, "even none" },
	{ FORMAT_OBJECT, "{\"a\":1}", true, "an object" },
	{ FORMAT_OBJECT, " {}\n", true, "white space around it" },
	{ FORMAT_OBJECT, "[1]", false, "an array is no object" },
	{ FORMAT_OBJECT, "\"x\"", false, "nor is a string" },
	{ FORMAT_OBJECT, "{\"a\":", false, "half an object" },
	{ FORMAT_OBJECT, "\n```json\n{}\n```\n", true, "a code fence" },
	{ FORMAT_OBJECT, "```json\n[]\n```", false, "which holds an array" },
	{ FORMAT_OBJECT, "Here:\n```json\n{}\n```", false, "and words" },
	{ FORMAT_OBJECT, "{\"a\":18446744073709551616}", true,
	    "a number beyond 64 bits" },
	{ FORMAT_OBJECT, "{} and more", false, "text behind it" },
	{ FORMAT_OBJECT, "", false, "nothing" },
	{ FORMAT_SCHEMA, "{\"a\":1}", true, "what the schema asks for" },
	{ FORMAT_SCHEMA, "{\"a\":", false, "half of it" },
	{ FORMAT_SCHEMA, "{\"a\":\"1\"}", false, "another type" },
	{ FORMAT_SCHEMA, "[1]", false, "an array" },
	{ FORMAT_SCHEMA, "no", false, "but for JSON in any case" },
	{ FORMAT_SCHEMA, "```json\n{\"a\":1}\n```", false,
	    "which Codex forces, so that there is no fence" },
	{ FORMAT_TOLD, "```json\n{\"a\":1}\n```", true,
	    "where it does not there may be one" },
	{ FORMAT_TOLD, "{\"a\":\"1\"}", false, "but the schema counts" },
	{ FORMAT_TOLD, "{\"a\":9223372036854775808}", true,
	    "an integer beyond 64 bits is one" },
};

START_TEST(answers_are_checked)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation r = { .format = cases[i].format,
			.schema = json_loads(SCHEMA, 0, NULL) };
		struct error e = ERROR_INIT;
		int rc = answer_format_check(
		    &r, cases[i].answer, strlen(cases[i].answer), &e);

		ck_assert_msg(
		    (rc == 0) == cases[i].good, "%s", cases[i].comment);
		ck_assert_msg(e.kind == (rc == 0 ? ERROR_NONE : ERROR_UPSTREAM),
		    "%s", cases[i].comment);
		error_free(&e);
		json_decref(r.schema);
	}
}
END_TEST

static void
expect_instruction(struct generation *g, const char *begin, const char *end)
{
	struct buf b;
	size_t n = strlen(end);

	buf_init(&b, 65536);
	ck_assert_int_eq(answer_format_instruction(g, &b), 0);
	ck_assert_uint_ge(b.len, strlen(begin));
	if (b.len > 0) {
		ck_assert_msg(
		    strncmp(b.data, begin, strlen(begin)) == 0, "%s", b.data);
		ck_assert_str_eq(b.data + b.len - n, end);
	} else {
		ck_assert_str_eq(begin, "");
	}
	buf_free(&b);
}

START_TEST(what_cannot_be_forced_is_asked_for_in_words)
{
	struct generation r = { .format = FORMAT_OBJECT };

	expect_instruction(&r, "Answer with one valid JSON object", "fence.");
	r.format = FORMAT_TEXT;
	expect_instruction(&r, "", "");
	r.schema = json_loads(SCHEMA, 0, NULL);
	r.format = FORMAT_SCHEMA;
	expect_instruction(&r, "", "");
	r.format = FORMAT_TOLD;
	expect_instruction(&r, "Answer with one valid JSON value", SCHEMA);
	json_decref(r.schema);
}
END_TEST

static int
ask(const struct generation *g)
{
	struct buf b;
	int rc;

	buf_init(&b, 65536);
	rc = answer_format_instruction(g, &b);
	buf_free(&b);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct generation r = { .format = FORMAT_TOLD,
		.schema = json_loads(SCHEMA, 0, NULL) };

	OOM_EACH(ask(&r), (void)0);
	json_decref(r.schema);
}
END_TEST

UNIT_MAIN("answer_format", answers_are_checked,
    what_cannot_be_forced_is_asked_for_in_words, out_of_memory_is_told)
