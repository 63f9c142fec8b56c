#include "options/options_json.h"

#include <errno.h>

#include "json/jsonx.h"

static const void *
value_at(const struct option_def *def, const void *values)
{
	return (const char *)values + def->offset;
}

static json_t *
list_to_json(const struct strv *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < list->n; i++) {
		if (json_array_append_new(array, json_string(list->v[i])) !=
		    0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
text_to_json(const struct option_def *def, const void *values)
{
	json_t *string = NULL;
	struct buf text;

	buf_init(&text, 4096);
	if (option_value_text(def, values, &text) == 0 && text.data != NULL)
		string = json_string(text.data);
	buf_free(&text);
	return string;
}

static json_t *
value_to_json(const struct option_def *def, const void *values)
{
	const void *at = value_at(def, values);
	const char *s;

	if (def->type == OPTION_LIST)
		return list_to_json(at);
	if (def->type != OPTION_STRING)
		return text_to_json(def, values);
	s = *(char *const *)at;
	return s != NULL ? json_string(s) : json_null();
}

json_t *
options_to_json(const struct option_table *t, const void *values)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < t->n; i++) {
		const struct option_def *def = &t->defs[i];

		if (json_object_set_new(
			object, def->name, value_to_json(def, values)) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* What stands for an option that was taken back. */
static json_t *
nothing(const struct option_def *def)
{
	return def->type == OPTION_LIST ? json_array() : json_null();
}

/* Notes one option; a list stays as it is once it has a member. */
static int
set_given(const struct option_word *w, const void *values, json_t *given)
{
	const struct option_def *def = w->def;
	bool taken_back = *w->value == '\0' &&
	    (def->type == OPTION_STRING || def->type == OPTION_LIST);
	json_t *value = taken_back ? nothing(def) : value_to_json(def, values);

	return json_object_set_new(given, def->name, value);
}

/* True for a "--list=" behind a member: it adds and takes back nothing. */
static bool
adds_nothing(const struct option_word *w, const json_t *in_argv)
{
	return w->def->type == OPTION_LIST && *w->value == '\0' &&
	    json_object_get(in_argv, w->def->name) != NULL;
}

static json_t *
given_in_argv(
    const struct option_table *t, const void *values, char *const *argv)
{
	json_t *given = json_object();
	char error[OPTIONS_ERROR_MAX];
	struct option_word w;

	while (given != NULL && *argv != NULL) {
		int r = options_next(t, &argv, &w, error);

		if (r == 0 && !adds_nothing(&w, given))
			r = set_given(&w, values, given);
		if (r != 0) {
			json_decref(given);
			return NULL;
		}
	}
	return given;
}

json_t *
options_given(const struct option_table *t, const void *values,
    const json_t *saved, char *const *argv)
{
	json_t *given = saved != NULL ? json_deep_copy(saved) : json_object();
	json_t *in_argv = given_in_argv(t, values, argv);

	if (given == NULL || in_argv == NULL ||
	    json_object_update(given, in_argv) != 0) {
		json_decref(given);
		given = NULL;
	}
	json_decref(in_argv);
	return given;
}

/* Says what the value must be instead; always -EINVAL. */
static int
fail_type(const struct option_def *def, const json_t *value, char *error)
{
	snprintf(error, OPTIONS_ERROR_MAX, "'%s' must be %s, not %s", def->name,
	    def->type == OPTION_LIST ? "an array of strings" : "a string",
	    jsonx_type_name(value));
	return -EINVAL;
}

/* Adds --NAME=VALUE for one JSON value, so that argv's own checks apply. */
static int
add_word(const struct option_def *def, const json_t *value, struct strv *words,
    char *error)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return fail_type(def, value, error);
	if (strlen(text) != json_string_length(value)) {
		snprintf(error, OPTIONS_ERROR_MAX,
		    "'%s' must not contain a NUL byte", def->name);
		return -EINVAL;
	}
	return strv_addf(words, "--%s=%s", def->name, text);
}

static int
add_list(const struct option_def *def, const json_t *value, struct strv *words,
    char *error)
{
	json_t *item;
	size_t i;
	int r;

	if (!json_is_array(value))
		return fail_type(def, value, error);
	/* The empty one first: it takes back what an earlier source gave. */
	r = strv_addf(words, "--%s=", def->name);
	json_array_foreach(value, i, item) {
		if (r == 0)
			r = add_word(def, item, words, error);
	}
	return r;
}

static int
add_option(const struct option_table *t, const char *name, const json_t *value,
    struct strv *words, char *error)
{
	const struct option_def *def = options_find(t, name);
	bool may_be_null = def != NULL &&
	    (def->type == OPTION_STRING || def->type == OPTION_LIST);

	if (def == NULL) {
		snprintf(error, OPTIONS_ERROR_MAX,
		    "there is no option '%.100s'", name);
		return -EINVAL;
	}
	if (json_is_null(value) && may_be_null)
		return strv_addf(words, "--%s=", def->name);
	if (def->type == OPTION_LIST)
		return add_list(def, value, words, error);
	return add_word(def, value, words, error);
}

int
options_read_json(const struct option_table *t, void *values,
    const json_t *object, char ret_error[OPTIONS_ERROR_MAX])
{
	const char *name;
	struct strv words;
	json_t *value;
	int r = 0;

	strv_init(&words);
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		if (r == 0)
			r = add_option(t, name, value, &words, ret_error);
	}
	if (r == 0 && words.n > 0)
		r = options_read_argv(t, values, words.v, ret_error);
	strv_free(&words);
	return r;
}
