#include "dialect/chat/chat_form.h"

#include "dialect/chat/chat_dialect.h"
#include "dialect/chat/chat_read.h"
#include "unit/unit.h"

static struct chat_form form; /* of what was read last */

static struct generation *
request(const char *body)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(
	    chat_read(body, strlen(body), &g, &form, &e) == 0, "%s", e.message);
	return g;
}

/* Errors that are found late, in the words of this dialect. */
static const struct {
	enum error_field field;
	struct place place;
	const char *param; /* NULL: none */
} late[] = {
	{ FIELD_NONE, { PLACE_ALL, PLACE_ALL }, NULL },
	{ FIELD_MODEL, { PLACE_ALL, PLACE_ALL }, "model" },
	{ FIELD_EFFORT, { PLACE_ALL, PLACE_ALL }, "reasoning.effort" },
	{ FIELD_IMAGE, { PLACE_ALL, PLACE_ALL }, "messages" },
	{ FIELD_IMAGE, { 7, PLACE_ALL }, "messages[7].content" },
	{ FIELD_IMAGE, { 7, 2 }, "messages[7].content[2].image_url.url" },
	{ FIELD_CALL, { 0, 0 }, "messages[0].tool_calls" },
	{ FIELD_RESULT, { 1, PLACE_ALL }, "messages[1].tool_call_id" },
	{ FIELD_CALL, { 2, 0 }, "messages[2].function_call" },
	{ FIELD_RESULT, { 3, PLACE_ALL }, "messages[3].name" },
	{ FIELD_TOOLS, { PLACE_ALL, PLACE_ALL }, "functions" },
	{ FIELD_CHOICE, { PLACE_ALL, PLACE_ALL }, "function_call" },
	{ FIELD_PARALLEL, { PLACE_ALL, PLACE_ALL }, "parallel_tool_calls" },
	{ FIELD_FORMAT, { PLACE_ALL, PLACE_ALL }, "response_format" },
	{ FIELD_STOP, { PLACE_ALL, PLACE_ALL }, "stop" },
	{ FIELD_CWD, { PLACE_ALL, PLACE_ALL }, "metadata.cwd" },
};

START_TEST(late_faults_are_named)
{
	struct generation *g = request(
	    "{\"model\":\"m\",\"messages\":["
	    "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\","
	    "\"function\":"
	    "{\"name\":\"f\",\"arguments\":\"\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"},"
	    "{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\","
	    "\"arguments\":\"\"}},"
	    "{\"role\":\"function\",\"name\":\"f\",\"content\":\"r\"}],"
	    "\"functions\":[{\"name\":\"f\"}],\"function_call\":\"auto\","
	    "\"reasoning\":{\"effort\":\"low\"}}");

	for (size_t i = 0; i < ARRAY_SIZE(late); i++) {
		struct error e = ERROR_INIT;

		error_set_at(
		    &e, ERROR_INVALID_VALUE, late[i].field, late[i].place, "w");
		dialect_name_fault(&chat_dialect, g, &form.form, &e);
		if (late[i].param == NULL)
			ck_assert_ptr_null(e.param);
		else
			ck_assert_str_eq(e.param, late[i].param);
		error_free(&e);
	}
	generation_unref(g);
}
END_TEST

/* What has a name keeps it. */
START_TEST(a_named_fault_stays)
{
	struct generation *g = request(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"x\"}]}");
	struct error e = ERROR_INIT;

	error_set_param(&e, ERROR_INVALID_VALUE, "mine", "w");
	e.field = FIELD_STOP;
	dialect_name_fault(&chat_dialect, g, &form.form, &e);
	ck_assert_str_eq(e.param, "mine");
	error_free(&e);
	e.field = FIELD_TOOLS; /* of which there are none */
	dialect_name_fault(&chat_dialect, g, &form.form, &e);
	ck_assert_ptr_null(e.param);
	error_free(&e);
	generation_unref(g);
}
END_TEST

UNIT_MAIN("chat_form", late_faults_are_named, a_named_fault_stays)
