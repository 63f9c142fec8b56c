#include "dialect/openai_choice.h"

#include <errno.h>
#include <stdio.h>

#include "dialect/openai_tools.h"

int
openai_choice_word(struct reader *r, const json_t *value, const char *param)
{
	static const struct {
		const char *word;
		enum tool_choice choice;
	} words[] = { { "auto", CHOICE_AUTO }, { "none", CHOICE_NONE },
		{ "required", CHOICE_REQUIRED } };
	struct text word = { json_string_value(value),
		json_string_length(value) };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_is(word, words[i].word)) {
			r->generation->choice = words[i].choice;
			return 0;
		}
	}
	return reader_invalid(r, param, "none, auto, required or a function");
}

static int
not_given(struct reader *r, const char *param)
{
	return error_set_param(r->error, ERROR_INVALID_VALUE, param,
	    "'%s' is not one of the tools of this request.", param);
}

/* A named function must be one of those that were given. */
int
openai_choice_name(struct reader *r, const json_t *object, const char *param)
{
	struct generation *g = r->generation;
	struct text name = { NULL, 0 };
	int rc = reader_text(r, object, "name", param, true, &name);

	if (rc != 0)
		return rc;
	g->choice = CHOICE_NAMED;
	for (size_t i = 0; i < g->n_tools; i++) {
		if (text_equal(g->tools[i].name, name)) {
			g->chosen = g->tools[i].name;
			return 0;
		}
	}
	return not_given(r, param);
}

/* ---- {"type":"allowed_tools"} ---- */

/* The names of the tools, none of them allowed yet; NULL without memory. */
static json_t *
name_set(const struct generation *g)
{
	json_t *names = json_object();

	for (size_t i = 0; names != NULL && i < g->n_tools; i++) {
		if (json_object_set_new(
			names, g->tools[i].name.s, json_false()) != 0) {
			json_decref(names);
			return NULL;
		}
	}
	return names;
}

static int
parse_allowed(struct reader *r, const json_t *object, const char *list,
    size_t i, json_t *names)
{
	char param[READER_PARAM_MAX];
	const char *where;
	const json_t *named = openai_named(object, &where);
	struct text name;
	int rc;

	snprintf(param, sizeof(param), "%.80s[%zu].function", list, i);
	if (named == NULL)
		return reader_missing(r, param);
	snprintf(param, sizeof(param), "%.80s[%zu]%s.name", list, i, where);
	rc = reader_text(r, named, "name", param, true, &name);
	if (rc != 0)
		return rc;
	if (strlen(name.s) != name.len ||
	    json_object_get(names, name.s) == NULL)
		return not_given(r, param);
	return json_object_set_new(names, name.s, json_true()) == 0 ? 0
								    : -ENOMEM;
}

/*
 * Codex cannot be told which of the tools it may call, so the others are not
 * offered to it. A set of names, since both lists may be as long as a body can
 * hold.
 */
static int
parse_allowed_list(struct reader *r, const json_t *list, const char *param,
    openai_skip_fn *skip)
{
	struct generation *g = r->generation;
	json_t *names = name_set(g), *value;
	size_t i;
	int rc = names == NULL ? -ENOMEM : 0;

	json_array_foreach(list, i, value) {
		if (rc != 0)
			break;
		if (skip == NULL || !skip(value))
			rc = parse_allowed(r, value, param, i, names);
	}
	for (i = 0; rc == 0 && i < g->n_tools; i++)
		g->tools[i].offered = json_is_true(
		    json_object_get(names, g->tools[i].name.s));
	json_decref(names);
	return rc;
}

static int
parse_allowed_mode(struct reader *r, const json_t *object, const char *param)
{
	struct text mode;
	int rc = reader_text(r, object, "mode", param, true, &mode);

	if (rc != 0)
		return rc;
	if (text_is(mode, "auto"))
		r->generation->choice = CHOICE_AUTO;
	else if (text_is(mode, "required"))
		r->generation->choice = CHOICE_REQUIRED;
	else
		return reader_invalid(r, param, "auto or required");
	return 0;
}

/* {"mode","tools"}, at `where`. */
static int
parse_allowed_in(struct reader *r, const json_t *object, const char *where,
    openai_skip_fn *skip)
{
	char param[READER_PARAM_MAX];
	json_t *list;
	int rc;

	snprintf(param, sizeof(param), "%.100s.mode", where);
	rc = parse_allowed_mode(r, object, param);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.tools", where);
	rc = reader_array(r, object, "tools", param, &list);
	if (rc != 0)
		return rc;
	return list == NULL ? reader_missing(r, param)
			    : parse_allowed_list(r, list, param, skip);
}

/* Its members may stand beside `type`, as in the Responses API. */
static int
parse_allowed_tools(
    struct reader *r, const json_t *choice, openai_skip_fn *skip)
{
	static const char where[] = "tool_choice.allowed_tools";
	json_t *object;

	if (jsonx_get_object(choice, "allowed_tools", &object) == 0)
		return parse_allowed_in(r, object, where, skip);
	if (json_object_get(choice, "tools") != NULL)
		return parse_allowed_in(r, choice, "tool_choice", skip);
	return reader_missing(r, where);
}

/* ---- which to call ---- */

int
openai_choice(struct reader *r, const json_t *choice, openai_skip_fn *skip)
{
	static const char param[] = "tool_choice.type";
	struct text type = text_of("function");
	char name[READER_PARAM_MAX];
	const json_t *named;
	const char *where;
	int rc = reader_text(r, choice, "type", param, false, &type);

	if (rc != 0)
		return rc;
	if (text_is(type, "allowed_tools"))
		return parse_allowed_tools(r, choice, skip);
	if (!text_is(type, "function") && !text_is(type, "custom"))
		return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER,
		    param,
		    "A choice of type '%.64s' is not supported; function, "
		    "custom and allowed_tools are.",
		    type.s);
	named = openai_named(choice, &where);
	snprintf(name, sizeof(name), "tool_choice.%s", type.s);
	if (named == NULL)
		return reader_missing(r, name);
	snprintf(name, sizeof(name), "tool_choice%s.name", where);
	return openai_choice_name(r, named, name);
}
