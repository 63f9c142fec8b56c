#include "core/app_tools.h"

#include "unit/oom.h"
#include "unit/request.h"

#define TOOLS \
	",'tools':[{'type':'function','function':{'name':'zz','description':" \
	"'a \\'b\\'','parameters':{'z':1,'a':{'enum':[0.5,null]}}}}," \
	"{'type':'function','function':{'name':'exec_command'}}]"
#define ITEMS \
	"[{'type':'function','name':'zz','description':'a \\'b\\''," \
	"'inputSchema':{'z':1,'a':{'enum':[0.5,null]}}}," \
	"{'type':'function','name':'fn__exec_command','description':''," \
	"'inputSchema':{'type':'object','properties':{}}}]"

static const struct {
	const char *more, *tools, *instruction, *comment;
} cases[] = {
	{ "", "[]", "", "no tools" },
	{ TOOLS, ITEMS, "", "order, names and schemas kept" },
	{ TOOLS ",'tool_choice':'auto'", ITEMS, "", "auto" },
	{ TOOLS ",'tool_choice':'none'", "[]", "", "none leaves them out" },
	{ TOOLS ",'parallel_tool_calls':false", ITEMS, "",
	    "parallel_tool_calls says nothing here" },
	{ TOOLS ",'tool_choice':'required'", ITEMS,
	    "Answer this time with a call of at least one of the functions, "
	    "not with text.",
	    "required" },
	{ ",'tool_choice':'required'", "[]", "", "required, without any" },
	{ TOOLS ",'tool_choice':{'type':'function','function':{'name':"
		"'exec_command'}}",
	    ITEMS,
	    "Answer this time with a call of the function fn__exec_command "
	    "and of no other, not with text.",
	    "a named function, by the name the model knows" },
	{ ",'functions':[{'name':'f','description':null}]",
	    "[{'type':'function','name':'f','description':'',"
	    "'inputSchema':{'type':'object','properties':{}}}]",
	    "", "the old functions" },
};

static struct chat_request *
request(const char *more)
{
	return unit_quoted_request("[{'role':'user','content':'x'}]", more);
}

START_TEST(tools_and_instructions)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_request *r = request(cases[i].more);
		char *wanted = unit_json(cases[i].tools);
		struct buf tools, words;

		buf_init(&tools, 65536);
		buf_init(&words, 65536);
		ck_assert_int_eq(app_tools_append(r, &tools), 0);
		ck_assert_int_eq(app_tools_instruction(r, &words), 0);
		ck_assert_msg(strcmp(tools.data, wanted) == 0, "%s: %s",
		    cases[i].comment, tools.data);
		ck_assert_msg(words.len == strlen(cases[i].instruction), "%s",
		    cases[i].comment);
		ck_assert_msg(words.len == 0 ||
			strcmp(words.data, cases[i].instruction) == 0,
		    "%s: %s", cases[i].comment, words.data);
		buf_free(&tools);
		buf_free(&words);
		free(wanted);
		chat_request_unref(r);
	}
}
END_TEST

START_TEST(a_failure_leaves_what_was_there)
{
	struct chat_request *r = request(TOOLS);
	struct buf b;

	buf_init(&b, strlen(ITEMS) - 1);
	ck_assert_int_eq(app_tools_append(r, &b), -EMSGSIZE);
	ck_assert_uint_eq(b.len, 0);
	buf_free(&b);
	buf_init(&b, 65536);
	OOM_EACH(app_tools_append(r, &b), ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	chat_request_unref(r);
}
END_TEST

UNIT_MAIN("app_tools", tools_and_instructions, a_failure_leaves_what_was_there)
