#include "core/tool_names.h"

#include "unit/request.h"

#define TOOL(name) "{'type':'function','function':{'name':'" name "'}}"
#define A55 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffff"
#define A60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

static const struct {
	const char *name, *mapped, *comment;
} cases[] = {
	{ "read", "read", "an ordinary name stays" },
	{ "mcp__github__list", "fn__mcp__github__list", "refused by Codex" },
	{ "mcp__", "fn__mcp__", "the bare prefix" },
	{ "mcp", "fn__mcp", "refused, too" },
	{ "mcp_", "mcp_", "not refused" },
	{ "_mcp__a", "_mcp__a", "not at the beginning" },
	{ "MCP__a", "MCP__a", "case matters" },
	{ "exec_command", "fn__exec_command", "Codex's own" },
	{ "shell_command", "fn__shell_command", "Codex's own" },
	{ "apply_patch", "fn__apply_patch", "Codex's own" },
	{ "write_stdin", "fn__write_stdin", "Codex's own" },
	{ "view_image", "fn__view_image", "Codex's own" },
	{ "update_plan", "fn__update_plan", "Codex's own" },
	{ "exec_commands", "exec_commands", "longer than one of Codex's" },
	{ "shell", "shell", "Codex gives it to the caller" },
	{ "fn__x", "fn__fn__x", "what looks mapped is mapped again" },
	{ "fn__exec_command", "fn__fn__exec_command", "even so" },
	{ "fn_x", "fn_x", "not the prefix" },
	{ "mcp__" A55, "fn__mcp__" A55, "the longest without a hash" },
	{ "", "", "none" },
};

static struct chat_request *
with_tools(const char *tools)
{
	return unit_quoted_request("[{'role':'user','content':'x'}]", tools);
}

START_TEST(names_are_mapped_and_come_back)
{
	struct chat_request *r = with_tools("");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[TOOL_NAME_MAX];
		const char *mapped = tool_name_to_codex(cases[i].name, out);

		ck_assert_msg(strcmp(mapped, cases[i].mapped) == 0, "%s: %s",
		    cases[i].comment, mapped);
		ck_assert_msg((mapped == cases[i].name) == (mapped != out),
		    "%s", cases[i].comment);
		ck_assert_str_eq(
		    tool_name_from_codex(r, mapped), cases[i].name);
	}
	chat_request_unref(r);
}
END_TEST

START_TEST(the_callers_own_string_comes_back)
{
	struct chat_request *r = with_tools(
	    ",'tools':[" TOOL("exec_command") "," TOOL("read") "]");

	ck_assert_ptr_eq(
	    tool_name_from_codex(r, "fn__exec_command"), r->tools[0].name.s);
	ck_assert_str_eq(tool_name_from_codex(r, "read"), "read");
	ck_assert_str_eq(
	    tool_name_from_codex(r, "fn__nonesuch"), "fn__nonesuch");
	chat_request_unref(r);
}
END_TEST

/* 64 characters are the most that a name may have; in a history, any. */
START_TEST(long_names_stay_within_bounds)
{
	static const char *const names[] = { "mcp__" A60 "x", "mcp__" A60 "y",
		"mcp__" A60, "mcp__" A60 A60 A60 A60,
		"mcp__aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefff" };
	char out[ARRAY_SIZE(names)][TOOL_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_ptr_eq(tool_name_to_codex(names[i], out[i]), out[i]);
		ck_assert_uint_le(strlen(out[i]), 64);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(out[i], out[k]);
	}
}
END_TEST

START_TEST(a_long_name_comes_back)
{
	static const char name[] =
	    "mcp__aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff";
	char out[TOOL_NAME_MAX], tools[200];
	struct chat_request *r;

	ck_assert_uint_eq(strlen(name), 64);
	snprintf(tools, sizeof(tools),
	    ",'tools':[" TOOL("x") "," TOOL("%s") "]", name);
	r = with_tools(tools);
	ck_assert_str_eq(tool_name_to_codex(name, out),
	    "fn__mcp__aaaaaaaaaabbbbbbbbbbccccccccccdddddddd_"
	    "ba17b33ad89eb227");
	ck_assert_str_eq(tool_name_from_codex(r, out), name);
	chat_request_unref(r);
}
END_TEST

UNIT_MAIN("tool_names", names_are_mapped_and_come_back,
    the_callers_own_string_comes_back, long_names_stay_within_bounds,
    a_long_name_comes_back)
