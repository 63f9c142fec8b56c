/*
 * messages_read: tools, thinking and all that is not the conversation.
 */
#include "unit/unit.h"

#include <errno.h>

#include "unit/messages_asked.h"
#include "unit/oom.h"

#define SCHEMA "'input_schema':{'type':'object','properties':{}}"
#define TOOL(name) "{'name':'" name "'," SCHEMA "}"
#define DEFERRED(name) "{'name':'" name "','defer_loading':true," SCHEMA "}"
#define SERVER(type, name) "{'type':'" type "','name':'" name "'}"
#define HI "'messages':[{'role':'user','content':'hi'}]"
#define LOADED(name) \
	"'messages':[{'role':'assistant','content':[{'type':'tool_use'," \
	"'id':'c','name':'s','input':{}}]},{'role':'user','content':[" \
	"{'type':'tool_result','tool_use_id':'c','content':[{'type':" \
	"'tool_reference','tool_name':'" name "'}]}]}]"
#define LONG \
	"mcp__server_of_a_name_that_is_long__" \
	"and_a_tool_whose_name_is_longer_than_codex_takes_names"

/* "f g(h) left out choice parallel search forced", as far as there is any */
static void
put_tools(
    const struct generation *g, const struct messages_form *form, struct buf *b)
{
	static const char *const choices[] = { "", " auto", " none",
		" required", " named " };
	static const char *const parallel[] = { "", " single", " many" };
	int rc = buf_puts(b, "");

	for (size_t i = 0; rc == 0 && i < g->n_tools; i++)
		rc = buf_printf(b, g->tools[i].offered ? "%s " : "(%s) ",
		    g->tools[i].name.s);
	if (rc == 0 && form->form.left_out != NULL)
		rc = buf_printf(b, "without %s", form->form.left_out);
	if (rc == 0)
		rc = buf_printf(b, "%s%s%s%s%s", choices[g->choice],
		    g->chosen.len > 0 ? g->chosen.s : "", parallel[g->parallel],
		    g->search               ? " search"
			: g->search_offered ? " offered"
					    : "",
		    g->forced != NULL ? " forced" : "");
	ck_assert_int_eq(rc, 0);
}

static const struct {
	const char *members, *tools;
} tools[] = {
	{ HI, "" },
	{ "'tools':[]," HI, "" },
	{ "'tools':[" TOOL("f") "," TOOL("g") "]," HI, "f g " },
	{ "'tools':[{'type':'custom','name':'f','description':'d','strict':"
	  "true,"
	  "'eager_input_streaming':true,'input_examples':[{}],'allowed_callers'"
	  ":"
	  "['direct'],'cache_control':{}," SCHEMA "}]," HI,
	    "f " },
	{ "'tools':[" TOOL(LONG) "]," HI, LONG " " },
	/* with its schema written out it is one like any other */
	{ "'tools':[{'type':'bash_20250124','name':'bash'," SCHEMA "}]," HI,
	    "bash " },
	/* deferred */
	{ "'tools':[" TOOL("s") "," DEFERRED("f") "," DEFERRED("g") "]," HI,
	    "s (f) (g) " },
	{ "'tools':[" TOOL("s") "," DEFERRED("f") "," DEFERRED("g") "]," LOADED(
	      "g"),
	    "s (f) g " },
	{ "'tools':[" DEFERRED("DeferredToolPlaceholder") "," TOOL(
	      "f") "]," LOADED("DeferredToolPlaceholder"),
	    "(DeferredToolPlaceholder) f " },
	{ "'tools':[" TOOL("DeferredToolPlaceholder") "," TOOL("f") "]," HI,
	    "(DeferredToolPlaceholder) f " },
	/* what would find them does not run here */
	{ "'tools':[" SERVER(
	      "tool_search_tool_regex_20251119", "s") "," DEFERRED("f") "]," HI,
	    "f without tool_search_tool_regex_20251119" },
	/* the provider's own */
	{ "'tools':[" TOOL("f") "," SERVER("web_search_20250305",
	      "web_search") "," SERVER("code_execution_20250825", "c") "]," HI,
	    "f without code_execution_20250825 offered" },
	{ "'tools':[{'type':'web_search_20250305','name':'web_search',"
	  "'max_uses':8}]," HI,
	    " search" },
	{ "'tools':[" SERVER("web_search_20250305",
	      "web_search") "],"
			    "'tool_choice':{'type':'tool','name':'web_search'}"
			    "," HI,
	    " search" },
	{ "'tools':[" SERVER("web_search_20250305",
	      "web_search") "],"
			    "'tool_choice':{'type':'any'}," HI,
	    " search" },
	{ "'tools':[" TOOL("f") "," SERVER("web_search_20250305",
	      "web_search") "],'tool_choice':{'type':'none'}," HI,
	    "f  none" },
	{ "'tools':[" TOOL("f") "," TOOL("g") "," SERVER("web_search_20250305",
	      "web_search") "],'tool_choice':{'type':'tool','name':'g'}," HI,
	    "f g  named g forced" },
	/* which to call */
	{ "'tools':[" TOOL("f") "],'tool_choice':{'type':'auto'}," HI,
	    "f  auto" },
	{ "'tools':[" TOOL("f") "],'tool_choice':{'type':'none'}," HI,
	    "f  none" },
	{ "'tools':[" TOOL("f") "," TOOL(
	      "g") "],'tool_choice':{'type':'any'}," HI,
	    "f g  required" },
	{ "'tools':[" TOOL("f") "," TOOL(
	      "g") "],'tool_choice':{'type':'any',"
		   "'disable_parallel_tool_use':true}," HI,
	    "f g  required single" },
	{ "'tools':[" TOOL("f") "],'tool_choice':{'type':'auto',"
				"'disable_parallel_tool_use':false}," HI,
	    "f  auto" },
	{ "'tools':[" TOOL("json") "],'tool_choice':{'type':'any',"
				   "'disable_parallel_tool_use':true}," HI,
	    "json  required single forced" },
	{ "'tools':[" TOOL("f") "," TOOL(
	      "extract") "],'tool_choice':{'type':"
			 "'tool','name':'extract'}," HI,
	    "f extract  named extract forced" },
	{ "'tools':[" TOOL("f") "," DEFERRED("g") "],'tool_choice':{'type':"
						  "'tool','name':'g'}," HI,
	    "f g  named g forced" },
	{ "'tool_choice':{'type':'auto'}," HI, " auto" },
	{ "'tool_choice':null," HI, "" },
};

