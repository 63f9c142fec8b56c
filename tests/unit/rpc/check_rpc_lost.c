#include "rpc/rpc_lost.h"

#include "unit/oom.h"
#include "unit/request.h"

#define P(schema) "{'type':'object','properties':{'a':" schema "}}"
#define TOLD(lines) "\n\nOf the parameters:\n" lines

static const struct {
	const char *schema, *told;
} cases[] = {
	{ P("{'type':'string','description':'d','enum':['x'],'const':'x'}"),
	    "" },
	{ P("{'type':'array','items':{'type':'string'},'minItems':1}"), "" },
	{ "{'$schema':'s','$id':'i','title':'T','type':'object',"
	  "'additionalProperties':false,'required':[],'$comment':'c',"
	  "'x-y':1}",
	    "" },
	{ P("{'type':'integer','minimum':0,'exclusiveMaximum':9.5}"),
	    TOLD("- a: minimum 0, exclusiveMaximum 9.5") },
	{ P("{'type':'string','pattern':'^a\\\"$','default':'x'}"),
	    TOLD("- a: pattern \"^a\\\"$\", default \"x\"") },
	{ P("{'type':'array','uniqueItems':true,'items':{'minLength':2}}"),
	    TOLD("- a: uniqueItems true\n- a[]: minLength 2") },
	{ P("{'uniqueItems':false,'default':null,'not':false,'allOf':[],"
	    "'examples':[],'patternProperties':{},'nullable':false,"
	    "'unevaluatedProperties':true}"),
	    "" },
	{ P("{'default':false}"), TOLD("- a: default false") },
	{ P("{'default':[]}"), TOLD("- a: default []") },
	{ P("{'type':'object','unevaluatedProperties':false}"),
	    TOLD("- a: unevaluatedProperties false") },
	{ P("{'type':'object','additionalProperties':{'maximum':3}}"),
	    TOLD("- a.*: maximum 3") },
	{ P("{'anyOf':[{'type':'null'},{'items':{'format':'uri'}}]}"),
	    TOLD("- a.anyOf[1][]: format \"uri\"") },
	{ P("{'type':'object','properties':{'b':{'maxLength':1},'c':{"
	    "'maxLength':2}}}"),
	    TOLD("- a.b: maxLength 1\n- a.c: maxLength 2") },
	{ P("{'if':{'minimum':1},'then':{'minimum':2}}"),
	    TOLD("- a: if {\"minimum\":1}, then {\"minimum\":2}") },
	{ "{'minProperties':1}", TOLD("- all: minProperties 1") },
	{ "{'properties':{'minimum':{'type':'string'},'default':{}}}", "" },
	{ "{'properties':{'a':{'$ref':'#/$defs/x'}},'$defs':{'x':{'minimum':"
	  "1}}}",
	    TOLD("- $defs.x: minimum 1") },
	{ P("true"), TOLD("- a: any value") },
	{ P("{'type':'integer','maximum':18446744073709551615}"),
	    TOLD("- a: maximum 1.8446744073709552e19") },
	{ "{'a':", "" },
	{ "5", "" },
};

START_TEST(what_is_lost_is_told)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *schema = unit_json(cases[i].schema);

		buf_reset(&b);
		ck_assert_int_eq(rpc_lost_append(text_of(schema), &b), 0);
		ck_assert_msg(
		    strcmp(b.len > 0 ? b.data : "", cases[i].told) == 0,
		    "%s: %s", schema, b.data);
		free(schema);
	}
	buf_free(&b);
}
END_TEST

/* A long name makes a place no longer than its bound. */
START_TEST(places_are_cut)
{
	struct buf schema, out;

	buf_init(&schema, 65536);
	buf_init(&out, 65536);
	ck_assert_int_eq(buf_puts(&schema, "{\"properties\":{\""), 0);
	for (int i = 0; i < 4000; i++)
		ck_assert_int_eq(buf_putc(&schema, 'n'), 0);
	ck_assert_int_eq(
	    buf_puts(&schema, "\":{\"items\":{\"minimum\":1}}}}"), 0);
	ck_assert_int_eq(
	    rpc_lost_append((struct text){ schema.data, schema.len }, &out), 0);
	ck_assert_uint_lt(out.len, 400);
	ck_assert_ptr_nonnull(strstr(out.data, "nn: minimum 1"));
	buf_free(&schema);
	buf_free(&out);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
	char *schema = unit_json(P("{'minimum':1}"));
	struct buf b;

	buf_init(&b, 65536);
	OOM_EACH(rpc_lost_append(text_of(schema), &b), buf_reset(&b));
	buf_free(&b);
	free(schema);
}
END_TEST

UNIT_MAIN(
    "rpc_lost", what_is_lost_is_told, places_are_cut, out_of_memory_is_told)
