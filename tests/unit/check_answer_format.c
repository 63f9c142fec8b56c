#include "unit/unit.h"

#include "core/answer_format.h"

#define SCHEMA \
	"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":" \
	"\"integer\"}},\"required\":[\"a\"]," \
	"\"additionalProperties\":false}"

static const struct {
	enum chat_format format;
	const char *answer;
	bool good;
	const char *comment;
} cases[] = {
	{ CHAT_FORMAT_TEXT, "anything {", true, "text is always fine" },
	{ CHAT_FORMAT_TEXT, "", true, "even none" },
	{ CHAT_FORMAT_OBJECT, "{\"a\":1}", true, "an object" },
	{ CHAT_FORMAT_OBJECT, " {}\n", true, "white space around it" },
	{ CHAT_FORMAT_OBJECT, "[1]", false, "an array is no object" },
	{ CHAT_FORMAT_OBJECT, "\"x\"", false, "nor is a string" },
	{ CHAT_FORMAT_OBJECT, "{\"a\":", false, "half an object" },
	{ CHAT_FORMAT_OBJECT, "```json\n{}\n```", false, "a code fence" },
	{ CHAT_FORMAT_OBJECT, "{} and more", false, "text behind it" },
	{ CHAT_FORMAT_OBJECT, "", false, "nothing" },
	{ CHAT_FORMAT_SCHEMA, "{\"a\":1}", true, "what the schema asks for" },
	{ CHAT_FORMAT_SCHEMA, "{\"a\":", false, "half of it" },
	{ CHAT_FORMAT_SCHEMA, "{\"a\":\"1\"}", false, "another type" },
	{ CHAT_FORMAT_SCHEMA, "[1]", false, "an array" },
	{ CHAT_FORMAT_SCHEMA, "no", false, "but for JSON in any case" },
};

START_TEST(answers_are_checked)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_request r = { .format = cases[i].format,
			.schema = json_loads(SCHEMA, 0, NULL) };
		struct api_error e = API_ERROR_INIT;
		int rc = answer_format_check(
		    &r, cases[i].answer, strlen(cases[i].answer), &e);

		ck_assert_msg(
		    (rc == 0) == cases[i].good, "%s", cases[i].comment);
		ck_assert_msg(
		    e.kind == (rc == 0 ? API_ERROR_NONE : API_ERROR_UPSTREAM),
		    "%s", cases[i].comment);
		api_error_free(&e);
		json_decref(r.schema);
	}
}
END_TEST

START_TEST(only_json_object_is_asked_for_in_words)
{
	struct chat_request r = { .format = CHAT_FORMAT_OBJECT };

	ck_assert_ptr_nonnull(answer_format_instruction(&r));
	r.format = CHAT_FORMAT_SCHEMA;
	ck_assert_ptr_null(answer_format_instruction(&r));
	r.format = CHAT_FORMAT_TEXT;
	ck_assert_ptr_null(answer_format_instruction(&r));
}
END_TEST

UNIT_MAIN("answer_format", answers_are_checked,
    only_json_object_is_asked_for_in_words)