START_TEST(which_tools_are_shown)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		struct messages_form form;
		struct generation *g = asked_must_read(tools[i].members, &form);
		struct buf b;

		buf_init(&b, 4096);
		put_tools(g, &form, &b);
		ck_assert_str_eq(b.data, tools[i].tools);
		buf_free(&b);
		generation_unref(g);
	}
}
END_TEST

static const struct {
	const char *members;
	const char *effort; /* NULL: not said */
	const char *key; /* what it is called in an error */
	bool thinking, omitted;
	enum summary summary;
} efforts[] = {
	{ HI, NULL, NULL, false, false, SUMMARY_NONE },
	{ "'thinking':{'type':'enabled','budget_tokens':1024}," HI, "low",
	    "thinking.budget_tokens", true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'enabled','budget_tokens':1025}," HI, "medium",
	    "thinking.budget_tokens", true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'enabled','budget_tokens':8192}," HI, "medium",
	    "thinking.budget_tokens", true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'enabled','budget_tokens':24576}," HI, "high",
	    "thinking.budget_tokens", true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'enabled','budget_tokens':31999},"
	  "'output_config':{'effort':'low'}," HI,
	    "xhigh", "thinking.budget_tokens", true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'adaptive','display':'omitted'},"
	  "'output_config':{'effort':'max'}," HI,
	    "max", "output_config.effort", true, true, SUMMARY_NONE },
	{ "'thinking':{'type':'adaptive','display':'summarized'}," HI, NULL,
	    NULL, true, false, SUMMARY_AUTO },
	{ "'thinking':{'type':'disabled'},'output_config':{'effort':'high'}"
	  "," HI,
	    "none", "thinking.type", false, false, SUMMARY_NONE },
	{ "'thinking':{'type':'between_tools'}," HI, "none", "thinking.type",
	    false, false, SUMMARY_NONE },
	{ "'output_config':{'effort':'high'}," HI, "high",
	    "output_config.effort", false, false, SUMMARY_NONE },
};

START_TEST(how_hard_it_thinks)
{
	for (size_t i = 0; i < ARRAY_SIZE(efforts); i++) {
		struct messages_form form;
		struct generation *g = asked_must_read(
		    efforts[i].members, &form);
		struct error e = ERROR_INIT;
		char param[DIALECT_PARAM_MAX];

		if (efforts[i].effort == NULL) {
			ck_assert_ptr_null(g->effort);
		} else {
			ck_assert_str_eq(g->effort, efforts[i].effort);
			e.field = FIELD_EFFORT;
			ck_assert(messages_param(g, &form.form, &e, param));
			ck_assert_str_eq(param, efforts[i].key);
		}
		ck_assert_int_eq(form.thinking, efforts[i].thinking);
		ck_assert_int_eq(g->sealed, efforts[i].thinking);
		ck_assert_int_eq(form.omitted, efforts[i].omitted);
		ck_assert_int_eq(g->summary, efforts[i].summary);
		generation_unref(g);
	}
}
END_TEST

