#include "core/strict_schema.h"

#include "unit/oom.h"
#include "unit/request.h"

#define ROOT "response_format.json_schema.schema"
/* An object of one required property `a`. */
#define OBJECT(schema) \
	"{'type':'object','properties':{'a':" schema "},'required':['a']," \
	"'additionalProperties':false}"
#define EMPTY \
	"{'type':'object','properties':{},'required':[]," \
	"'additionalProperties':false}"
#define STRING "{'type':'string'}"

static const struct {
	const char *schema;
	const char *strict; /* NULL: the same */
	const char *comment;
} good[] = {
	{ OBJECT(STRING), NULL, "strict already" },
	{ EMPTY, NULL, "an empty object" },
	{ OBJECT(
	      "{'type':'string','title':'T','description':'D','pattern':'^x',"
	      "'format':'date','minLength':1,'maxLength':2}"),
	    NULL, "limits of texts stay" },
	{ OBJECT("{'type':['integer','null'],'minimum':1,'maximum':2,"
		 "'exclusiveMinimum':0,'exclusiveMaximum':3,'multipleOf':1}"),
	    NULL, "limits of numbers stay" },
	{ OBJECT("{'type':'array','items':" OBJECT(
	      STRING) ",'minItems':1,'maxItems':2}"),
	    NULL, "limits of arrays stay" },
	{ OBJECT("{'anyOf':[" STRING "," EMPTY "]}"), NULL, "anyOf" },
	{ "{'type':'object','properties':{'a':{'$ref':'#'},'b':{'$ref':"
	  "'#/$defs/x~1y'}},'required':['a','b'],'additionalProperties':false,"
	  "'$defs':{'x/y':" STRING "}}",
	    NULL, "references" },
	{ OBJECT("{'type':'string','enum':['default','$ref'],'const':'x'}"),
	    NULL, "values are no keywords" },
	{ "{'type':'object','properties':{'allOf':" STRING
	  "},'required':['allOf'],'additionalProperties':false}",
	    NULL, "nor are names of properties" },

	{ "{'type':'object','properties':{'a':" STRING "},'required':['a']}",
	    OBJECT(STRING), "an open object is closed" },
	{ "{'type':'object','properties':{'a':" STRING
	  "},'additionalProperties':true,'required':['a']}",
	    "{'type':'object','properties':{'a':" STRING
	    "},'additionalProperties':false,'required':['a']}",
	    "one that says so, too" },
	{ "{'type':'object','properties':{'a':" STRING
	  "},'additionalProperties':{},'required':['a']}",
	    "{'type':'object','properties':{'a':" STRING
	    "},'additionalProperties':false,'required':['a']}",
	    "an empty schema is true" },
	{ "{'type':'object','properties':{},'additionalProperties':false}",
	    "{'type':'object','properties':{},'additionalProperties':false,"
	    "'required':[]}",
	    "required of nothing" },
	{ "{'type':'object','additionalProperties':false}",
	    "{'type':'object','additionalProperties':false,'properties':{},"
	    "'required':[]}",
	    "properties of a closed object" },
	{ "{'type':'object','properties':{'b':{'type':['string','null']},'a':"
	  "" STRING ",'c':{'anyOf':[" STRING ",{'type':'null'}]},'d':{'enum':["
	  "1,null]},'e':{'const':null}},'required':['a'],"
	  "'additionalProperties':false}",
	    "{'type':'object','properties':{'b':{'type':['string','null']},'a':"
	    "" STRING ",'c':{'anyOf':[" STRING ",{'type':'null'}]},'d':{'enum':"
	    "[1,null],'type':['number','null']},'e':{'const':null,'type':"
	    "'null'}},'required':['b','a','c','d','e'],"
	    "'additionalProperties':false}",
	    "what may be null becomes required" },
	{ "{'$schema':'s','$id':'i','$comment':'c','type':'object','properties'"
	  ":"
	  "{'a':{'type':'string','default':'x','examples':[],'deprecated':true,"
	  "'x-y':1}},'required':['a'],'additionalProperties':false}",
	    OBJECT(STRING), "annotations go" },
	{ OBJECT("{'enum':['x','y',2]}"),
	    OBJECT("{'enum':['x','y',2],'type':['string','number']}"),
	    "the type of an enum" },
	{ OBJECT("{'const':true}"), OBJECT("{'const':true,'type':'boolean'}"),
	    "the type of a const" },
	{ OBJECT("{'items':" STRING "}"),
	    OBJECT("{'items':" STRING ",'type':'array'}"),
	    "the type of items" },
	{ "{'properties':{}}",
	    "{'properties':{},'type':'object','additionalProperties':false,"
	    "'required':[]}",
	    "the type of properties" },
	{ OBJECT("{'title':'T','allOf':[{'title':'U','allOf':[" STRING "]}]}"),
	    OBJECT("{'title':'T','type':'string'}"), "allOf of one" },
	{ "{'$ref':'#/definitions/A','definitions':{'A':" OBJECT(
	      "{'$ref':'#/definitions/A'}") "},'$schema':'s'}",
	    "{'definitions':{'A':" OBJECT(
		"{'$ref':'#/definitions/A'}") "},'type':'object','properties':{"
					      "'a':{'$ref':'#/definitions/A'}},"
					      "'required':['a'],"
					      "'additionalProperties':false}",
	    "a reference at the root" },
	{ "{'allOf':[{'$ref':'#/$defs/A'}],'$defs':{'A':" EMPTY "}}",
	    "{'$defs':{'A':" EMPTY "},'type':'object','properties':{},"
	    "'required':[],'additionalProperties':false}",
	    "the same in an allOf" },
	{ "{'type':'object','properties':{'a':{'$ref':'#/$defs/x','title':'T',"
	  "'description':'D','default':1}},'required':['a'],"
	  "'additionalProperties':false,'$defs':{'x':" STRING "}}",
	    "{'type':'object','properties':{'a':{'description':'D','anyOf':["
	    "{'$ref':'#/$defs/x'}]}},'required':['a'],"
	    "'additionalProperties':false,'$defs':{'x':" STRING "}}",
	    "what is said of a reference stays" },
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

static void
expect_strict(const json_t *schema, const json_t *wanted, const char *comment)
{
	struct api_error e = API_ERROR_INIT;
	json_t *strict = NULL;
	char *text;

	ck_assert_msg(strict_schema_make(schema, &strict, &e) == 0, "%s: %s",
	    comment, e.message);
	text = json_dumps(strict, JSON_COMPACT);
	ck_assert_msg(json_equal(strict, wanted), "%s: %s", comment, text);
	free(text);
	json_decref(strict);
}

/* What came out once comes out of itself, and the caller's is not touched. */
START_TEST(schemas_are_made_strict)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		json_t *schema = load(good[i].schema);
		json_t *before = json_deep_copy(schema);
		json_t *wanted = load(
		    good[i].strict != NULL ? good[i].strict : good[i].schema);

		expect_strict(schema, wanted, good[i].comment);
		expect_strict(wanted, wanted, good[i].comment);
		ck_assert_msg(
		    json_equal(schema, before), "%s", good[i].comment);
		json_decref(schema);
		json_decref(before);
		json_decref(wanted);
	}
}
END_TEST

