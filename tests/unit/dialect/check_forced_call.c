#include "dialect/forced_call.h"

#include "unit/oom.h"
#include "unit/request.h"

#define A "'a':{'type':'string'}"
#define OF(name, schema) \
	"{'type':'function','function':{'name':'" name \
	"','parameters':" schema "}}"
#define CLOSED(properties, required) \
	"{'type':'object','properties':{" properties "},'required':[" required \
	"],'additionalProperties':false}"
#define OPEN "{'type':'object','properties':{" A "},'required':['a']}"
/* A value would have to be made up where there is none. */
#define OPTIONAL "{'type':'object','properties':{" A "}}"
#define NAMED(name) \
	",'tool_choice':{'type':'function','function':{'name':'" name "'}}"
#define REQUIRED ",'tool_choice':'required'"
#define FORMAT(schema) \
	",'response_format':{'type':'json_schema','json_schema':{" \
	"'name':'n','schema':" schema "}}"

static const struct {
	const char *more;
	const char *forced; /* its name, or NULL */
	const char *schema; /* afterwards, or NULL */
	const char *comment;
} cases[] = {
	{ ",'tools':[" OF("f", OPEN) "]" REQUIRED, "f", CLOSED(A, "'a'"),
	    "the only one" },
	{ ",'tools':[" OF("f", OPEN) "," OF("g", OPTIONAL) "]" NAMED("f"), "f",
	    CLOSED(A, "'a'"), "one of two, named" },
	{ ",'tools':[" OF("f", OPTIONAL) "," OF("g", OPEN) "]" NAMED("f"), NULL,
	    NULL, "named, but a value would have to be made up" },
	{ ",'tools':[" OF("f", OPEN) "," OF("g", OPEN) "]" REQUIRED, NULL, NULL,
	    "any of two" },
	{ ",'tools':[" OF("f", OPEN) "," OF(
	      "g", OPEN) "],'tool_choice':{"
			 "'type':'allowed_tools','allowed_tools':{'mode':'"
			 "required','tools':["
			 "{'type':'function','function':{'name':'g'}}]}}",
	    "g", CLOSED(A, "'a'"), "the only one that is allowed" },
	{ ",'tools':[{'type':'function','function':{'name':'f'}}]" REQUIRED,
	    "f", CLOSED("", ""), "without parameters" },
	{ ",'tools':[" OF("f", "{'type':'object'}") "]" REQUIRED, NULL, NULL,
	    "of any members" },
	{ ",'tools':[" OF("f", OPEN) "]", NULL, NULL, "nothing demanded" },
	{ ",'tools':[" OF("f", OPEN) "],'tool_choice':'none'", NULL, NULL,
	    "nor allowed" },
	{ REQUIRED, NULL, NULL, "there is none" },
	{ ",'tools':[{'type':'custom','custom':{'name':'f'}}]" REQUIRED, NULL,
	    NULL, "a freeform tool" },
	{ ",'functions':[{'name':'f','parameters':" OPEN "},{'name':'g'}],"
	  "'function_call':{'name':'f'}",
	    "f", CLOSED(A, "'a'"), "the old names" },
	{ ",'tools':[" OF("f", OPEN) "]" REQUIRED FORMAT(CLOSED("", "")), "f",
	    CLOSED(A, "'a'"), "in place of a format" },
	{ ",'tools':[" OF("f", OPEN) "]" FORMAT(CLOSED("", "")), NULL,
	    CLOSED("", ""), "a format stays where none is demanded" },
};

static struct generation *
request(const char *more)
{
	return unit_quoted_request("[{'role':'user','content':'x'}]", more);
}

static bool
has_schema(const struct generation *g, const char *quoted)
{
	char *text;
	json_t *wanted;
	bool same;

	if (quoted == NULL)
		return g->schema == NULL;
	text = unit_json(quoted);
	wanted = json_loads(text, 0, NULL);
	ck_assert_msg(wanted != NULL, "%s", text);
	same = json_equal(wanted, g->schema);
	json_decref(wanted);
	free(text);
	return same;
}

START_TEST(calls_that_can_be_forced_are)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation *g = request(cases[i].more);
		const char *forced = g->forced != NULL ? g->forced->name.s : "";

		ck_assert_msg(
		    strcmp(forced,
			cases[i].forced != NULL ? cases[i].forced : "") == 0,
		    "%s: %s", cases[i].comment, forced);
		ck_assert_msg(has_schema(g, cases[i].schema), "%s: schema",
		    cases[i].comment);
		ck_assert_msg(g->forced == NULL || g->format == FORMAT_TEXT,
		    "%s: format", cases[i].comment);
		generation_unref(g);
	}
}
END_TEST

static int
find(struct generation *g)
{
	g->forced = NULL;
	return forced_call_find(g);
}

START_TEST(without_memory)
{
	struct generation *g = request(cases[0].more);

	json_set_alloc_funcs(__wrap_malloc, free);
	OOM_EACH(find(g), ck_assert_ptr_null(g->forced));
	json_set_alloc_funcs(malloc, free);
	ck_assert_ptr_nonnull(g->forced);
	generation_unref(g);
}
END_TEST

UNIT_MAIN("forced_call", calls_that_can_be_forced_are, without_memory)
