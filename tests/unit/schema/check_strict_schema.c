#include "schema/strict_schema.h"

#include "unit/oom.h"
#include "unit/request.h"

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
	{ OBJECT("{'type':'array','items':" STRING ",'uniqueItems':false,"
		 "'allOf':[],'unevaluatedItems':true,'minContains':1,"
		 "'prefixItems':[]}"),
	    OBJECT("{'type':'array','items':" STRING "}"),
	    "what demands nothing of an array" },
	{ "{'type':'object','properties':{'a':" STRING "},'required':['a'],"
	  "'minProperties':0,'patternProperties':{},'propertyNames':{},"
	  "'dependencies':{},'dependentRequired':{},'dependentSchemas':{},"
	  "'unevaluatedProperties':{},'not':false,'then':{'type':'null'},"
	  "'additionalProperties':false}",
	    OBJECT(STRING), "and of an object" },
	{ OBJECT("{'type':'string','if':{'minLength':2}}"), OBJECT(STRING),
	    "a condition of nothing" },
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
	struct strict_fault fault = { .why = "" };
	json_t *strict = NULL;
	char *text;

	ck_assert_msg(strict_schema_make(schema, &strict, &fault) == 0,
	    "%s: %s", comment, fault.why);
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
	const char *schema, *path, *comment;
} bad[] = {
	{ "{'type':'object','properties':{'a':" STRING
	  "},'additionalProperties':false}",
	    ".properties.a", "optional, and not null" },
	{ "{'type':'object','properties':{'a':{'type':['string','null'],"
	  "'enum':['x']}},'additionalProperties':false}",
	    ".properties.a", "null, but not of the enum" },
	{ "{'type':'object'}", ".properties", "any object at all" },
	{ "{'type':'object','additionalProperties':" STRING "}",
	    ".additionalProperties", "a map" },
	{ "{'type':'object','properties':{},'required':['z']}", ".required",
	    "required and not there" },
	{ "{'type':'object','properties':{},'required':'z'}", ".required",
	    "required that is no list" },
	{ "{'type':'object','properties':[]}", ".properties",
	    "properties that are no object" },
	{ OBJECT("{'anyOf':{}}"), ".properties.a.anyOf",
	    "anyOf that is no list" },
	{ OBJECT("{}"), ".properties.a.type", "anything" },
	{ OBJECT("true"), ".properties.a", "a boolean schema" },
	{ OBJECT("{'type':'array'}"), ".properties.a.items",
	    "an array of anything" },
	{ OBJECT("{'type':'array','items':[" STRING "]}"),
	    ".properties.a.items", "a tuple" },
	{ OBJECT("{'type':'array','items':{'oneOf':[" STRING "]}}"),
	    ".properties.a.items.oneOf", "oneOf" },
	{ OBJECT("{'anyOf':[" STRING ",{'not':" STRING "}]}"),
	    ".properties.a.anyOf.1.not", "not, in a list" },
	{ OBJECT("{'allOf':[" STRING "," STRING "]}"), ".properties.a.allOf",
	    "allOf of two" },
	{ OBJECT("{'type':'string','allOf':[{'minLength':1}]}"),
	    ".properties.a.allOf", "allOf beside others" },
	{ OBJECT("{'type':'string','if':{},'then':{}}"), ".properties.a.if",
	    "if" },
	{ OBJECT("{'type':'array','items':" STRING ",'uniqueItems':true}"),
	    ".properties.a.uniqueItems", "uniqueItems" },
	{ "{'type':'object','properties':{},'patternProperties':{'^x':{}}}",
	    ".patternProperties", "patternProperties" },
	{ "{'type':'object','properties':{},'dependentRequired':{'a':['b']}}",
	    ".dependentRequired", "dependentRequired" },
	{ "{'type':'object','properties':{},'$defs':{'x':{'not':{}}}}",
	    ".$defs.x.not", "in a definition" },
	{ OBJECT("{'$ref':'#/$defs/none'}"), ".properties.a.$ref",
	    "a reference to nothing" },
	{ OBJECT("{'$ref':'#/properties/a'}"), ".properties.a.$ref",
	    "a reference to elsewhere" },
	{ OBJECT("{'$ref':'http://x.test/'}"), ".properties.a.$ref",
	    "a reference abroad" },
	{ OBJECT("{'$ref':'#','minLength':1}"), ".properties.a.$ref",
	    "a reference beside others" },
	{ OBJECT("{'type':'string','$id':'x'}"), ".properties.a.$id",
	    "an $id below the root" },
	{ "{'type':'array','items':" STRING "}", ".type",
	    "a root that is no object" },
	{ "{'type':['object','null'],'properties':{}}", ".type",
	    "or need not be one" },
	{ "{'anyOf':[" EMPTY "]}", ".type", "a choice at the root" },
	{ "{'type':'object','properties':{},'anyOf':[" EMPTY "]}", ".anyOf",
	    "even beside a type" },
	{ OBJECT("{'properties':{},'anyOf':[" EMPTY "]}"),
	    ".properties.a.anyOf", "anyOf beside properties" },
	{ "{'$ref':'#'}", ".type", "a root that is itself" },
	{ "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/a'}}}", ".type",
	    "a root that leads round in a circle" },
};

static void
expect_refused(const json_t *schema, const char *path, const char *comment)
{
	struct strict_fault fault = { .why = "" };
	json_t *strict;

	ck_assert_msg(strict_schema_make(schema, &strict, &fault) == -EINVAL,
	    "%s", comment);
	ck_assert_msg(
	    strcmp(fault.path, path) == 0, "%s: %s", comment, fault.path);
	ck_assert_msg(fault.why[0] != '\0', "%s", comment);
}

START_TEST(what_cannot_be_made_strict_is_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		json_t *schema = load(bad[i].schema);

		expect_refused(schema, bad[i].path, bad[i].comment);
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
	struct strict_fault fault;
	json_t *strict;

	expect_strict(deep, deep, "ten");
	ck_assert_int_eq(
	    strict_schema_make(too_deep, &strict, &fault), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.why, "nested"));
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
	expect_refused(too_many, "", "5001");
	json_decref(most);
	json_decref(too_many);
}
END_TEST

/* The path may be longer than anyone would read. */
START_TEST(a_long_path_is_cut)
{
	struct strict_fault fault;
	char name[1000];
	json_t *schema, *strict;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	schema = json_pack("{s:s,s:{s:{s:{s:s}}}}", "type", "object",
	    "properties", name, "not", "type", "string");
	ck_assert_int_eq(strict_schema_make(schema, &strict, &fault), -EINVAL);
	ck_assert_uint_eq(strlen(fault.path), STRICT_PATH_MAX - 1);
	ck_assert_int_eq(strncmp(fault.path, ".properties.xxx", 15), 0);
	json_decref(schema);
}
END_TEST

static int
make(const json_t *schema)
{
	struct strict_fault fault;
	json_t *strict;
	int rc = strict_schema_make(schema, &strict, &fault);

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

	json_set_alloc_funcs(__wrap_malloc, free);
	OOM_EACH(make(schema), (void)0);
	json_set_alloc_funcs(malloc, free);
	json_decref(schema);
}
END_TEST

UNIT_MAIN("strict_schema", schemas_are_made_strict,
    what_cannot_be_made_strict_is_refused, nesting_has_a_bound,
    properties_have_a_bound, a_long_path_is_cut, out_of_memory_is_told)