static const struct {
	const char *schema, *param, *comment;
} bad[] = {
	{ "{'type':'object','properties':{'a':" STRING
	  "},'additionalProperties':false}",
	    ROOT ".properties.a", "optional, and not null" },
	{ "{'type':'object','properties':{'a':{'type':['string','null'],"
	  "'enum':['x']}},'additionalProperties':false}",
	    ROOT ".properties.a", "null, but not of the enum" },
	{ "{'type':'object'}", ROOT ".properties", "any object at all" },
	{ "{'type':'object','additionalProperties':" STRING "}",
	    ROOT ".additionalProperties", "a map" },
	{ "{'type':'object','properties':{},'required':['z']}",
	    ROOT ".required", "required and not there" },
	{ "{'type':'object','properties':{},'required':'z'}", ROOT ".required",
	    "required that is no list" },
	{ "{'type':'object','properties':[]}", ROOT ".properties",
	    "properties that are no object" },
	{ OBJECT("{'anyOf':{}}"), ROOT ".properties.a.anyOf",
	    "anyOf that is no list" },
	{ OBJECT("{}"), ROOT ".properties.a.type", "anything" },
	{ OBJECT("true"), ROOT ".properties.a", "a boolean schema" },
	{ OBJECT("{'type':'array'}"), ROOT ".properties.a.items",
	    "an array of anything" },
	{ OBJECT("{'type':'array','items':[" STRING "]}"),
	    ROOT ".properties.a.items", "a tuple" },
	{ OBJECT("{'type':'array','items':{'oneOf':[" STRING "]}}"),
	    ROOT ".properties.a.items.oneOf", "oneOf" },
	{ OBJECT("{'anyOf':[" STRING ",{'not':" STRING "}]}"),
	    ROOT ".properties.a.anyOf.1.not", "not, in a list" },
	{ OBJECT("{'allOf':[" STRING "," STRING "]}"),
	    ROOT ".properties.a.allOf", "allOf of two" },
	{ OBJECT("{'type':'string','allOf':[{'minLength':1}]}"),
	    ROOT ".properties.a.allOf", "allOf beside others" },
	{ OBJECT("{'type':'string','if':{}}"), ROOT ".properties.a.if", "if" },
	{ OBJECT("{'type':'array','items':" STRING ",'uniqueItems':true}"),
	    ROOT ".properties.a.uniqueItems", "uniqueItems" },
	{ "{'type':'object','properties':{},'patternProperties':{}}",
	    ROOT ".patternProperties", "patternProperties" },
	{ "{'type':'object','properties':{},'dependentRequired':{}}",
	    ROOT ".dependentRequired", "dependentRequired" },
	{ "{'type':'object','properties':{},'$defs':{'x':{'not':{}}}}",
	    ROOT ".$defs.x.not", "in a definition" },
	{ OBJECT("{'$ref':'#/$defs/none'}"), ROOT ".properties.a.$ref",
	    "a reference to nothing" },
	{ OBJECT("{'$ref':'#/properties/a'}"), ROOT ".properties.a.$ref",
	    "a reference to elsewhere" },
	{ OBJECT("{'$ref':'http://x.test/'}"), ROOT ".properties.a.$ref",
	    "a reference abroad" },
	{ OBJECT("{'$ref':'#','minLength':1}"), ROOT ".properties.a.$ref",
	    "a reference beside others" },
	{ OBJECT("{'type':'string','$id':'x'}"), ROOT ".properties.a.$id",
	    "an $id below the root" },
	{ "{'type':'array','items':" STRING "}", ROOT ".type",
	    "a root that is no object" },
	{ "{'type':['object','null'],'properties':{}}", ROOT ".type",
	    "or need not be one" },
	{ "{'anyOf':[" EMPTY "]}", ROOT ".type", "a choice at the root" },
	{ "{'type':'object','properties':{},'anyOf':[" EMPTY "]}",
	    ROOT ".anyOf", "even beside a type" },
	{ OBJECT("{'properties':{},'anyOf':[" EMPTY "]}"),
	    ROOT ".properties.a.anyOf", "anyOf beside properties" },
	{ "{'$ref':'#'}", ROOT ".type", "a root that is itself" },
	{ "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/a'}}}",
	    ROOT ".type", "a root that leads round in a circle" },
};

