#include "models/codex_models.h"

#include <errno.h>

#include "unit/unit.h"

static const char sample[] =
    "{\"models\":["
    "{\"slug\":\"new\",\"visibility\":\"list\",\"priority\":2,"
    "\"display_name\":\"The New\",\"context_window\":272000,"
    "\"input_modalities\":[\"text\",\"image\"],"
    "\"supported_reasoning_levels\":[{\"effort\":\"low\"},"
    "{\"effort\":\"medium\"},{\"effort\":\"high\"}]},"
    "{\"slug\":\"secret\",\"visibility\":\"hide\",\"priority\":0},"
    "{\"slug\":\"text\",\"visibility\":\"list\",\"priority\":1,"
    "\"input_modalities\":[\"text\"],\"supported_reasoning_levels\":[]},"
    "{\"visibility\":\"list\"},"
    "{\"slug\":\"wide\",\"visibility\":\"list\",\"priority\":3,"
    "\"supported_reasoning_levels\":[{\"effort\":\"none\"},"
    "{\"effort\":\"ultra\"},{\"effort\":\"odd\"}]}]}";

static struct codex_models *models;

static void
setup(void)
{
	json_t *catalog = json_loads(sample, 0, NULL);

	ck_assert_ptr_nonnull(catalog);
	ck_assert_int_eq(codex_models_read(catalog, &models), 0);
	json_decref(catalog);
}

START_TEST(they_are_read)
{
	const struct codex_model *m;

	setup();
	ck_assert_uint_eq(codex_models_visible(models), 3);
	m = codex_models_find(models, "new");
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m->display_name, "The New");
	ck_assert_int_eq(m->context_window, 272000);
	ck_assert(m->images);
	m = codex_models_find(models, "secret");
	ck_assert_ptr_nonnull(m);
	ck_assert(!m->visible);
	ck_assert_ptr_null(m->display_name);
	ck_assert_int_eq(m->context_window, 0);
	ck_assert_ptr_null(codex_models_find(models, "ne"));
	/* The default is the visible one with the least priority. */
	ck_assert_str_eq(codex_models_find(models, NULL)->name, "text");
	ck_assert_ptr_eq(codex_models_ref(models), models);
	codex_models_unref(models);
	codex_models_unref(models);
}
END_TEST

START_TEST(without_a_catalog_nothing_is_known)
{
	struct generation r = { .n_items = 0 };
	struct error e = ERROR_INIT;

	ck_assert_uint_eq(codex_models_visible(NULL), 0);
	ck_assert_ptr_null(codex_models_find(NULL, NULL));
	ck_assert_ptr_null(codex_models_find(NULL, "m"));
	ck_assert_ptr_null(codex_models_ref(NULL));
	ck_assert_str_eq(codex_models_effort(NULL, "m", "odd"), "odd");
	ck_assert_int_eq(codex_models_check(NULL, "m", "odd", &r, &e), 0);
	codex_models_unref(NULL);
}
END_TEST

START_TEST(effort_is_the_nearest)
{
	static const struct {
		const char *model, *asked, *given, *comment;
	} cases[] = {
		{ "new", "medium", "medium", "one that it knows" },
		{ "new", "minimal", "low", "below the least" },
		{ "new", "none", "low", "far below the least" },
		{ "new", "xhigh", "high", "above the most" },
		{ "new", "ultra", "high", "far above the most" },
		{ "new", NULL, NULL, "none asked for" },
		{ "new", "odd", "odd", "no effort that has a rank" },
		{ "wide", "low", "none", "nearer to the lower" },
		{ "wide", "max", "ultra", "nearer to the higher" },
		{ "wide", "odd", "odd", "without a rank, but known" },
		{ "elsewhere", "minimal", "minimal", "an unknown model" },
		{ "text", "low", NULL, "a model without any" },
		{ NULL, "low", NULL, "the default is the visible first" },
	};

	setup();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *given = codex_models_effort(
		    models, cases[i].model, cases[i].asked);

		if (cases[i].given == NULL)
			ck_assert_msg(given == NULL, "%s", cases[i].comment);
		else
			ck_assert_msg(
			    given != NULL && strcmp(given, cases[i].given) == 0,
			    "%s", cases[i].comment);
	}
	codex_models_unref(models);
}
END_TEST

