#include "schema/schema_check.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "unit/request.h"

#define A(schema) \
	"{'type':'object','properties':{'a':" schema "},'required':['a']," \
	"'additionalProperties':false}"
#define LIST \
	"{'type':'array','items':{'type':'integer'},'minItems':1," \
	"'maxItems':2}"
#define TREE \
	"{'type':'object','properties':{'v':{'type':'string'},'l':{'anyOf':" \
	"[{'$ref':'#/$defs/t'},{'type':'null'}]}},'required':['v','l']," \
	"'additionalProperties':false}"
#define ROOT "{'$ref':'#/$defs/t','$defs':{'t':" TREE "}}"

static const struct {
	const char *schema, *value;
	const char *why; /* NULL: it keeps to it */
} cases[] = {
	{ A("{'type':'integer'}"), "{'a':1}", NULL },
	{ A("{'type':'integer'}"), "{'a':1.0}", NULL },
	{ A("{'type':'integer'}"), "{'a':1.5}", "$.a must be of type integer" },
	{ A("{'type':'integer'}"), "{}", "$ lacks a" },
	{ A("{'type':'integer'}"), "{'a':1,'b':2}", "$ may not have b" },
	{ A("{'type':'integer'}"), "[]", "$ must be of type object" },
	{ A("{'type':['string','null']}"), "{'a':null}", NULL },
	{ A("{'type':['string','null']}"), "{'a':1}",
	    "$.a must be of one of the types of its schema" },
	{ A("{'type':'number'}"), "{'a':1}", NULL },
	{ A("{'type':'number'}"), "{'a':'1'}", "$.a must be of type number" },
	{ A("{'type':'boolean'}"), "{'a':false}", NULL },
	{ A("{'type':'boolean'}"), "{'a':0}", "$.a must be of type boolean" },
	{ A("{'type':'null'}"), "{'a':0}", "$.a must be of type null" },
	{ A("{'type':'string','minLength':2,'maxLength':2}"),
	    "{'a':'\xc3\xa9x'}", NULL },
	{ A("{'type':'string','minLength':2}"), "{'a':'\xc3\xa9'}",
	    "$.a is longer or shorter than allowed" },
	{ A("{'type':'string','pattern':'^x$','format':'date'}"), "{'a':'y'}",
	    NULL },
	{ A("{'enum':[1,'x']}"), "{'a':'x'}", NULL },
	{ A("{'enum':[1,'x']}"), "{'a':1.0}", NULL },
	{ A("{'enum':[1,'x']}"), "{'a':'1'}",
	    "$.a must be one of the values of its schema" },
	{ A("{'const':{'x':1}}"), "{'a':{'x':2}}",
	    "$.a must be the one value of its schema" },
	{ A("{'const':{'x':[1]}}"), "{'a':{'x':[1.0]}}", NULL },
	{ A("{'const':{'x':[1]}}"), "{'a':{'x':[1,2]}}",
	    "$.a must be the one value of its schema" },
	{ A("{'const':{'x':1}}"), "{'a':{'x':1,'y':1}}",
	    "$.a must be the one value of its schema" },
	/* what strict mode does not have */
	{ "{'type':'object','properties':{'a':{'type':'integer'}}}", "{'b':1}",
	    NULL },
	{ "{'type':'object','properties':{'a':{'type':'integer'}}}",
	    "{'a':'x'}", "$.a must be of type integer" },
	{ "{'additionalProperties':{'type':'integer'}}", "{'x':1,'y':'z'}",
	    "$.y must be of type integer" },
	{ "{'properties':{'a':false}}", "{'a':1}", "$.a may not be there" },
	{ "{'properties':{'a':true}}", "{'a':1}", NULL },
	{ "{'patternProperties':{'^x':{}},'additionalProperties':false}",
	    "{'x1':1}", NULL },
	{ "{'minProperties':1}", "{}", "$ is longer or shorter than allowed" },
	{ "{'maxProperties':1}", "{'a':1,'b':2}",
	    "$ is longer or shorter than allowed" },
	{ A("{'oneOf':[{'type':'integer'},{'type':'null'}]}"), "{'a':null}",
	    NULL },
	{ A("{'oneOf':[{'type':'integer'},{'type':'null'}]}"), "{'a':'x'}",
	    "$.a keeps to none of the schemas of oneOf" },
	{ A("{'allOf':[{'type':'integer'},{'minimum':3}]}"), "{'a':4}", NULL },
	{ A("{'allOf':[{'type':'integer'},{'minimum':3}]}"), "{'a':2}",
	    "$.a is out of the range of its schema" },
	{ A("{'prefixItems':[{'type':'integer'}],'items':{'type':'string'}}"),
	    "{'a':[1,'x']}", NULL },
	{ A("{'prefixItems':[{'type':'integer'}],'items':{'type':'string'}}"),
	    "{'a':[1,2]}", "$.a[1] must be of type string" },
	{ A("{'prefixItems':[{'type':'integer'}],'items':false}"),
	    "{'a':[1,2]}", "$.a[1] may not be there" },
	{ A("{'items':[{'type':'integer'},{'type':'string'}]}"),
	    "{'a':[1,2,3]}", "$.a[1] must be of type string" },
	{ A("{'items':[{'type':'integer'}],'additionalItems':false}"),
	    "{'a':[1,2]}", "$.a[1] may not be there" },
	{ A("{'type':'string','nullable':true}"), "{'a':null}", NULL },
	{ A("{'type':'string','nullable':true}"), "{'a':1}",
	    "$.a must be of type string" },
	{ A("{'$ref':'#/properties/b'}"), "{'a':1}", NULL },
	{ A("{'$id':'x','type':'string'}"), "{'a':1}", NULL },
	{ A("{'not':{'type':'integer'}}"), "{'a':1}", NULL },
	{ A("{'type':'no such','minimum':'x','required':1,'enum':{}}"),
	    "{'a':1}", NULL },
	{ A("{'type':'integer','exclusiveMinimum':9007199254740992}"),
	    "{'a':9007199254740993}", NULL },
	{ A("{'type':'integer','minimum':1,'exclusiveMaximum':3}"), "{'a':2}",
	    NULL },
	{ A("{'type':'integer','minimum':1}"), "{'a':0}",
	    "$.a is out of the range of its schema" },
	{ A("{'type':'integer','exclusiveMaximum':3}"), "{'a':3}",
	    "$.a is out of the range of its schema" },
	{ A("{'type':'integer','multipleOf':3}"), "{'a':6}", NULL },
	{ A("{'type':'integer','multipleOf':3}"), "{'a':7}",
	    "$.a is no multiple as its schema asks" },
	{ A("{'type':'number','multipleOf':0.1}"), "{'a':0.3}", NULL },
	{ A(LIST), "{'a':[1,2]}", NULL },
	{ A(LIST), "{'a':[]}", "$.a is longer or shorter than allowed" },
	{ A(LIST), "{'a':[1,2,3]}", "$.a is longer or shorter than allowed" },
	{ A(LIST), "{'a':[1,'2']}", "$.a[1] must be of type integer" },
	{ "{'type':'object','additionalProperties':{'type':'string'}}",
	    "{'x':'1'}", NULL },
	{ "{'type':'object','additionalProperties':{'type':'string'}}",
	    "{'x':1}", "$.x must be of type string" },
	{ ROOT, "{'v':'1','l':{'v':'2','l':null}}", NULL },
	{ ROOT, "{'v':'1','l':{'v':'2','l':{'v':3,'l':null}}}",
	    "$.l keeps to none of the schemas of anyOf" },
	{ "{'$ref':'#'}", "1", NULL },
	{ "{'$ref':'#/$defs/none'}", "1", NULL },
	{ "{}", "1", NULL },
};

