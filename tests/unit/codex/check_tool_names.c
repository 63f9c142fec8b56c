#include "codex/tool_names.h"

#include "base/utf8.h"
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
};

static struct generation *
with_tools(const char *tools)
{
	return unit_quoted_request("[{'role':'user','content':'x'}]", tools);
}

/* The tool of this name is the one that Codex calls so. */
static void
expect_back(const char *mapped, const char *name)
{
	struct tool tool = { .name = text_of(name) };
	struct generation g = { .tools = &tool, .n_tools = 1 };

	ck_assert_ptr_eq(
	    tool_from_codex(&g, text_of(""), text_of(mapped)), &tool);
}

START_TEST(names_are_mapped_and_come_back)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[TOOL_NAME_MAX];
		const char *mapped = tool_name_to_codex(
		    text_of(cases[i].name), out);

		ck_assert_msg(strcmp(mapped, cases[i].mapped) == 0, "%s: %s",
		    cases[i].comment, mapped);
		ck_assert_msg((mapped == cases[i].name) == (mapped != out),
		    "%s", cases[i].comment);
		expect_back(mapped, cases[i].name);
	}
}
END_TEST

#define HEX "0123456789abcdef"

/* As histories that began elsewhere have them. */
START_TEST(names_of_another_form_are_made_fit)
{
	static const struct {
		struct text name;
		const char *begin;
	} rows[] = {
		{ { "literature.search", 17 }, "fn__literature_search_" },
		{ { "literature/search", 17 }, "fn__literature_search_" },
		{ { "a b", 3 }, "fn__a_b_" },
		{ { "a\0b", 3 }, "fn__a_b_" },
		{ { "", 0 }, "fn___" },
		{ { "\xc3\xa9t\xc3\xa9", 5 }, "fn____t___" },
		{ { A60 "aaaaa", 65 },
		    "fn__aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeee_" },
		{ { A60 A60 A60 ".", 181 },
		    "fn__aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeee_" },
	};
	char out[ARRAY_SIZE(rows)][TOOL_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *mapped = tool_name_to_codex(rows[i].name, out[i]);
		size_t n = strlen(rows[i].begin);

		ck_assert_ptr_eq(mapped, out[i]);
		ck_assert_msg(
		    strncmp(mapped, rows[i].begin, n) == 0, "%s", mapped);
		ck_assert_uint_eq(strlen(mapped), n + 16);
		ck_assert_uint_eq(strspn(mapped + n, HEX), 16);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(out[i], out[k]);
	}
}
END_TEST

START_TEST(long_ids_of_calls_are_cut)
{
	static const char *const ids[] = { "toolu_" A60, "toolu_" A60 "x",
		"toolu_" A60 A60,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\xc3\xa9" A55 };
	char out[ARRAY_SIZE(ids)][TOOL_CALL_ID_MAX], whole[TOOL_CALL_ID_MAX];
	struct text id = text_of("call " A55), mapped;

	ck_assert_ptr_eq(call_id_to_codex(id, whole).s, id.s);
	ck_assert_uint_eq(call_id_to_codex(id, whole).len, id.len);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		mapped = call_id_to_codex(text_of(ids[i]), out[i]);
		ck_assert_uint_eq(mapped.len, strlen(out[i]));
		ck_assert_uint_le(mapped.len, 64);
		ck_assert_uint_eq(
		    utf8_valid_prefix(mapped.s, mapped.len), mapped.len);
		ck_assert_int_eq(memcmp(mapped.s, ids[i], 46), 0);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(out[i], out[k]);
	}
}
END_TEST

