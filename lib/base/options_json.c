#include "base/options_json.h"

#include <errno.h>

#include "base/jsonx.h"

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
