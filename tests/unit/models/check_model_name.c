/*
 * model_name: what a caller's model name stands for, in which order.
 */
#include "models/model_name.h"

#include <errno.h>

#include "unit/app_job.h"
#include "unit/unit.h"

static const char sample[] =
    "{\"models\":["
    "{\"slug\":\"gpt-6\",\"visibility\":\"list\",\"priority\":2},"
    "{\"slug\":\"gpt-6-max\",\"visibility\":\"list\",\"priority\":1},"
    "{\"slug\":\"hidden\",\"visibility\":\"hide\",\"priority\":0},"
    "{\"slug\":\"by/slash\",\"visibility\":\"list\",\"priority\":3}]}";

static struct settings settings;
static struct codex_models *models;

static void
setup(const char *more)
{
	json_t *catalog = json_loads(sample, 0, NULL);

	ck_assert_ptr_nonnull(catalog);
	ck_assert_int_eq(codex_models_read(catalog, &models), 0);
	json_decref(catalog);
	app_settings(&settings,
	    WORDS("--model-alias=fast=gpt-6:low", "--model-alias=own=openai/x",
		"--model-alias=alone=codex-local",
		"--model-alias=looks=codex-agent",
		"--model-alias=claude-*=gpt-6", "--model-alias=claude-o*=no",
		"--model-alias=claude-exact=exact", "--model-alias=codex-*=no",
		"--model-alias=gpt-6-high=taken", more));
}

static void
teardown(void)
{
	codex_models_unref(models);
	settings_free(&settings);
}

static const struct {
	const char *name;
	const char *model; /* NULL: Codex's own */
	const char *effort;
	bool agent, unknown;
	const char *comment;
} cases[] = {
	{ "codex-local", NULL, NULL, false, false, "ours" },
	{ "codex-agent", NULL, NULL, true, false, "ours, as an agent" },
	{ "codex-x", "no", NULL, false, false, "a pattern over ours" },
	{ "claude-exact", "exact", NULL, false, false,
	    "an alias before a pattern" },
	{ "claude-opus", "gpt-6", NULL, false, false,
	    "of two patterns the first" },
	{ "fast", "gpt-6", "low", false, false, "an alias with an effort" },
	{ "alone", NULL, NULL, false, false, "an alias of codex-local" },
	{ "looks", NULL, NULL, true, false, "an alias of codex-agent" },
	{ "own", "openai/x", NULL, false, false,
	    "an alias's model is Codex's to know" },
	{ "gpt-6", "gpt-6", NULL, false, false, "of the catalog" },
	{ "hidden", "hidden", NULL, false, false, "of it, though not listed" },
	{ "gpt-6:medium", "gpt-6", "medium", false, false, "an effort" },
	{ "gpt-6-xhigh", "gpt-6", "xhigh", false, false, "with a dash" },
	{ "gpt-6-high", "taken", NULL, false, false, "an alias comes first" },
	{ "gpt-6:high", "gpt-6", "high", false, false, "which this is not" },
	{ "gpt-6-max", "gpt-6-max", NULL, false, false,
	    "of the catalog before an effort" },
	{ "gpt-6:max", "gpt-6", "max", false, false, "which this is not" },
	{ "gpt-6-max-low", "gpt-6-max", "low", false, false, "of another" },
	{ "gpt-6:much", "gpt-6:much", NULL, false, true, "no effort" },
	{ "gpt-6:", "gpt-6:", NULL, false, true, "nothing behind it" },
	{ "gpt-5:high", "gpt-5:high", NULL, false, true, "of no model" },
	{ "-high", "-high", NULL, false, true, "an effort alone" },
	{ "codex-local:high", "no", NULL, false, false,
	    "an effort is for models of the catalog" },
	{ "openai/gpt-6", "gpt-6", NULL, false, false, "behind a slash" },
	{ "openai/gpt-6:low", "gpt-6", "low", false, false, "with an effort" },
	{ "a/b/gpt-6", "gpt-6", NULL, false, false, "behind two" },
	{ "x/codex-local", NULL, NULL, false, false, "ours" },
	{ "x/codex-agent", NULL, NULL, true, false, "ours" },
	{ "x/fast", "gpt-6", "low", false, false, "an alias" },
	{ "anthropic/claude-opus", "gpt-6", NULL, false, false, "a pattern" },
	{ "by/slash", "by/slash", NULL, false, false,
	    "a slash of the catalog's own" },
	{ "x/by/slash", "by/slash", NULL, false, false, "and behind one" },
	{ "x/nothing", "x/nothing", NULL, false, true, "as it is" },
	{ "gpt-6/", "gpt-6/", NULL, false, true, "nothing behind it" },
	{ "nothing", "nothing", NULL, false, true, "as it is" },
	{ "GPT-6", "GPT-6", NULL, false, true, "letters count" },
};

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