#define FORMAT(name, inner) \
	name ":{'type':'json_schema','schema':{'type':'object','properties':" \
	     "{" inner "}}}"

START_TEST(schemas)
{
	static const struct {
		const char *members;
		enum answer_format format;
	} rows[] = {
		{ "'output_config':{" FORMAT("'format'", "") "}," HI,
		    FORMAT_SCHEMA },
		{ FORMAT("'output_format'", "") "," HI, FORMAT_SCHEMA },
		{ "'output_config':{'format':null},'output_format':null," HI,
		    FORMAT_TEXT },
		/* one that Codex cannot hold the model to */
		{ "'output_config':{'format':{'type':'json_schema','schema':"
		  "{'type':'array','items':{}}}}," HI,
		    FORMAT_TOLD },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct messages_form form;
		struct generation *g = asked_must_read(rows[i].members, &form);

		ck_assert_int_eq(g->format, rows[i].format);
		generation_unref(g);
	}
}
END_TEST

START_TEST(the_rest)
{
	struct messages_form form;
	struct generation *g = asked_must_read(
	    "'stream':true,'speed':'fast','stop_sequences':['a','b']," HI,
	    &form);

	ck_assert_str_eq(g->model, "m");
	ck_assert_str_eq(g->stand_in, "claude-");
	ck_assert(g->live);
	ck_assert(form.form.stream);
	ck_assert_str_eq(g->tier, "priority");
	ck_assert_uint_eq(g->n_stop, 2);
	ck_assert(text_is(g->stop[1], "b"));
	generation_unref(g);
	g = asked_must_read("'speed':'standard'," HI, &form);
	ck_assert(!form.form.stream);
	ck_assert_ptr_null(g->tier);
	generation_unref(g);
}
END_TEST

static const struct {
	const char *members;
	enum error_kind kind;
	const char *param, *words;
} bad[] = {
	{ "'tools':1," HI, ERROR_INVALID_TYPE, "tools", "an array" },
	{ "'tools':[1]," HI, ERROR_INVALID_TYPE, "tools.0", "an object" },
	{ "'tools':[{" SCHEMA "}]," HI, ERROR_MISSING_PARAMETER, "tools.0.name",
	    "missing" },
	{ "'tools':[" TOOL("a b") "]," HI, ERROR_INVALID_VALUE, "tools.0.name",
	    "1 to 128" },
	{ "'tools':[" TOOL("f") "," TOOL("f") "]," HI, ERROR_INVALID_VALUE,
	    "tools.1.name", "two tools of the name 'f'" },
	{ "'tools':[{'name':'f'}]," HI, ERROR_MISSING_PARAMETER,
	    "tools.0.input_schema", "missing" },
	{ "'tools':[{'name':'f','input_schema':{'required':true}}]," HI,
	    ERROR_INVALID_VALUE, "tools.0.input_schema.required", "cannot be" },
	{ "'tools':[" SERVER("bash_20250124", "bash") "]," HI,
	    ERROR_UNSUPPORTED_PARAMETER, "tools.0.type", "input_schema" },
	{ "'tools':[" SERVER("text_editor_20250728", "e") "]," HI,
	    ERROR_UNSUPPORTED_PARAMETER, "tools.0.type", "input_schema" },
	{ "'tools':[" SERVER("code_execution_1\\r\\nx: y", "c") "]," HI,
	    ERROR_UNSUPPORTED_PARAMETER, "tools.0.type", "input_schema" },
	{ "'tools':[" SERVER("memory_20250818", "memory") "]," HI,
	    ERROR_UNSUPPORTED_PARAMETER, "tools.0.type", "input_schema" },
	{ "'tools':[" SERVER("web_fetch_20250910", "w") "," SERVER(
	      "web_search_20250305", "web_search") "]," HI,
	    ERROR_UNSUPPORTED_PARAMETER, "tools",
	    "does not have web_fetch_20250910" },
	{ "'tools':[" TOOL("f") "," SERVER("web_search_20250305",
	      "web_search") "],'tool_choice':{'type':'tool','name':"
			    "'web_search'}," HI,
	    ERROR_INVALID_VALUE, "tool_choice.name", "not one of the tools" },
	{ "'tool_choice':'any'," HI, ERROR_INVALID_TYPE, "tool_choice",
	    "an object" },
	{ "'tool_choice':{}," HI, ERROR_MISSING_PARAMETER, "tool_choice.type",
	    "missing" },
	{ "'tool_choice':{'type':'required'}," HI, ERROR_INVALID_VALUE,
	    "tool_choice.type", "auto, any, tool or none" },
	{ "'tool_choice':{'type':'any'}," HI, ERROR_INVALID_VALUE,
	    "tool_choice", "no tool that could be called" },
	{ "'tools':[" TOOL("f") "],'tool_choice':{'type':'tool'}," HI,
	    ERROR_MISSING_PARAMETER, "tool_choice.name", "missing" },
	{ "'thinking':{}," HI, ERROR_MISSING_PARAMETER, "thinking.type",
	    "missing" },
	{ "'thinking':{'type':'deep'}," HI, ERROR_INVALID_VALUE,
	    "thinking.type", "enabled, adaptive" },
	{ "'thinking':{'type':'enabled'}," HI, ERROR_MISSING_PARAMETER,
	    "thinking.budget_tokens", "missing" },
	{ "'thinking':{'type':'enabled','budget_tokens':-1}," HI,
	    ERROR_INVALID_VALUE, "thinking.budget_tokens", "tokens" },
	{ "'thinking':{'type':'adaptive','display':'all'}," HI,
	    ERROR_INVALID_VALUE, "thinking.display", "summarized" },
	{ "'output_config':{'effort':1}," HI, ERROR_INVALID_TYPE,
	    "output_config.effort", "a string" },
	{ "'output_config':{'format':{'type':'json'}}," HI, ERROR_INVALID_VALUE,
	    "output_config.format.type", "json_schema" },
	{ "'output_config':{'format':{'type':'json_schema'}}," HI,
	    ERROR_MISSING_PARAMETER, "output_config.format.schema", "missing" },
	{ "'stop_sequences':'a'," HI, ERROR_INVALID_TYPE, "stop_sequences",
	    "an array" },
	{ "'stop_sequences':['a',1]," HI, ERROR_INVALID_TYPE,
	    "stop_sequences.1", "a string" },
	{ "'stop_sequences':['a','b','c','d','e']," HI, ERROR_INVALID_VALUE,
	    "stop_sequences", "up to 4" },
	{ "'stream':1," HI, ERROR_INVALID_TYPE, "stream", "a boolean" },
	{ "'speed':'slow'," HI, ERROR_INVALID_VALUE, "speed", "fast" },
	{ "'mcp_servers':[{}]," HI, ERROR_UNSUPPORTED_PARAMETER, "mcp_servers",
	    "no MCP servers" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct messages_form form;
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_msg(
		    asked_read(bad[i].members, &g, &form, &e) == -EINVAL, "%s",
		    bad[i].members);
		ck_assert_msg(
		    e.kind == bad[i].kind, "%s: %s", bad[i].members, e.message);
		ck_assert_str_eq(e.param, bad[i].param);
		ck_assert_msg(
		    strstr(e.message, bad[i].words) != NULL, "%s", e.message);
		error_free(&e);
	}
}
END_TEST