static void
expect_refused(const json_t *schema, const char *param, const char *comment)
{
	struct api_error e = API_ERROR_INIT;
	json_t *strict;

	ck_assert_msg(
	    strict_schema_make(schema, &strict, &e) == -EINVAL, "%s", comment);
	ck_assert_msg(e.kind == API_ERROR_INVALID_VALUE, "%s", comment);
	ck_assert_msg(strcmp(e.param, param) == 0, "%s: %s", comment, e.param);
	ck_assert_msg(
	    strstr(e.message, param) != NULL, "%s: %s", comment, e.message);
	api_error_free(&e);
}

START_TEST(what_cannot_be_made_strict_is_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		json_t *schema = load(bad[i].schema);

		expect_refused(schema, bad[i].param, bad[i].comment);
		json_decref(schema);
	}
}
END_TEST

/* Objects in each other, `depth` in all. */
static json_t *
nested(unsigned depth)
{
	json_t *schema = load(STRING);

	while (depth-- > 0)
		schema = json_pack("{s:s,s:{s:o},s:[s],s:b}", "type", "object",
		    "properties", "a", schema, "required", "a",
		    "additionalProperties", 0);
	return schema;
}

START_TEST(nesting_has_a_bound)
{
	json_t *deep = nested(STRICT_SCHEMA_DEPTH);
	json_t *too_deep = nested(STRICT_SCHEMA_DEPTH + 1);
	struct api_error e = API_ERROR_INIT;
	json_t *strict;

	expect_strict(deep, deep, "ten");
	ck_assert_int_eq(strict_schema_make(too_deep, &strict, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.message, "nested"));
	api_error_free(&e);
	json_decref(deep);
	json_decref(too_deep);
}
END_TEST

