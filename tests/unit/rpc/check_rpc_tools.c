#include "rpc/rpc_tools.h"

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

#define FORCED(name) \
	"Answer this time with the arguments of a call of the function " name \
	": one JSON object and nothing else. It will be called with them."

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
	{ TOOLS ",'tool_choice':{'type':'function','function':{'name':'zz'}}",
	    ITEMS,
	    "Answer this time with a call of the function zz and of no other, "
	    "not with text.",
	    "a named function, whose parameters are no output schema" },
	{ TOOLS ",'tool_choice':{'type':'function','function':{'name':"
		"'exec_command'}}",
	    "[]", FORCED("fn__exec_command"),
	    "one that can be forced, by the name the model knows" },
	{ ",'tools':[{'type':'function','function':{'name':'f',"
	  "'description':'It %s.'}}],'tool_choice':'required'",
	    "[]", FORCED("f") " What it does:\n\nIt %s.",
	    "the only one, with what is said of it" },
	{ TOOLS ",'tool_choice':{'type':'allowed_tools','allowed_tools':{"
		"'mode':'required','tools':[{'function':{'name':'zz'}}]}}",
	    "[{'type':'function','name':'zz','description':'a \\'b\\'',"
	    "'inputSchema':{'z':1,'a':{'enum':[0.5,null]}}}]",
	    "Answer this time with a call of at least one of the functions, "
	    "not with text.",
	    "those that are allowed" },
	{ TOOLS ",'tool_choice':{'type':'allowed_tools','allowed_tools':{"
		"'mode':'required','tools':[]}}",
	    "[]", "", "none of which is allowed" },
	{ ",'functions':[{'name':'f','description':null}]",
	    "[{'type':'function','name':'f','description':'',"
	    "'inputSchema':{'type':'object','properties':{}}}]",
	    "", "the old functions" },
};

static struct generation *
request(const char *more)
{
	return unit_quoted_request("[{'role':'user','content':'x'}]", more);
}

START_TEST(tools_and_instructions)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation *r = request(cases[i].more);
		char *wanted = unit_json(cases[i].tools);
		struct buf tools, words;

		buf_init(&tools, 65536);
		buf_init(&words, 65536);
		ck_assert_int_eq(rpc_tools_append(r, &tools), 0);
		ck_assert_int_eq(rpc_tools_instruction(r, &words), 0);
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
		generation_unref(r);
	}
}
END_TEST

START_TEST(a_freeform_tool_is_a_function_of_one_text)
{
	struct tool tools[] = { { .name = { "patch", 5 },
	    .description = { "D", 1 },
	    .grammar = { "{\"type\":\"text\"}", 15 },
	    .custom = true,
	    .offered = true } };
	struct generation g = { .tools = tools, .n_tools = 1 };
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(rpc_tools_append(&g, &b), 0);
	ck_assert_str_eq(b.data,
	    "[{\"type\":\"function\",\"name\":\"patch\",\"description\":"
	    "\"D\\n\\nThe input must be of this format:\\n"
	    "{\\\"type\\\":\\\"text\\\"}\",\"inputSchema\":"
	    "{\"type\":\"object\",\"properties\":{\"input\":{\"type\":"
	    "\"string\"}},\"required\":[\"input\"],"
	    "\"additionalProperties\":false}}]");
	buf_free(&b);
}
END_TEST

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}
#define FUNCTION(name) \
	"{'type':'function','name':'" name "','description':''," \
	"'inputSchema':{'type':'object','properties':{}}}"

/* Each once, with all of its tools that may be called now. */
START_TEST(namespaces_are_passed_on)
{
	struct tool tools[] = {
		{ .name = T("gone"), .space = T("n") },
		{ .name = T("look"),
		    .space = T("n"),
		    .about_space = T("N"),
		    .offered = true },
		{ .name = T("look"), .offered = true },
		{ .name = T("look"), .space = T("web"), .offered = true },
		{ .name = T("mcp__a"), .space = T("n"), .offered = true },
	};
	struct generation g = { .tools = tools, .n_tools = ARRAY_SIZE(tools) };
	char *wanted = unit_json(
	    "[{'type':'namespace','name':'n','description':'N',"
	    "'tools':[" FUNCTION("look") "," FUNCTION(
		"fn__mcp__a") "]}"
			      "," FUNCTION(
				  "look") ",{'type':'namespace','name':'fn__"
					  "web',"
					  "'description':'','tools':[" FUNCTION(
					      "look") "]}]");
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(rpc_tools_append(&g, &b), 0);
	ck_assert_str_eq(b.data, wanted);
	buf_free(&b);
	free(wanted);
}
END_TEST