/* Of model and max_tokens alone, which all others have. */
START_TEST(what_is_required)
{
	static const struct {
		const char *body;
		bool counting;
		const char *param; /* NULL: it is taken */
	} rows[] = {
		{ "{'model':'m'," HI "}", false, "max_tokens" },
		{ "{'model':'m'," HI "}", true, NULL },
		{ "{'model':'m','max_tokens':null," HI "}", false,
		    "max_tokens" },
		{ "{'model':'m','max_tokens':0," HI "}", false, "max_tokens" },
		{ "{'model':'m','max_tokens':'9'," HI "}", false,
		    "max_tokens" },
		{ "{'model':'m','max_tokens':'9'," HI "}", true, "max_tokens" },
		{ "{'max_tokens':9," HI "}", false, "model" },
		{ "{'model':'','max_tokens':9," HI "}", false, "model" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct messages_form form;
		struct error e = ERROR_INIT;
		struct generation *g = NULL;
		char *body = unit_json(rows[i].body);
		int rc = messages_read(
		    body, strlen(body), rows[i].counting, &g, &form, &e);

		ck_assert_int_eq(rc, rows[i].param == NULL ? 0 : -EINVAL);
		if (rows[i].param != NULL)
			ck_assert_str_eq(e.param, rows[i].param);
		error_free(&e);
		generation_unref(g);
		free(body);
	}
}
END_TEST

static int
read_once(const char *body)
{
	struct messages_form form;
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = messages_read(body, strlen(body), false, &g, &form, &e);

	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	char *body = asked_body("'stop_sequences':['a'],'tools':[" TOOL(
	    "f") "," SERVER("web_search_20250305",
	    "w") "],'tool_choice':"
		 "{'type':'tool','name':'f'},'thinking':{'type':'adaptive'},"
		 "'output_config':{'effort':'low'}," HI);

	OOM_EACH(read_once(body), (void)0);
	free(body);
}
END_TEST

UNIT_MAIN("messages_fields", which_tools_are_shown, how_hard_it_thinks, schemas,
    the_rest, faults_are_named, what_is_required, out_of_memory_is_told)
