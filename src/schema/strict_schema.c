#include "schema/strict_schema.h"

#include <errno.h>

#include "schema/schema_ref.h"
#include "schema/strict_walk.h"

enum {
	REFERENCES_MAX = 16
};

static int visit(struct strict_walk *w, json_t *schema);

/* ---- references ---- */

static bool
constrains(const char *keyword)
{
	return strict_action_of(keyword) != STRICT_DROP &&
	    strcmp(keyword, "title") != 0 &&
	    strcmp(keyword, "description") != 0;
}

/* Whether nothing but annotations and definitions stands beside `keyword`. */
static bool
is_alone(json_t *schema, const char *keyword)
{
	const char *other;
	json_t *value;

	json_object_foreach(schema, other, value) {
		if (strcmp(other, keyword) != 0 && constrains(other) &&
		    strcmp(other, "$defs") != 0 &&
		    strcmp(other, "definitions") != 0)
			return false;
	}
	return true;
}

/*
 * Gives `schema` the members of `from` that it lacks. Not by
 * json_object_update_missing, which tells no lack of memory (jansson 2.14).
 */
static int
adopt(json_t *schema, json_t *from)
{
	const char *name;
	json_t *value;
	int rc = 0;

	json_object_foreach(from, name, value) {
		if (rc == 0 && json_object_get(schema, name) == NULL)
			rc = strict_set(schema, name, json_incref(value));
	}
	return rc;
}

/* Puts a copy of what `keyword` stands for in its place. */
static int
replace(json_t *schema, const char *keyword, const json_t *by)
{
	json_t *copy = json_deep_copy(by);
	int rc = copy == NULL ? -ENOMEM : 0;

	json_object_del(schema, keyword);
	if (rc == 0)
		rc = adopt(schema, copy);
	json_decref(copy);
	return rc;
}

/* Strict mode has the root be the object itself. */
static int
inline_root(struct strict_walk *w)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < REFERENCES_MAX; i++) {
		const json_t *target = schema_resolve(
		    w->root, json_object_get(w->root, "$ref"));

		if (!json_is_object(target) || target == w->root ||
		    !is_alone(w->root, "$ref"))
			break;
		rc = replace(w->root, "$ref", target);
	}
	return rc;
}

static int
check_reference(struct strict_walk *w, json_t *schema)
{
	json_t *description = json_object_get(schema, "description");
	json_t *reference = json_object_get(schema, "$ref");

	if (schema_resolve(w->root, reference) == NULL)
		return strict_refuse(w, "$ref",
		    "it must be #, #/$defs/NAME or #/definitions/NAME, and "
		    "point at something");
	if (!is_alone(schema, "$ref"))
		return strict_refuse(
		    w, "$ref", "nothing that constrains may stand beside it");
	json_object_del(schema, "title");
	if (description == NULL)
		return 0;
	json_incref(reference);
	json_object_del(schema, "$ref");
	return strict_set(
	    schema, "anyOf", json_pack("[{s:o}]", "$ref", reference));
}

/* ---- keywords ---- */

static int
visit_map(struct strict_walk *w, json_t *map)
{
	json_t *schema;
	const char *name;
	int rc = json_is_object(map)
	    ? 0
	    : strict_refuse(w, NULL, "it is no object");

	json_object_foreach(map, name, schema) {
		size_t before = w->path_len;

		if (rc != 0)
			break;
		strict_enter(w, name);
		rc = visit(w, schema);
		strict_leave(w, before);
	}
	return rc;
}

static int
visit_list(struct strict_walk *w, json_t *list)
{
	int rc = json_is_array(list) ? 0
				     : strict_refuse(w, NULL, "it is no array");
	json_t *schema;
	size_t i;

	json_array_foreach(list, i, schema) {
		size_t before = w->path_len;
		char index[32];

		if (rc != 0)
			break;
		snprintf(index, sizeof(index), "%zu", i);
		strict_enter(w, index);
		rc = visit(w, schema);
		strict_leave(w, before);
	}
	return rc;
}

static int
visit_keyword(struct strict_walk *w, const char *keyword, json_t *value)
{
	size_t before = strict_enter(w, keyword);
	int rc = 0;

	switch (strict_action_of(keyword)) {
	case STRICT_VISIT:
		rc = visit(w, value);
		break;
	case STRICT_VISIT_LIST:
		rc = visit_list(w, value);
		break;
	case STRICT_VISIT_MAP:
		rc = visit_map(w, value);
		break;
	case STRICT_REFUSE:
		rc = strict_refuse(w, NULL, "strict mode does not know it");
		break;
	default:
		break;
	}
	strict_leave(w, before);
	return rc;
}

static bool
is_idle(const json_t *schema, const char *keyword, const json_t *value)
{
	enum strict_action action = strict_action_of(keyword);

	return action == STRICT_DROP ||
	    (action == STRICT_REFUSE &&
		strict_demands_nothing(schema, keyword, value));
}

static int
visit_keywords(struct strict_walk *w, json_t *schema)
{
	const char *keyword;
	json_t *value;
	void *next;
	int rc = 0;

	json_object_foreach_safe(schema, next, keyword, value)
	{
		if (rc != 0)
			break;
		if (is_idle(schema, keyword, value))
			json_object_del(schema, keyword);
		else
			rc = visit_keyword(w, keyword, value);
	}
	return rc;
}

/* Some generators say "this, with another title" by an allOf of one. */
static int
unfold(json_t *schema)
{
	int rc = 0;

	for (;;) {
		json_t *list = json_object_get(schema, "allOf");
		json_t *only = json_array_get(list, 0);

		if (rc != 0 || json_array_size(list) != 1 ||
		    !json_is_object(only) || !is_alone(schema, "allOf"))
			return rc;
		/* Nobody else has it, so it is not copied, level by level. */
		json_incref(only);
		json_object_del(schema, "allOf");
		rc = adopt(schema, only);
		json_decref(only);
	}
}

/* Makes `schema` strict, in place. */
static int
visit(struct strict_walk *w, json_t *schema)
{
	unsigned object;
	int rc;

	if (!json_is_object(schema))
		return strict_refuse(w, NULL, "it is no object");
	rc = unfold(schema);
	object = json_object_get(schema, "properties") != NULL;
	w->n_objects += object;
	if (rc == 0)
		rc = visit_keywords(w, schema);
	if (rc == 0 && json_object_get(schema, "$ref") != NULL)
		rc = check_reference(w, schema);
	else if (rc == 0)
		rc = strict_check_types(w, schema);
	w->n_objects -= object;
	return rc;
}

static int
visit_root(struct strict_walk *w)
{
	const char *type;
	int rc = unfold(w->root);

	if (rc == 0)
		rc = inline_root(w);
	json_object_del(w->root, "$id");
	if (rc == 0)
		rc = visit(w, w->root);
	if (rc != 0)
		return rc;
	type = json_string_value(json_object_get(w->root, "type"));
	if (type == NULL || strcmp(type, "object") != 0)
		return strict_refuse(
		    w, "type", "that of the root must be object");
	if (json_object_get(w->root, "anyOf") != NULL)
		return strict_refuse(w, "anyOf", "the root must be one object");
	return 0;
}

int
strict_schema_make(
    const json_t *schema, json_t **ret_strict, struct strict_fault *ret_fault)
{
	struct strict_walk w = { .root = json_deep_copy(schema),
		.fault = ret_fault };
	int rc = w.root != NULL ? visit_root(&w) : -ENOMEM;

	if (rc == 0)
		*ret_strict = w.root;
	else
		json_decref(w.root);
	return rc;
}