START_TEST(in_this_order)
{
	setup("--fast");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct model_name n;

		ck_assert_int_eq(
		    model_name_read(&settings, models, cases[i].name, &n), 0);
		ck_assert_msg(same(n.model, cases[i].model) &&
			same(n.effort, cases[i].effort) &&
			n.agent == cases[i].agent &&
			n.known == !cases[i].unknown,
		    "%s (%s): %s, %s", cases[i].name, cases[i].comment, n.model,
		    n.effort);
		model_name_free(&n);
	}
	teardown();
}
END_TEST

START_TEST(ours_are_the_model_that_was_set)
{
	static const char *const names[] = { "codex-local", "codex-agent",
		"alone", "looks", "x/codex-local" };

	setup("--model=gpt-6-max");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct model_name n;

		ck_assert_int_eq(
		    model_name_read(&settings, models, names[i], &n), 0);
		ck_assert_str_eq(n.model, "gpt-6-max");
		model_name_free(&n);
	}
	teardown();
}
END_TEST

/* What Codex has told nothing of is Codex's to know. */
START_TEST(without_a_catalog)
{
	struct model_name n;

	setup("--fast");
	ck_assert_int_eq(model_name_read(&settings, NULL, "gpt-6:low", &n), 0);
	ck_assert_str_eq(n.model, "gpt-6:low");
	ck_assert(!n.known);
	model_name_free(&n);
	ck_assert_int_eq(model_name_read(&settings, NULL, "x/alone", &n), 0);
	ck_assert_ptr_null(n.model);
	ck_assert(n.known);
	model_name_free(&n);
	teardown();
}
END_TEST

START_TEST(what_answers)
{
	static const struct {
		const char *option, *name, *real, *comment;
		bool no_catalog;
	} rows[] = {
		{ "--fast", "gpt-6:low", "gpt-6", "one that is named", false },
		{ "--fast", "unheard", "unheard", "even if unknown", false },
		{ "--fast", "codex-local", "gpt-6-max", "the catalog's first",
		    false },
		{ "--model=m", "codex-local", "m", "the one set", false },
		{ "--codex-config=model=\"c\"", "codex-local", "c",
		    "by the configuration", false },
		{ "--codex-config=model=\"c\"", "gpt-6", "gpt-6",
		    "a name goes before it", false },
		{ "--codex-config=model_provider=\"c\"", "codex-local",
		    "gpt-6-max", "of another key", false },
		{ "--fast", "codex-local", "", "nothing known", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct model_name n;
		char real[MODEL_NAME_REAL_MAX];

		setup(rows[i].option);
		ck_assert_int_eq(
		    model_name_read(&settings, models, rows[i].name, &n), 0);
		model_name_real(
		    &settings, rows[i].no_catalog ? NULL : models, &n, real);
		ck_assert_msg(strcmp(real, rows[i].real) == 0, "%s: %s",
		    rows[i].comment, real);
		model_name_free(&n);
		teardown();
	}
}
END_TEST

/* Another provider's names, where the caller's API is that one's. */
static const struct {
	const char *name, *prefix;
	const char *model; /* NULL: Codex's own */
	bool unknown;
} others[] = {
	{ "claude-new", "claude-", NULL, false },
	{ "anthropic/claude-new", "claude-", NULL, false },
	{ "claude-new", NULL, "claude-new", true },
	{ "other", "claude-", "other", true },
	{ "my-claude-new", "claude-", "my-claude-new", true },
	{ "claude-exact", "claude-", "exact", false },
	{ "gpt-6", "gpt-", "gpt-6", false },
};

START_TEST(what_stands_in_for_others)
{
	setup(NULL);
	/* Without the patterns of the other tests. */
	settings_free(&settings);
	app_settings(&settings, WORDS("--model-alias=claude-exact=exact"));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct model_name n;

		ck_assert_int_eq(
		    model_name_read(&settings, models, others[i].name, &n), 0);
		ck_assert_int_eq(model_name_stand_in(&settings, others[i].name,
				     others[i].prefix, &n),
		    0);
		if (others[i].model == NULL)
			ck_assert_ptr_null(n.model);
		else
			ck_assert_str_eq(n.model, others[i].model);
		ck_assert_int_eq(n.known, !others[i].unknown);
		model_name_free(&n);
	}
	teardown();
}
END_TEST

START_TEST(the_request_says_its_effort)
{
	struct generation said = { .effort = "high" }, silent = { NULL };
	struct model_name n = { .effort = "low" }, none = { NULL };

	ck_assert_str_eq(model_name_effort(&n, &said), "high");
	ck_assert_str_eq(model_name_effort(&n, &silent), "low");
	ck_assert_ptr_null(model_name_effort(&none, &silent));
}
END_TEST

UNIT_MAIN("model_name", in_this_order, ours_are_the_model_that_was_set,
    without_a_catalog, what_answers, what_stands_in_for_others,
    the_request_says_its_effort)