START_TEST(values_are_checked)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *schema_text = unit_json(cases[i].schema);
		char *value_text = unit_json(cases[i].value);
		json_t *schema = json_loads(schema_text, 0, NULL);
		json_t *value = json_loads(value_text, JSON_DECODE_ANY, NULL);
		char why[SCHEMA_WHY_MAX] = "";
		int rc;

		ck_assert_msg(schema != NULL && value != NULL, "%s %s",
		    schema_text, value_text);
		rc = schema_check(schema, value, why);
		ck_assert_msg((rc == 0) == (cases[i].why == NULL),
		    "%s for %s: %s", value_text, schema_text, why);
		if (cases[i].why != NULL)
			ck_assert_str_eq(why, cases[i].why);
		json_decref(schema);
		json_decref(value);
		free(schema_text);
		free(value_text);
	}
}
END_TEST

/* Two ways that fail at the bottom, at each of many levels. */
START_TEST(what_doubles_comes_to_an_end)
{
	json_t *schema = json_loads(
	    "{\"anyOf\":[{\"$ref\":\"#/$defs/l\"}],\"$defs\":{\"l\":{"
	    "\"type\":\"array\",\"items\":{\"anyOf\":[{\"$ref\":\"#/$defs/l\"}"
	    ",{\"$ref\":\"#/$defs/l\"}]}}}}",
	    0, NULL);
	char text[2 * 200 + 4], why[SCHEMA_WHY_MAX];
	json_t *value;

	memset(text, '[', 200);
	text[200] = '1';
	memset(text + 201, ']', 200);
	text[401] = '\0';
	value = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(schema);
	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(schema_check(schema, value, why), 0);
	json_decref(schema);
	json_decref(value);
}
END_TEST

/* It never goes down in the value, and the stack has an end. */
START_TEST(what_refers_to_itself_comes_to_an_end)
{
	json_t *schema = json_loads(
	    "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/"
	    "A\"}},"
	    "\"$defs\":{\"A\":{\"anyOf\":[{\"$ref\":\"#/$defs/A\"},"
	    "{\"type\":\"string\"}]}}}",
	    0, NULL);
	json_t *value = json_loads("{\"a\":\"x\"}", 0, NULL);
	char why[SCHEMA_WHY_MAX];

	ck_assert_ptr_nonnull(schema);
	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(schema_check(schema, value, why), 0);
	json_decref(schema);
	json_decref(value);
}
END_TEST

