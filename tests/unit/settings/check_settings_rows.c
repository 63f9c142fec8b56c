/*
 * settings_rows: what holds for every row of the option table: a saved value
 * can be taken back, and a state file with a wrong type is refused in words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json/jsonx.h"
#include "settings/settings.h"

#include "unit/unit.h"

static char *const nothing[] = { NULL };

enum {
	TEXT_MAX = 200
};

static bool
has(const struct option_def *def, unsigned flag)
{
	return (def->flags & flag) != 0;
}

/* A text that is a value of a string option or a member of a list. */
static const char *
sample_text(const struct option_def *def)
{
	if (strcmp(def->metavar, "URL") == 0)
		return "http://127.0.0.1:9";
	if (strcmp(def->metavar, "ORIGIN") == 0)
		return "http://page.example:3000";
	if (strchr(def->metavar, '=') != NULL)
		return "a=b";
	if (strcmp(def->metavar, "DIR") == 0 ||
	    strcmp(def->metavar, "FILE") == 0)
		return "/some/where";
	return "some";
}

/* An allowed value that is not the default, as one would type it. */
static void
sample(const struct option_def *def, char text[TEXT_MAX])
{
	const char *word = "";
	size_t last = 0;

	switch (def->type) {
	case OPTION_STRING:
	case OPTION_LIST:
		word = sample_text(def);
		break;
	case OPTION_BOOL:
		word = strcmp(def->initial, "on") == 0 ? "no" : "yes";
		break;
	case OPTION_CHOICE:
		while (def->choices[last + 1] != NULL)
			last++;
		word = def->choices[last];
		break;
	case OPTION_INT:
		/* The lowest may need another that is as low. */
		snprintf(text, TEXT_MAX, "%lld", (long long)def->max - 1);
		return;
	case OPTION_SECONDS:
		word = "1.5";
		break;
	}
	snprintf(text, TEXT_MAX, "%s", word);
}

/* Of two options that need each other, the other; else NULL. */
static const char *
partner(const struct option_def *def)
{
	if (strcmp(def->name, "tls-cert") == 0)
		return "tls-key";
	return strcmp(def->name, "tls-key") == 0 ? "tls-cert" : NULL;
}

/* {"NAME": value}, as a state file has it. */
static json_t *
saved_with(const struct option_def *def, const char *text)
{
	const char *other = partner(def);

	if (other != NULL)
		return json_pack("{s:s,s:s}", def->name, text, other, text);
	if (def->type == OPTION_LIST)
		return json_pack("{s:[s]}", def->name, text);
	return json_pack("{s:s}", def->name, text);
}

/* The settings of a state file and a command line, as JSON, or NULL. */
static json_t *
settings_of(const json_t *saved, char *const *argv, char *error)
{
	struct settings_sources from = { .environment = nothing,
		.saved = saved,
		.saved_in = "/the/state.json",
		.argv = argv };
	struct settings s;
	json_t *object;

	if (settings_load_from(&s, &from, error) != 0)
		return NULL;
	object = settings_to_json(&s);
	ck_assert_ptr_nonnull(object);
	settings_free(&s);
	return object;
}

/* What takes the option back on a command line. */
static const char *
taking_back(const struct option_def *def, char word[TEXT_MAX])
{
	if (def->type != OPTION_BOOL)
		snprintf(word, TEXT_MAX, "--%s=", def->name);
	else
		snprintf(word, TEXT_MAX, "--%s%s",
		    strcmp(def->initial, "on") == 0 ? "" : "no-", def->name);
	return word;
}

static bool
can_be_empty(const struct option_def *def)
{
	return def->type == OPTION_STRING || def->type == OPTION_LIST;
}

