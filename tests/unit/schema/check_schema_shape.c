#include "schema/schema_shape.h"

#include <errno.h>

#include "unit/oom.h"
#include "unit/request.h"

#define P(schema) "{'type':'object','properties':{'a':" schema "}}"

/* As codex-cli 0.171.0 was seen to take or refuse them. */
static const struct {
	const char *schema;
	const char *path; /* NULL: it is taken */
} cases[] = {
	{ P("{'type':'string'}"), NULL },
	{ "{}", NULL },
	{ P("true"), NULL },
	{ P("{'type':'array','items':true}"), NULL },
	{ P("{'type':5}"), NULL },
	{ P("{'type':'text'}"), NULL },
	{ P("{'title':5,'minimum':'x','pattern':5,'not':5,'default':{}}"),
	    NULL },
	{ P("{'description':null,'enum':null,'required':null,'items':null,"
	    "'anyOf':null,'properties':null,'additionalProperties':null}"),
	    NULL },
	{ P("{'anyOf':[true,{}]}"), NULL },
	{ P("{'$ref':'#/nope'}"), NULL },
	{ "{'$defs':5}", NULL },
	{ "{'$defs':{'x':5}}", NULL },
	{ "{'definitions':{'x':{'items':[]}}}", NULL },
	{ P("{'prefixItems':5,'patternProperties':5}"), NULL },
	{ "{'properties':{'items':{'type':'string'},'required':{}}}", NULL },
	{ "{'$ref':'#'}", NULL },
	{ "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/a'}}}", NULL },

	{ P("{'type':'array','items':[{'type':'string'}]}"),
	    ".properties.a.items" },
	{ P("{'type':'array','items':5}"), ".properties.a.items" },
	{ P("{'required':true}"), ".properties.a.required" },
	{ "{'required':'a'}", ".required" },
	{ "{'required':['a',5]}", ".required" },
	{ P("{'description':5}"), ".properties.a.description" },
	{ "{'description':{}}", ".description" },
	{ "{'properties':[]}", ".properties" },
	{ "{'properties':{'a':null}}", ".properties.a" },
	{ "{'properties':{'a':'string'}}", ".properties.a" },
	{ P("{'enum':{}}"), ".properties.a.enum" },
	{ P("{'additionalProperties':'x'}"),
	    ".properties.a.additionalProperties" },
	{ P("{'additionalProperties':{'items':[]}}"),
	    ".properties.a.additionalProperties.items" },
	{ P("{'anyOf':{}}"), ".properties.a.anyOf" },
	{ P("{'oneOf':[{},5]}"), ".properties.a.oneOf.1" },
	{ P("{'allOf':[{'description':5}]}"),
	    ".properties.a.allOf.0.description" },
	{ P("{'$ref':5}"), ".properties.a.$ref" },
	{ "{'type':'null'}", ".type" },
	{ "{'properties':{'a':{'$ref':'#/$defs/x'}},'$defs':{'x':{'$ref':"
	  "'#/definitions/y'}},'definitions':{'y':{'items':[]}}}",
	    ".definitions.y.items" },
	{ "{'properties':{'a':{'$ref':'#/$defs/x'}},'$defs':{'x':5}}",
	    ".$defs.x" },
};

static json_t *
load(const char *text)
{
	char *json = unit_json(text);
	json_t *value = json_loads(json, 0, NULL);

	ck_assert_msg(value != NULL, "%s", json);
	free(json);
	return value;
}

START_TEST(shapes_are_told_apart)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strict_fault fault = { .path = "", .why = NULL };
		json_t *schema = load(cases[i].schema);
		int rc = schema_shape_check(schema, &fault);

		if (cases[i].path == NULL) {
			ck_assert_msg(
			    rc == 0, "%s: %s", cases[i].schema, fault.path);
		} else {
			ck_assert_msg(rc == -EINVAL, "%s", cases[i].schema);
			ck_assert_str_eq(fault.path, cases[i].path);
			ck_assert_ptr_nonnull(fault.why);
		}
		json_decref(schema);
	}
}
END_TEST

/* One definition after the other takes no stack. */
START_TEST(references_may_lead_far)
{
	enum {
		DEFINITIONS = 200000
	};
	json_t *definitions = json_object(), *root;
	struct strict_fault fault;
	char name[32];

	for (int i = 0; i < DEFINITIONS; i++) {
		json_t *schema = json_pack(
		    "{s:o}", "$ref", json_sprintf("#/$defs/d%d", i + 1));

		snprintf(name, sizeof(name), "d%d", i);
		if (json_object_set_new(definitions, name, schema) != 0)
			ck_abort();
	}
	root = json_pack(
	    "{s:s,s:o}", "$ref", "#/$defs/d0", "$defs", definitions);
	ck_assert_int_eq(schema_shape_check(root, &fault), 0);
	json_decref(root);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
	json_t *schema = load("{'properties':{'a':{'$ref':'#/$defs/x'}},"
			      "'$defs':{'x':{'$ref':'#/$defs/y'},'y':{}}}");
	struct strict_fault fault;

	json_set_alloc_funcs(__wrap_malloc, free);
	OOM_EACH(schema_shape_check(schema, &fault), (void)0);
	json_set_alloc_funcs(malloc, free);
	json_decref(schema);
}
END_TEST

UNIT_MAIN("schema_shape", shapes_are_told_apart, references_may_lead_far,
    out_of_memory_is_told)