START_TEST(of_two_as_near_the_lower)
{
	json_t *catalog = json_loads(
	    "{\"models\":[{\"slug\":\"m\",\"supported_reasoning_levels\":"
	    "[{\"effort\":\"low\"},{\"effort\":\"high\"}]}]}",
	    0, NULL);

	ck_assert_int_eq(codex_models_read(catalog, &models), 0);
	ck_assert_str_eq(codex_models_effort(models, "m", "medium"), "low");
	codex_models_unref(models);
	json_decref(catalog);
}
END_TEST

START_TEST(requests_are_checked)
{
	struct part image = { .kind = PART_IMAGE, .place = { 3, 2 } };
	struct item items[2] = { { .place = { 1, 0 } },
		{ .place = { 3, 0 }, .parts = &image, .n_parts = 1 } };
	const struct {
		const char *model, *effort;
		size_t n_items;
		enum error_field field;
		const char *comment;
	} cases[] = {
		{ "new", "low", 2, FIELD_NONE, "all that it can" },
		{ "text", NULL, 1, FIELD_NONE, "text alone" },
		{ "text", NULL, 2, FIELD_IMAGE, "an image" },
		{ "text", "low", 1, FIELD_EFFORT, "it knows none" },
		{ "text", "none", 1, FIELD_NONE, "which is what it makes" },
		{ "new", "minimal", 1, FIELD_NONE,
		    "an effort that is snapped" },
		{ "new", "much", 1, FIELD_EFFORT, "no effort" },
		{ "secret", "much", 2, FIELD_NONE, "nothing is said of it" },
		{ "elsewhere", "much", 2, FIELD_NONE, "an unknown model" },
		{ NULL, NULL, 2, FIELD_IMAGE, "the default" },
	};

	setup();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation r = { .items = items,
			.n_items = cases[i].n_items };
		struct error e = ERROR_INIT;
		int rc = codex_models_check(
		    models, cases[i].model, cases[i].effort, &r, &e);

		ck_assert_msg(
		    rc == (cases[i].field != FIELD_NONE ? -EINVAL : 0), "%s",
		    cases[i].comment);
		ck_assert_int_eq(e.field, cases[i].field);
		if (e.field == FIELD_IMAGE)
			ck_assert_uint_eq(e.place.outer, 3);
		ck_assert_uint_eq(e.place.inner, PLACE_ALL);
		error_free(&e);
	}
	codex_models_unref(models);
}
END_TEST

START_TEST(json_is_of_the_visible_ones)
{
	static const char expected[] =
	    "[{\"name\":\"new\",\"context_window\":272000,\"efforts\":"
	    "[\"low\",\"medium\",\"high\"],\"images\":true,"
	    "\"default\":false},"
	    "{\"name\":\"text\",\"context_window\":null,\"efforts\":[],"
	    "\"images\":false,\"default\":true},"
	    "{\"name\":\"wide\",\"context_window\":null,\"efforts\":"
	    "[\"none\",\"ultra\",\"odd\"],\"images\":true,"
	    "\"default\":false}]";
	struct buf out;

	setup();
	buf_init(&out, 4096);
	ck_assert_int_eq(codex_models_json(models, &out), 0);
	ck_assert_str_eq(out.data, expected);
	buf_free(&out);
	buf_init(&out, 100);
	ck_assert_int_eq(codex_models_json(models, &out), -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);
	buf_free(&out);
	codex_models_unref(models);
}
END_TEST

UNIT_MAIN("codex_models", they_are_read, without_a_catalog_nothing_is_known,
    effort_is_the_nearest, of_two_as_near_the_lower, requests_are_checked,
    json_is_of_the_visible_ones)