static void
check_row(const struct option_def *def, const json_t *defaults)
{
	char text[TEXT_MAX], word[TEXT_MAX], error[OPTIONS_ERROR_MAX];
	char other[TEXT_MAX];
	json_t *saved, *with, *without;

	sample(def, text);
	saved = saved_with(def, text);
	with = settings_of(saved, nothing, error);
	ck_assert_msg(with != NULL, "%s=%s: %s", def->name, text, error);
	/* An enumeration of one has nothing but its default. */
	if (def->type != OPTION_CHOICE || def->choices[1] != NULL)
		ck_assert_msg(
		    !json_equal(with, defaults), "%s: not read", def->name);
	snprintf(other, sizeof(other),
	    "--%s=", partner(def) != NULL ? partner(def) : "");
	without = settings_of(saved,
	    WORDS(taking_back(def, word), partner(def) != NULL ? other : NULL),
	    error);
	if (def->type == OPTION_BOOL || can_be_empty(def)) {
		ck_assert_msg(without != NULL, "%s: %s", word, error);
		ck_assert_msg(
		    json_equal(without, defaults), "%s: not back", word);
	} else {
		ck_assert_msg(without == NULL, "%s: taken", word);
		ck_assert_ptr_nonnull(strstr(error, def->name));
		ck_assert_ptr_nonnull(strstr(error, "must be"));
	}
	json_decref(saved);
	json_decref(with);
	json_decref(without);
}

START_TEST(every_row_can_be_saved_and_taken_back)
{
	char error[OPTIONS_ERROR_MAX];
	json_t *defaults = settings_of(NULL, nothing, error);

	ck_assert_ptr_nonnull(defaults);
	ck_assert_uint_eq(json_object_size(defaults), settings_table.n);
	for (size_t i = 0; i < settings_table.n; i++)
		check_row(&settings_table.defs[i], defaults);
	json_decref(defaults);
}
END_TEST

/* Numbers and enumerations are given anew: the default is a value, too. */
START_TEST(every_default_can_be_given)
{
	char error[OPTIONS_ERROR_MAX];
	json_t *defaults = settings_of(NULL, nothing, error);

	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		char text[TEXT_MAX], word[TEXT_MAX];
		json_t *saved, *again;

		if (def->initial == NULL)
			continue;
		sample(def, text);
		saved = saved_with(def, text);
		snprintf(
		    word, sizeof(word), "--%s=%s", def->name, def->initial);
		again = settings_of(saved, WORDS(word), error);
		ck_assert_msg(again != NULL, "%s: %s", word, error);
		ck_assert_msg(json_equal(again, defaults), "%s", word);
		json_decref(saved);
		json_decref(again);
	}
	json_decref(defaults);
}
END_TEST

/* Values that no option has. */
static const struct {
	const char *json;
	const char *says;
	bool lists, others; /* for which it is wrong */
	const char *comment;
} wrong[] = {
	{ "7", "not an integer", true, true, "a number" },
	{ "1.5", "not a number", true, true, "a fraction" },
	{ "true", "not a boolean", true, true, "a boolean" },
	{ "{}", "not an object", true, true, "an object" },
	{ "[\"x\"]", "not an array", false, true, "an array" },
	{ "\"x\"", "not a string", true, false, "a string" },
	{ "[7]", "not an integer", true, false, "a number in it" },
	{ "[[\"x\"]]", "not an array", true, false, "an array in it" },
	{ "[null]", "not null", true, false, "null in it" },
	{ "\"a\\u0000b\"", "NUL", false, true, "a NUL" },
};

static void
check_refused(const struct option_def *def, const char *json, const char *says,
    const char *comment)
{
	char text[TEXT_MAX], why[JSONX_ERROR_MAX];
	char error[OPTIONS_ERROR_MAX] = "";
	json_t *saved;

	snprintf(text, sizeof(text), "{\"%s\":%s}", def->name, json);
	ck_assert_int_eq(jsonx_parse(text, strlen(text), 8, &saved, why), 0);
	ck_assert_msg(settings_of(saved, nothing, error) == NULL, "%s: %s",
	    def->name, comment);
	ck_assert_msg(strstr(error, def->name) != NULL &&
		strstr(error, says) != NULL &&
		strstr(error, "/the/state.json") != NULL &&
		strchr(error, '\n') == NULL,
	    "%s: %s: %s", def->name, comment, error);
	json_decref(saved);
}

