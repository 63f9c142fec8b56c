#include "schema/strict_walk.h"

#include <errno.h>

static const struct {
	const char *keyword;
	enum strict_action action;
} keywords[] = {
	{ "$ref", STRICT_KEEP },
	{ "type", STRICT_KEEP },
	{ "title", STRICT_KEEP },
	{ "description", STRICT_KEEP },
	{ "enum", STRICT_KEEP },
	{ "const", STRICT_KEEP },
	{ "required", STRICT_KEEP },
	{ "additionalProperties", STRICT_KEEP },
	{ "pattern", STRICT_KEEP },
	{ "format", STRICT_KEEP },
	{ "minLength", STRICT_KEEP },
	{ "maxLength", STRICT_KEEP },
	{ "multipleOf", STRICT_KEEP },
	{ "minimum", STRICT_KEEP },
	{ "maximum", STRICT_KEEP },
	{ "exclusiveMinimum", STRICT_KEEP },
	{ "exclusiveMaximum", STRICT_KEEP },
	{ "minItems", STRICT_KEEP },
	{ "maxItems", STRICT_KEEP },
	{ "items", STRICT_VISIT },
	{ "anyOf", STRICT_VISIT_LIST },
	{ "properties", STRICT_VISIT_MAP },
	{ "$defs", STRICT_VISIT_MAP },
	{ "definitions", STRICT_VISIT_MAP },
	{ "allOf", STRICT_REFUSE },
	{ "oneOf", STRICT_REFUSE },
	{ "not", STRICT_REFUSE },
	{ "if", STRICT_REFUSE },
	{ "then", STRICT_REFUSE },
	{ "else", STRICT_REFUSE },
	{ "dependencies", STRICT_REFUSE },
	{ "dependentRequired", STRICT_REFUSE },
	{ "dependentSchemas", STRICT_REFUSE },
	{ "patternProperties", STRICT_REFUSE },
	{ "propertyNames", STRICT_REFUSE },
	{ "minProperties", STRICT_REFUSE },
	{ "maxProperties", STRICT_REFUSE },
	{ "unevaluatedProperties", STRICT_REFUSE },
	{ "unevaluatedItems", STRICT_REFUSE },
	{ "prefixItems", STRICT_REFUSE },
	{ "contains", STRICT_REFUSE },
	{ "minContains", STRICT_REFUSE },
	{ "maxContains", STRICT_REFUSE },
	{ "uniqueItems", STRICT_REFUSE },
	/* Below the root it changes what a $ref means. */
	{ "$id", STRICT_REFUSE },
	{ "$dynamicRef", STRICT_REFUSE },
	{ "$recursiveRef", STRICT_REFUSE },
};

enum strict_action
strict_action_of(const char *keyword)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (strcmp(keyword, keywords[i].keyword) == 0)
			return keywords[i].action;
	}
	return STRICT_DROP;
}

static bool
is_empty(const json_t *value)
{
	return json_is_true(value) ||
	    (json_is_object(value) && json_object_size(value) == 0) ||
	    (json_is_array(value) && json_array_size(value) == 0);
}

/* Those whose false, or 0, demands nothing. */
static bool
is_off(const char *keyword, const json_t *value)
{
	static const char *const bounds[] = { "minProperties", "minContains" };

	if (strcmp(keyword, "uniqueItems") == 0 || strcmp(keyword, "not") == 0)
		return json_is_false(value);
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		if (strcmp(keyword, bounds[i]) == 0)
			return json_is_number(value) &&
			    json_number_value(value) <= 0;
	}
	return false;
}

/* Those that mean something only beside another, which is not there. */
static bool
is_idle(const json_t *schema, const char *keyword)
{
	static const char *const needs[][3] = { { "then", "if", "if" },
		{ "else", "if", "if" }, { "if", "then", "else" },
		{ "minContains", "contains", "contains" },
		{ "maxContains", "contains", "contains" } };

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (strcmp(keyword, needs[i][0]) == 0)
			return json_object_get(schema, needs[i][1]) == NULL &&
			    json_object_get(schema, needs[i][2]) == NULL;
	}
	return false;
}

/* Those of which nothing, {} and true let everything through. */
static bool
is_permissive(const char *keyword, const json_t *value)
{
	static const char *const open[] = { "allOf", "dependencies",
		"dependentRequired", "dependentSchemas", "patternProperties",
		"propertyNames", "unevaluatedProperties", "unevaluatedItems",
		"prefixItems" };

	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		if (strcmp(keyword, open[i]) == 0)
			return is_empty(value);
	}
	return false;
}

bool
strict_demands_nothing(
    const json_t *schema, const char *keyword, const json_t *value)
{
	return is_off(keyword, value) || is_idle(schema, keyword) ||
	    is_permissive(keyword, value);
}

size_t
strict_enter(struct strict_walk *w, const char *name)
{
	size_t before = w->path_len;
	int n = snprintf(
	    w->path + before, STRICT_PATH_MAX - before, ".%s", name);

	if (n > 0)
		w->path_len += (size_t)n;
	if (w->path_len >= STRICT_PATH_MAX)
		w->path_len = STRICT_PATH_MAX - 1;
	return before;
}

void
strict_leave(struct strict_walk *w, size_t before)
{
	w->path_len = before;
	w->path[before] = '\0';
}

int
strict_refuse(struct strict_walk *w, const char *keyword, const char *why)
{
	size_t before = w->path_len;

	if (keyword != NULL)
		strict_enter(w, keyword);
	memcpy(w->fault->path, w->path, sizeof(w->fault->path));
	w->fault->why = why;
	strict_leave(w, before);
	return -EINVAL;
}

int
strict_set(json_t *schema, const char *keyword, json_t *value)
{
	return json_object_set_new(schema, keyword, value) < 0 ? -ENOMEM : 0;
}