/* Codex takes 1024 characters, and an umlaut is one. */
START_TEST(long_descriptions_of_namespaces_are_told)
{
	static const struct {
		size_t characters;
		bool cut;
	} rows[] = { { 0, false }, { 1024, false }, { 1025, true },
		{ 3000, true } };
	char about[6001];

	for (size_t i = 0; i < 6000; i += 2)
		memcpy(about + i, "\xc3\xa9", 2);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tool tools[] = {
			{ .name = T("a"),
			    .space = T("n"),
			    .offered = true,
			    .about_space = { about, 2 * rows[i].characters } },
			{ .name = T("b"),
			    .space = T("n"),
			    .offered = true,
			    .about_space = { about, 2 * rows[i].characters } },
		};
		struct generation g = { .tools = tools, .n_tools = 2 };
		size_t shown = rows[i].cut ? 1024 : rows[i].characters;
		struct buf b;

		buf_init(&b, 65536);
		ck_assert_int_eq(rpc_tools_long_spaces(&g, &b), 0);
		ck_assert_uint_eq(b.len > 0, rows[i].cut);
		ck_assert_uint_eq(b.len,
		    rows[i].cut ? 2 * rows[i].characters +
			    strlen("What these namespaces of functions are, "
				   "in full:\n\nn:\n")
				: 0);
		buf_reset(&b);
		ck_assert_int_eq(rpc_tools_append(&g, &b), 0);
		ck_assert_ptr_nonnull(strstr(b.data, "\"description\":\""));
		ck_assert_uint_eq(strspn(strstr(b.data, "\"description\":\"") +
					  strlen("\"description\":\""),
				      "\xc3\xa9"),
		    2 * shown);
		buf_free(&b);
	}
}
END_TEST

/* What the model writes for it, kept to its form or not. */
START_TEST(the_input_of_a_freeform_tool)
{
	static const struct {
		const char *arguments, *input;
		size_t len;
	} rows[] = {
		{ "{\"input\":\"*** a\\n\\\"\"}", "*** a\n\"", 7 },
		{ "{\"input\":\"\"}", "", 0 },
		{ "{\"input\":\"a\\u0000b\"}", "a\0b", 3 },
		{ " {\"other\":1, \"input\":\"x\"}", "x", 1 },
		{ "*** Begin", "*** Begin", 9 },
		{ "{\"input\":1}", "{\"input\":1}", 11 },
		{ "\"x\"", "\"x\"", 3 },
		{ "", "", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = 99;
		char *input;

		ck_assert_int_eq(
		    rpc_tools_input(text_of(rows[i].arguments), &input, &len),
		    0);
		ck_assert_uint_eq(len, rows[i].len);
		ck_assert_int_eq(memcmp(input, rows[i].input, len + 1), 0);
		free(input);
	}
}
END_TEST

START_TEST(a_failure_leaves_what_was_there)
{
	struct generation *r = request(TOOLS);
	struct buf b;

	buf_init(&b, strlen(ITEMS) - 1);
	ck_assert_int_eq(rpc_tools_append(r, &b), -EMSGSIZE);
	ck_assert_uint_eq(b.len, 0);
	buf_free(&b);
	buf_init(&b, 65536);
	OOM_EACH(rpc_tools_append(r, &b), ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	generation_unref(r);
}
END_TEST

UNIT_MAIN("rpc_tools", tools_and_instructions, namespaces_are_passed_on,
    long_descriptions_of_namespaces_are_told,
    a_freeform_tool_is_a_function_of_one_text, the_input_of_a_freeform_tool,
    a_failure_leaves_what_was_there)