START_TEST(every_row_refuses_wrong_types)
{
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		bool list = def->type == OPTION_LIST;

		for (size_t j = 0; j < ARRAY_SIZE(wrong); j++)
			if (list ? wrong[j].lists : wrong[j].others)
				check_refused(def, wrong[j].json, wrong[j].says,
				    wrong[j].comment);
		if (!can_be_empty(def))
			check_refused(def, "null", "not null", "null");
		if (def->type != OPTION_STRING && !list)
			check_refused(def, "\"?\"",
			    has(def, OPTION_SECRET) ? "value" : "'?'",
			    "a text that is no such value");
	}
}
END_TEST

/* null, as state files have it for what was not set. */
START_TEST(null_is_not_set)
{
	char error[OPTIONS_ERROR_MAX];
	json_t *defaults = settings_of(NULL, nothing, error);

	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		json_t *saved, *found;

		if (!can_be_empty(def))
			continue;
		saved = json_pack("{s:n}", def->name);
		found = settings_of(saved, nothing, error);
		ck_assert_msg(found != NULL, "%s: %s", def->name, error);
		ck_assert_msg(json_equal(found, defaults), "%s", def->name);
		json_decref(saved);
		json_decref(found);
	}
	json_decref(defaults);
}
END_TEST

/* Whoever gave no root means the working directory of the day. */
START_TEST(implied_roots_are_not_given)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings old, s;
	struct settings_sources from = { .environment = nothing,
		.saved_in = "/the/state.json",
		.argv = WORDS("--default-cwd=/new") };

	ck_assert_int_eq(
	    settings_load(&old, WORDS("--default-cwd=/old"), nothing, error),
	    0);
	ck_assert_str_eq(old.allowed_root.v[0], "/old");
	from.saved = old.given;
	ck_assert_int_eq(settings_load_from(&s, &from, error), 0);
	ck_assert_uint_eq(s.allowed_root.n, 1);
	ck_assert_str_eq(s.allowed_root.v[0], "/new");
	settings_free(&s);
	settings_free(&old);
}
END_TEST

/* What was typed here must mean the same wherever the restart is typed. */
START_TEST(paths_are_given_whole)
{
	char error[OPTIONS_ERROR_MAX];
	const char *pid_file, *log_file;
	struct settings s;

	setenv("HOME", "/the/home", 1);
	ck_assert_int_eq(chdir("/tmp"), 0);
	ck_assert_int_eq(
	    settings_load(
		&s, WORDS("--pid-file=a/b", "--log-file=~/c"), nothing, error),
	    0);
	ck_assert_uint_eq(json_object_size(s.given), 2);
	pid_file = json_string_value(json_object_get(s.given, "pid-file"));
	log_file = json_string_value(json_object_get(s.given, "log-file"));
	ck_assert_str_eq(pid_file, "/tmp/a/b");
	ck_assert_str_eq(log_file, "/the/home/c");
	settings_free(&s);
}
END_TEST

/* People and logs see that there is one. */
START_TEST(no_secret_is_shown)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	json_t *shown;

	ck_assert_int_eq(
	    settings_load(&s, WORDS("--api-key=k"), nothing, error), 0);
	shown = settings_to_json(&s);
	ck_assert_str_eq(
	    json_string_value(json_object_get(shown, "api-key")), "set");
	ck_assert_str_eq(
	    json_string_value(json_object_get(shown, "proxy")), "not set");
	json_decref(shown);
	settings_free(&s);
}
END_TEST

UNIT_MAIN("settings_rows", every_row_can_be_saved_and_taken_back,
    every_default_can_be_given, every_row_refuses_wrong_types, null_is_not_set,
    implied_roots_are_not_given, paths_are_given_whole, no_secret_is_shown)