static json_t *
wide(unsigned n)
{
	json_t *properties = json_object(), *required = json_array();
	char name[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		json_object_set_new(properties, name, load(STRING));
		json_array_append_new(required, json_string(name));
	}
	return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties",
	    properties, "required", required, "additionalProperties", 0);
}

START_TEST(properties_have_a_bound)
{
	json_t *most = wide(STRICT_SCHEMA_PROPERTIES);
	json_t *too_many = wide(STRICT_SCHEMA_PROPERTIES + 1);

	expect_strict(most, most, "5000");
	expect_refused(too_many, ROOT, "5001");
	json_decref(most);
	json_decref(too_many);
}
END_TEST

/* The path may be longer than anyone would read. */
START_TEST(a_long_path_is_cut)
{
	struct api_error e = API_ERROR_INIT;
	char name[1000];
	json_t *schema, *strict;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	schema = json_pack("{s:s,s:{s:{s:{s:s}}}}", "type", "object",
	    "properties", name, "not", "type", "string");
	ck_assert_int_eq(strict_schema_make(schema, &strict, &e), -EINVAL);
	ck_assert_uint_lt(strlen(e.param), 300);
	ck_assert_int_eq(strncmp(e.param, ROOT ".properties.xxx", 49), 0);
	api_error_free(&e);
	json_decref(schema);
}
END_TEST

static int
make(const json_t *schema, struct api_error *e)
{
	json_t *strict;
	int rc = strict_schema_make(schema, &strict, e);

	if (rc == 0)
		json_decref(strict);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	json_t *schema = load(
	    "{'properties':{'a':{'enum':['x',null]},'b':{"
	    "'allOf':[{'$ref':'#/$defs/c'}],'description':"
	    "'D'}},'required':['b'],'$defs':{'c':" STRING "}}");
	struct api_error e = API_ERROR_INIT;

	json_set_alloc_funcs(__wrap_malloc, free);
	OOM_EACH(
	    make(schema, &e), ck_assert_int_eq(e.kind, API_ERROR_INTERNAL));
	json_set_alloc_funcs(malloc, free);
	api_error_free(&e);
	json_decref(schema);
}
END_TEST

UNIT_MAIN("strict_schema", schemas_are_made_strict,
    what_cannot_be_made_strict_is_refused, nesting_has_a_bound,
    properties_have_a_bound, a_long_path_is_cut, out_of_memory_is_told)
