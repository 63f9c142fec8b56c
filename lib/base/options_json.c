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

/* Adds --NAME=VALUE for one JSON value, so that argv's own checks apply. */
static int
add_word(const char *name, const json_t *value, struct strv *words, char *error)
{
	if (json_is_null(value))
		return strv_addf(words, "--%s=", name);
	if (!json_is_string(value)) {
		snprintf(error, OPTIONS_ERROR_MAX,
		    "'%s' must be a string or an array of strings, not %s",
		    name, jsonx_type_name(value));
		return -EINVAL;
	}
	return strv_addf(words, "--%s=%s", name, json_string_value(value));
}

static int
add_words(
    const char *name, const json_t *value, struct strv *words, char *error)
{
	json_t *item;
	size_t i;
	int r = 0;

	if (!json_is_array(value))
		return add_word(name, value, words, error);
	/* The empty one first: it takes back what an earlier source gave. */
	r = strv_addf(words, "--%s=", name);
	json_array_foreach(value, i, item) {
		if (r == 0)
			r = add_word(name, item, words, error);
	}
	return r;
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
			r = add_words(name, value, &words, ret_error);
	}
	if (r == 0 && words.n > 0)
		r = options_read_argv(t, values, words.v, ret_error);
	strv_free(&words);
	return r;
}