START_TEST(the_callers_own_tool_comes_back)
{
	struct generation *r = with_tools(
	    ",'tools':[" TOOL("exec_command") "," TOOL("read") "]");
	static const struct {
		const char *name;
		int at; /* -1: none */
	} rows[] = { { "fn__exec_command", 0 }, { "read", 1 },
		{ "exec_command", -1 }, { "fn__nonesuch", -1 },
		{ "fn__read", -1 }, { "rea", -1 }, { "", -1 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_ptr_eq(
		    tool_from_codex(r, text_of(""), text_of(rows[i].name)),
		    rows[i].at < 0 ? NULL : &r->tools[rows[i].at]);
	generation_unref(r);
}
END_TEST

#define IN(space_, name_) \
	{ \
		.space = { space_, sizeof(space_) - 1 }, .name = { \
			name_, \
			sizeof(name_) - 1 \
		} \
	}

/* What Codex refuses, and what only looks like it. */
START_TEST(namespaces_are_mapped_and_tell_tools_apart)
{
	static struct tool tools[] = { IN("", "look"), IN("crm", "look"),
		IN("mcp__crm", "look"), IN("functions", "look"),
		IN("a.b", "exec_command"), IN("terminals", "x"),
		IN("fn__web", "x"), IN("exec_command", "x"), IN("mcp", "x"),
		IN("terminal", "x") };
	static const char *const spaces[] = { "", "crm", "fn__mcp__crm",
		"fn__functions", "fn__a_b_e61d99190466522c", "terminals",
		"fn__fn__web", "exec_command", "fn__mcp", "fn__terminal" };
	static const char *const full[] = { "look", "crm.look",
		"fn__mcp__crm.look", "fn__functions.look",
		"fn__a_b_e61d99190466522c.fn__exec_command", "terminals.x",
		"fn__fn__web.x", "exec_command.x", "fn__mcp.x",
		"fn__terminal.x" };
	struct generation g = { .tools = tools, .n_tools = ARRAY_SIZE(tools) };
	char name[TOOL_FULL_NAME_MAX], mapped[TOOL_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		ck_assert_str_eq(tool_full_name(&tools[i], name), full[i]);
		if (i > 0)
			ck_assert_str_eq(
			    tool_space_to_codex(tools[i].space, mapped),
			    spaces[i]);
		ck_assert_ptr_eq(
		    tool_from_codex(&g, text_of(spaces[i]),
			text_of(tool_name_to_codex(tools[i].name, mapped))),
		    &tools[i]);
	}
	/* As newer models may call those without one. */
	ck_assert_ptr_eq(
	    tool_from_codex(&g, text_of("functions"), text_of("look")),
	    &tools[0]);
	ck_assert_ptr_null(
	    tool_from_codex(&g, text_of("other"), text_of("look")));
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
		ck_assert_ptr_eq(
		    tool_name_to_codex(text_of(names[i]), out[i]), out[i]);
		ck_assert_uint_le(strlen(out[i]), 64);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(out[i], out[k]);
	}
}
END_TEST

/* Of two names, one looks like what the other is mapped to. */
START_TEST(no_name_is_taken_for_a_hashed_one)
{
	static const char name[] = "mcp__" A55 "x";
	char hashed[TOOL_NAME_MAX], out[TOOL_NAME_MAX], tools[300];
	const char *lookalike, *no_hash = "mcp__" A55;
	struct generation *r;

	lookalike = tool_name_to_codex(text_of(name), hashed) + strlen("fn__");
	ck_assert_uint_eq(strlen(hashed), 64);
	ck_assert_uint_eq(strlen(lookalike), 60);
	ck_assert_str_ne(tool_name_to_codex(text_of(lookalike), out), hashed);
	ck_assert_uint_eq(strlen(out), 64);
	snprintf(tools, sizeof(tools),
	    ",'tools':[" TOOL("%s") "," TOOL("%s") "]", lookalike, name);
	r = with_tools(tools);
	ck_assert_ptr_eq(
	    tool_from_codex(r, text_of(""), text_of(hashed)), &r->tools[1]);
	ck_assert_ptr_eq(
	    tool_from_codex(r, text_of(""), text_of(out)), &r->tools[0]);
	generation_unref(r);
	/* As long, and none. */
	ck_assert_str_eq(
	    tool_name_to_codex(text_of(no_hash), out), "fn__mcp__" A55);
}
END_TEST

START_TEST(a_long_name_comes_back)
{
	static const char name[] =
	    "mcp__aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff";
	char out[TOOL_NAME_MAX], tools[200];
	struct generation *r;

	ck_assert_uint_eq(strlen(name), 64);
	snprintf(tools, sizeof(tools),
	    ",'tools':[" TOOL("x") "," TOOL("%s") "]", name);
	r = with_tools(tools);
	ck_assert_str_eq(tool_name_to_codex(text_of(name), out),
	    "fn__mcp__aaaaaaaaaabbbbbbbbbbccccccccccdddddddd_"
	    "ba17b33ad89eb227");
	ck_assert_ptr_eq(
	    tool_from_codex(r, text_of(""), text_of(out)), &r->tools[1]);
	generation_unref(r);
}
END_TEST

UNIT_MAIN("tool_names", names_are_mapped_and_come_back,
    names_of_another_form_are_made_fit, long_ids_of_calls_are_cut,
    the_callers_own_tool_comes_back, namespaces_are_mapped_and_tell_tools_apart,
    long_names_stay_within_bounds, no_name_is_taken_for_a_hashed_one,
    a_long_name_comes_back)