/* Of two bytes each, so that either cut falls into one. */
START_TEST(what_is_long_is_cut_between_characters)
{
	static const char *const schemas[] = {
		"{\"additionalProperties\":{\"type\":\"null\"}}",
		"{\"additionalProperties\":false}"
	};
	char name[401] = "", why[SCHEMA_WHY_MAX];
	json_t *value;

	for (int i = 0; i < 200; i++)
		memcpy(name + 2 * (size_t)i, "\xc3\xa9", 3);
	value = json_pack("{s:i}", name, 1);
	for (size_t i = 0; i < ARRAY_SIZE(schemas); i++) {
		json_t *schema = json_loads(schemas[i], 0, NULL);

		ck_assert_int_ne(schema_check(schema, value, why), 0);
		ck_assert_uint_gt(strlen(why), 120);
		ck_assert_uint_eq(
		    utf8_valid_prefix(why, strlen(why)), strlen(why));
		json_decref(schema);
	}
	json_decref(value);
}
END_TEST

/*
 * Schemas that look at a large answer again and again: each would take many
 * seconds if all of it were looked at.
 */
enum {
	ALTERNATIVES = 20000,
	LARGE = 1000000
};

static int64_t
cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static json_t *
any_of(const char *alternative)
{
	json_t *schema = json_object(), *list = json_array();

	for (int i = 0; i < ALTERNATIVES; i++)
		json_array_append_new(list, json_loads(alternative, 0, NULL));
	json_object_set_new(schema, "anyOf", list);
	return schema;
}

static char *
large_text(void)
{
	char *text = malloc(LARGE + 1);

	memset(text, 'x', LARGE);
	text[LARGE] = '\0';
	return text;
}

static json_t *
large_string(void)
{
	char *text = large_text();
	json_t *value = json_string(text);

	free(text);
	return value;
}

static json_t *
large_array(void)
{
	json_t *value = json_array();

	for (int i = 0; i < LARGE / 10; i++)
		json_array_append_new(value, json_integer(i));
	return value;
}

static json_t *
large_object(void)
{
	json_t *value = json_object();
	char name[16];

	for (int i = 0; i < LARGE / 10; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		json_object_set_new(value, name, json_null());
	}
	return value;
}

static json_t *
object_of_a_long_name(void)
{
	json_t *value = json_object();
	char *name = large_text();

	json_object_set_new(value, name, json_null());
	free(name);
	return value;
}

static const struct {
	const char *alternative;
	json_t *(*value)(void);
	const char *comment;
} bombs[] = {
	{ "{\"type\":\"string\",\"minLength\":1000001}", large_string,
	    "characters" },
	{ "{\"$ref\":\"#/$defs/d\"}", large_string, "a value to compare" },
	{ "{\"enum\":[[0],[0,1]]}", large_array, "values to compare" },
	{ "{\"type\":\"array\",\"minItems\":200000}", large_array, "elements" },
	{ "{\"type\":\"object\",\"required\":[\"no\"]}", large_object,
	    "members" },
	{ "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":["
	  "\"no\"]}",
	    object_of_a_long_name, "names" },
};

START_TEST(no_schema_takes_long)
{
	for (size_t i = 0; i < ARRAY_SIZE(bombs); i++) {
		json_t *value = bombs[i].value();
		json_t *schema = any_of(bombs[i].alternative);
		json_t *definitions = json_object(), *one = json_object();
		char *other = large_text(), why[SCHEMA_WHY_MAX];
		int64_t begun = cpu_now();

		/* The same but for its end. */
		other[LARGE - 1] = 'y';
		json_object_set_new(one, "const", json_string(other));
		json_object_set_new(definitions, "d", one);
		json_object_set_new(schema, "$defs", definitions);
		(void)schema_check(schema, value, why);
		ck_assert_msg(cpu_now() - begun < NS_PER_S, "%s: %.1f s",
		    bombs[i].comment,
		    (double)(cpu_now() - begun) / (double)NS_PER_S);
		free(other);
		json_decref(schema);
		json_decref(value);
	}
}
END_TEST

/* Whose steps suffice is checked to its end. */
START_TEST(a_large_answer_is_checked)
{
	json_t *value = large_string();
	char why[SCHEMA_WHY_MAX];

	for (int allowed = 0; allowed < 2; allowed++) {
		json_t *schema = json_pack("{s:s,s:i}", "type", "string",
		    "maxLength", allowed ? LARGE : LARGE - 1);

		ck_assert_int_eq(
		    schema_check(schema, value, why) == 0, allowed);
		json_decref(schema);
	}
	json_decref(value);
}
END_TEST

UNIT_MAIN("schema_check", values_are_checked, what_doubles_comes_to_an_end,
    what_refers_to_itself_comes_to_an_end,
    what_is_long_is_cut_between_characters, no_schema_takes_long,
    a_large_answer_is_checked)
