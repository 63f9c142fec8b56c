#include "rpc/rpc_schemas.h"

#include <errno.h>

#include "unit/request.h"

/* What Codex counts of this: 48 bytes, and the description's. */
static json_t *
described(size_t len)
{
	char *text = malloc(len + 1);
	json_t *schema;

	memset(text, 'd', len);
	text[len] = '\0';
	schema = json_pack("{s:s,s:{s:{s:s,s:s}}}", "type", "object",
	    "properties", "a", "type", "string", "description", text);
	ck_assert_ptr_nonnull(schema);
	free(text);
	return schema;
}

/* So many schemas that Codex completes, as "name":SCHEMA. */
static json_t *
bare(const char *schema, int n)
{
	json_t *properties = json_object();
	char name[16];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		json_object_set_new(properties, name,
		    json_loads(schema, JSON_DECODE_ANY, NULL));
	}
	return json_pack("{s:o}", "properties", properties);
}

static bool
is_cut(const json_t *schema)
{
	char *text = json_dumps(schema, JSON_COMPACT);
	bool cut = rpc_schema_is_cut(text_of(text));

	free(text);
	return cut;
}

START_TEST(long_ones_are_cut)
{
	json_t *fits = described(4000), *cut = described(5001 - 67);

	ck_assert(!is_cut(fits));
	ck_assert(is_cut(cut));
	json_decref(fits);
	json_decref(cut);
}
END_TEST

/* Short here, and longer than 5,000 bytes when Codex has completed them. */
START_TEST(what_grows_is_cut)
{
	static const char *const schemas[] = { "{}", "true",
		"{\"required\":[]}", "{\"type\":\"array\"}",
		"{\"type\":\"object\"}", "{\"type\":[\"array\",\"null\"]}" };

	for (size_t i = 0; i < ARRAY_SIZE(schemas); i++) {
		json_t *many = bare(schemas[i], 210),
		       *few = bare(schemas[i], 9);

		ck_assert_msg(is_cut(many), "%s", schemas[i]);
		ck_assert_msg(!is_cut(few), "%s", schemas[i]);
		json_decref(many);
		json_decref(few);
	}
}
END_TEST

#define TOOL(name, parameters) \
	"{\"type\":\"function\",\"function\":{\"name\":\"" name \
	"\",\"parameters\":" parameters "}}"
#define SMALL "{\"type\":\"object\"}"

static struct generation *
request(const char *long_schema, const char *more)
{
	struct generation *r;
	char *members = NULL;

	ck_assert_int_gt(asprintf(&members,
			     ",\"tools\":[" TOOL("small", SMALL) "," TOOL(
				 "a", "%s") "," TOOL("mcp__b", "%s") "]%s",
			     long_schema, long_schema, more),
	    0);
	r = unit_request("[{\"role\":\"user\",\"content\":\"x\"}]", members);
	free(members);
	return r;
}

START_TEST(they_are_told_in_full)
{
	json_t *schema = described(6000);
	char *text = json_dumps(schema, JSON_COMPACT), *wanted = NULL;
	struct generation *r = request(text, "");
	struct buf out;

	ck_assert_int_gt(asprintf(&wanted,
			     "The parameters of these functions in full, each "
			     "as a JSON Schema; where the function itself is "
			     "described they may be shortened.\n\na:\n%s\n\n"
			     "fn__mcp__b:\n%s",
			     text, text),
	    0);
	buf_init(&out, 65536);
	ck_assert_int_eq(rpc_schemas_append(r, &out), 0);
	ck_assert_str_eq(out.data, wanted);
	generation_unref(r);
	buf_reset(&out);
	r = request(text, ",\"tool_choice\":\"none\"");
	ck_assert_int_eq(rpc_schemas_append(r, &out), 0);
	ck_assert_uint_eq(out.len, 0);
	generation_unref(r);
	r = request(SMALL, "");
	ck_assert_int_eq(rpc_schemas_append(r, &out), 0);
	ck_assert_uint_eq(out.len, 0);
	generation_unref(r);
	buf_free(&out);
	free(wanted);
	free(text);
	json_decref(schema);
}
END_TEST

START_TEST(a_failure_leaves_what_was_there)
{
	json_t *schema = described(6000);
	char *text = json_dumps(schema, JSON_COMPACT);
	struct generation *r = request(text, "");
	struct buf out;

	buf_init(&out, 7000);
	ck_assert_int_eq(buf_puts(&out, "before"), 0);
	ck_assert_int_eq(rpc_schemas_append(r, &out), -EMSGSIZE);
	ck_assert_str_eq(out.data, "before");
	buf_free(&out);
	generation_unref(r);
	free(text);
	json_decref(schema);
}
END_TEST

UNIT_MAIN("rpc_schemas", long_ones_are_cut, what_grows_is_cut,
    they_are_told_in_full, a_failure_leaves_what_was_there)
