#include "core/strict_walk.h"

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

size_t
strict_enter(struct strict_walk *w, const char *name)
{
	size_t before = w->where_len;
	int n = snprintf(
	    w->where + before, STRICT_WHERE_MAX - before, ".%s", name);

	if (n > 0)
		w->where_len += (size_t)n;
	if (w->where_len >= STRICT_WHERE_MAX)
		w->where_len = STRICT_WHERE_MAX - 1;
	return before;
}

void
strict_leave(struct strict_walk *w, size_t before)
{
	w->where_len = before;
	w->where[before] = '\0';
}

int
strict_refuse(struct strict_walk *w, const char *keyword, const char *why)
{
	size_t before = w->where_len;

	if (keyword != NULL)
		strict_enter(w, keyword);
	api_error_set_param(w->error, API_ERROR_INVALID_VALUE, w->where,
	    "'%s' cannot be used, as Codex has schemas kept strictly: %s.",
	    w->where, why);
	strict_leave(w, before);
	return -EINVAL;
}

int
strict_set(json_t *schema, const char *keyword, json_t *value)
{
	return json_object_set_new(schema, keyword, value) < 0 ? -ENOMEM : 0;
}
