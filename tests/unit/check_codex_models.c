#include "core/codex_models.h"

#include <errno.h>

#include "unit.h"

static const char sample[] =
    "{\"models\":["
    "{\"slug\":\"new\",\"visibility\":\"list\",\"priority\":2,"
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

static struct codex_models models;

static void
setup(void)
{
	json_t *catalog = json_loads(sample, 0, NULL);

	ck_assert_ptr_nonnull(catalog);
	ck_assert_int_eq(codex_models_read(catalog, &models), 0);
	json_decref(catalog);
}

START_TEST(names_are_the_visible_ones_in_order)
{
	struct strv names;

	setup();
	strv_init(&names);
	ck_assert_int_eq(strv_add(&names, "codex-local"), 0);
	ck_assert_int_eq(codex_models_names(&models, &names), 0);
	ck_assert_uint_eq(names.n, 4);
	ck_assert_str_eq(names.v[0], "codex-local");
	ck_assert_str_eq(names.v[1], "new");
	ck_assert_str_eq(names.v[2], "text");
	ck_assert_str_eq(names.v[3], "wide");
	strv_free(&names);
	codex_models_free(&models);
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
		    &models, cases[i].model, cases[i].asked);

		if (cases[i].given == NULL)
			ck_assert_msg(given == NULL, "%s", cases[i].comment);
		else
			ck_assert_msg(
			    given != NULL && strcmp(given, cases[i].given) == 0,
			    "%s", cases[i].comment);
	}
	codex_models_free(&models);
}
END_TEST

START_TEST(of_two_as_near_the_lower)
{
	json_t *catalog = json_loads(
	    "{\"models\":[{\"slug\":\"m\",\"supported_reasoning_levels\":"
	    "[{\"effort\":\"low\"},{\"effort\":\"high\"}]}]}",
	    0, NULL);

	ck_assert_int_eq(codex_models_read(catalog, &models), 0);
	ck_assert_str_eq(codex_models_effort(&models, "m", "medium"), "low");
	codex_models_free(&models);
	json_decref(catalog);
}
END_TEST

START_TEST(requests_are_checked)
{
	struct chat_part image = { .kind = CHAT_PART_IMAGE };
	struct chat_message with = { .parts = &image, .n_parts = 1 };
	struct chat_message messages[2] = { { .n_parts = 0 }, with };
	const struct {
		const char *model, *effort;
		size_t n_messages;
		const char *param, *comment;
	} cases[] = {
		{ "new", "low", 2, NULL, "all that it can" },
		{ "text", NULL, 1, NULL, "text alone" },
		{ "text", NULL, 2, "messages[1].content", "an image" },
		{ "text", "low", 1, "reasoning_effort", "it knows none" },
		{ "new", "minimal", 1, NULL, "an effort that is snapped" },
		{ "new", "much", 1, "reasoning_effort", "no effort" },
		{ "secret", "much", 2, NULL, "nothing is said of it" },
		{ "elsewhere", "much", 2, NULL, "an unknown model" },
		{ NULL, NULL, 2, "messages[1].content", "the default" },
	};

	setup();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_request r = { .messages = messages,
			.n_messages = cases[i].n_messages,
			.reasoning_effort = cases[i].effort };
		struct api_error e = API_ERROR_INIT;
		int rc = codex_models_check(&models, cases[i].model, &r, &e);

		ck_assert_msg(rc == (cases[i].param != NULL ? -EINVAL : 0),
		    "%s", cases[i].comment);
		if (rc != 0)
			ck_assert_str_eq(e.param, cases[i].param);
		api_error_free(&e);
	}
	codex_models_free(&models);
}
END_TEST

UNIT_MAIN("codex_models", names_are_the_visible_ones_in_order,
    effort_is_the_nearest, of_two_as_near_the_lower, requests_are_checked)
