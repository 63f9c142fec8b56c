#include "unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "codex/codex_catalog.h"

enum {
	OUT_CAP = 65536
};

/*
 * Of the shape of 0.169.0: a model of the newest kind, a hidden one, an
 * older one that lacks the marks, and what a later version might add.
 */
static const char sample[] =
    "{\"models\":[{\"slug\":\"gpt-new\",\"display_name\":\"New\","
    "\"default_reasoning_level\":\"low\","
    "\"supported_reasoning_levels\":[{\"effort\":\"low\"}],"
    "\"visibility\":\"list\",\"priority\":2,\"upgrade\":null,"
    "\"apply_patch_tool_type\":\"freeform\","
    "\"truncation_policy\":{\"mode\":\"bytes\",\"limit\":10000},"
    "\"context_window\":272000,\"max_context_window\":872000,"
    "\"effective_context_window_percent\":95,"
    "\"experimental_supported_tools\":[\"clock\"],"
    "\"input_modalities\":[\"text\",\"image\"],\"use_responses_lite\":true,"
    "\"tool_mode\":\"code_mode_only\",\"multi_agent_version\":\"v2\","
    "\"multi_agent_reasoning_effort\":\"xhigh\","
    "\"base_instructions\":\"You are \\u20ac \\u0000 \\\"x\\\".\\n\","
    "\"odd\":[1.5,-9007199254740993,1e300,{\"a\":[]}]},"
    "{\"slug\":\"gpt-hidden\",\"visibility\":\"hide\","
    "\"auto_compact_token_limit\":1000},"
    "{\"slug\":\"gpt-old\",\"visibility\":\"list\","
    "\"context_window\":272000,\"apply_patch_tool_type\":null,"
    "\"experimental_supported_tools\":[]},"
    "{\"visibility\":\"list\"},\"text\"],\"etag\":\"v1\"}";

static const char *const keys[] = { "tool_mode", "multi_agent_version",
	"apply_patch_tool_type", "experimental_supported_tools",
	"context_window", "max_context_window", "auto_compact_token_limit",
	"truncation_policy" };

static const struct {
	const char *bytes;
	bool good;
	const char *comment;
} inputs[] = {
	{ "{\"models\":[{}]}", true, "the least" },
	{ "WARN: no network\n{\"models\":[{}]}\n", true, "words before it" },
	{ "", false, "nothing" },
	{ "error: unrecognized subcommand 'models'", false, "no JSON" },
	{ "{\"models\":[{}]", false, "cut" },
	{ "{\"models\":[{}]} and", false, "words behind it" },
	{ "{\"models\":[]}", false, "no models" },
	{ "{\"models\":{}}", false, "models of another type" },
	{ "{\"data\":[{}]}", false, "another object" },
	{ "[{\"models\":[{}]}]", false, "no object" },
};

START_TEST(parses_catalogs_alone)
{
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		json_t *c = codex_catalog_parse(
		    inputs[i].bytes, strlen(inputs[i].bytes));

		ck_assert_msg(
		    (c != NULL) == inputs[i].good, "%s", inputs[i].comment);
		json_decref(c);
	}
}
END_TEST

static json_t *
derived(const json_t *catalog)
{
	struct buf out;
	json_t *copy;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(codex_catalog_derive(catalog, &out), 0);
	copy = codex_catalog_parse(out.data, out.len);
	ck_assert_ptr_nonnull(copy);
	buf_free(&out);
	return copy;
}

/* Codex reads a member that is null as one that is absent. */
static void
check_off(const json_t *before, const json_t *after, const char *key)
{
	ck_assert_int_eq(json_object_get(before, key) != NULL,
	    json_object_get(after, key) != NULL);
	ck_assert(json_object_get(after, key) == NULL ||
	    json_is_null(json_object_get(after, key)));
}

static void
check_model(const json_t *before, const json_t *after)
{
	json_t *policy = json_object_get(after, "truncation_policy");

	for (size_t i = 0; i < 3; i++)
		check_off(before, after, keys[i]);
	ck_assert(json_is_array(
	    json_object_get(after, "experimental_supported_tools")));
	ck_assert_uint_eq(json_array_size(json_object_get(
			      after, "experimental_supported_tools")),
	    0);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(after, "context_window")),
	    100000000);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(after, "max_context_window")),
	    100000000);
	ck_assert_int_eq(json_integer_value(json_object_get(
			     after, "auto_compact_token_limit")),
	    90000000);
	ck_assert_uint_eq(json_object_size(policy), 2);
	ck_assert_str_eq(
	    json_string_value(json_object_get(policy, "mode")), "tokens");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(policy, "limit")), 100000000);
}

/* A catalog in which all that derivation touches is taken out. */
static json_t *
untouched(const json_t *catalog)
{
	json_t *copy = json_deep_copy(catalog), *model;
	size_t i;

	json_array_foreach(json_object_get(copy, "models"), i, model) {
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			json_object_del(model, keys[k]);
	}
	return copy;
}

START_TEST(derives_what_is_listed_and_nothing_else)
{
	json_t *catalog = codex_catalog_parse(sample, strlen(sample));
	json_t *kept = json_deep_copy(catalog), *copy = derived(catalog);
	json_t *models = json_object_get(copy, "models"), *a, *b;

	/* The original is needed for /v1/models. */
	ck_assert(json_equal(catalog, kept));
	ck_assert_uint_eq(json_array_size(models), 5);
	for (size_t i = 0; i < 4; i++)
		check_model(
		    json_array_get(json_object_get(catalog, "models"), i),
		    json_array_get(models, i));
	ck_assert_str_eq(json_string_value(json_array_get(models, 4)), "text");
	a = untouched(catalog);
	b = untouched(copy);
	ck_assert(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	json_decref(copy);
	json_decref(kept);
	json_decref(catalog);
}
END_TEST

START_TEST(deriving_twice_changes_nothing)
{
	json_t *catalog = codex_catalog_parse(sample, strlen(sample));
	json_t *once = derived(catalog), *twice = derived(once);

	ck_assert(json_equal(once, twice));
	ck_assert(!json_equal(catalog, once));
	json_decref(once);
	json_decref(twice);
	json_decref(catalog);
}
END_TEST

START_TEST(too_large_leaves_the_buffer_alone)
{
	json_t *catalog = codex_catalog_parse(sample, strlen(sample));
	struct buf out;

	buf_init(&out, 100);
	ck_assert_int_eq(codex_catalog_derive(catalog, &out), -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);
	buf_free(&out);
	json_decref(catalog);
}
END_TEST

UNIT_MAIN("codex_catalog", parses_catalogs_alone,
    derives_what_is_listed_and_nothing_else, deriving_twice_changes_nothing,
    too_large_leaves_the_buffer_alone)
