#include "schema/schema_shape.h"

#include <errno.h>

#include "schema/schema_ref.h"
#include "schema/strict_walk.h"

struct shape {
	struct strict_walk walk;
	json_t *seen; /* references, as names */
	json_t *waiting; /* those of them that are to be followed, in turn */
};

static int visit(struct shape *s, json_t *schema);

static bool
is_there(const json_t *value)
{
	return value != NULL && !json_is_null(value);
}

/* ---- what a keyword holds ---- */

static int
check_text(struct shape *s, const json_t *value)
{
	return json_is_string(value)
	    ? 0
	    : strict_refuse(&s->walk, NULL, "it must be a string");
}

static int
check_list(struct shape *s, const json_t *value)
{
	return json_is_array(value)
	    ? 0
	    : strict_refuse(&s->walk, NULL, "it must be an array");
}

static int
check_names(struct shape *s, const json_t *value)
{
	json_t *name;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, name) {
			if (!json_is_string(name))
				break;
		}
		if (i == json_array_size(value))
			return 0;
	}
	return strict_refuse(
	    &s->walk, NULL, "it must be an array of the names of properties");
}

/* Definitions wait, since they may lead from one to the next for long. */
static int
note_reference(struct shape *s, json_t *value)
{
	const char *name = json_string_value(value);

	if (name == NULL)
		return check_text(s, value);
	if (json_object_get(s->seen, name) != NULL)
		return 0;
	if (json_object_set_new(s->seen, name, json_true()) < 0 ||
	    json_array_append(s->waiting, value) < 0)
		return -ENOMEM;
	return 0;
}

static int
visit_items(struct shape *s, json_t *value)
{
	if (json_is_array(value))
		return strict_refuse(&s->walk, NULL,
		    "it must be one schema for all items: Codex takes no "
		    "tuples");
	return visit(s, value);
}

static int
visit_map(struct shape *s, json_t *map)
{
	const char *name;
	json_t *schema;
	int rc = json_is_object(map)
	    ? 0
	    : strict_refuse(&s->walk, NULL, "it must be an object of schemas");

	json_object_foreach(map, name, schema) {
		size_t before = strict_enter(&s->walk, name);

		if (rc == 0)
			rc = visit(s, schema);
		strict_leave(&s->walk, before);
	}
	return rc;
}

static int
visit_list(struct shape *s, json_t *list)
{
	int rc = check_list(s, list);
	json_t *schema;
	size_t i;

	json_array_foreach(list, i, schema) {
		char index[32];
		size_t before;

		snprintf(index, sizeof(index), "%zu", i);
		before = strict_enter(&s->walk, index);
		if (rc == 0)
			rc = visit(s, schema);
		strict_leave(&s->walk, before);
	}
	return rc;
}

/* ---- schemas ---- */

static int
check_keyword(struct shape *s, const char *keyword, json_t *value)
{
	if (strcmp(keyword, "description") == 0)
		return check_text(s, value);
	if (strcmp(keyword, "enum") == 0)
		return check_list(s, value);
	if (strcmp(keyword, "required") == 0)
		return check_names(s, value);
	if (strcmp(keyword, "$ref") == 0)
		return note_reference(s, value);
	if (strcmp(keyword, "items") == 0)
		return visit_items(s, value);
	if (strcmp(keyword, "properties") == 0)
		return visit_map(s, value);
	if (strcmp(keyword, "additionalProperties") == 0)
		return visit(s, value);
	if (strcmp(keyword, "anyOf") == 0 || strcmp(keyword, "oneOf") == 0 ||
	    strcmp(keyword, "allOf") == 0)
		return visit_list(s, value);
	return 0;
}

static int
visit(struct shape *s, json_t *schema)
{
	const char *keyword;
	json_t *value;
	int rc = json_is_object(schema) || json_is_boolean(schema)
	    ? 0
	    : strict_refuse(&s->walk, NULL,
		  "it must be a schema: an object or a boolean");

	json_object_foreach(schema, keyword, value) {
		size_t before = strict_enter(&s->walk, keyword);

		if (rc == 0 && is_there(value))
			rc = check_keyword(s, keyword, value);
		strict_leave(&s->walk, before);
	}
	return rc;
}

/* "#/$defs/a" as the path to it. */
static void
enter_reference(struct shape *s, const char *reference)
{
	char *at = s->walk.path;

	s->walk.path_len = 0;
	strict_enter(&s->walk, reference[1] == '/' ? reference + 2 : "");
	while ((at = strchr(at, '/')) != NULL)
		*at = '.';
}

static int
follow_references(struct shape *s)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < json_array_size(s->waiting); i++) {
		json_t *reference = json_array_get(s->waiting, i);
		json_t *target = schema_resolve(s->walk.root, reference);

		if (target == NULL || target == s->walk.root)
			continue;
		enter_reference(s, json_string_value(reference));
		rc = visit(s, target);
		strict_leave(&s->walk, 0);
	}
	return rc;
}

static int
check_root(struct shape *s)
{
	const char *type = json_string_value(
	    json_object_get(s->walk.root, "type"));

	if (type != NULL && strcmp(type, "null") == 0)
		return strict_refuse(
		    &s->walk, "type", "it must be object for parameters");
	return visit(s, s->walk.root);
}

int
schema_shape_check(json_t *schema, struct strict_fault *ret_fault)
{
	struct shape s = { .walk = { .root = schema, .fault = ret_fault },
		.seen = json_object(),
		.waiting = json_array() };
	int rc = s.seen == NULL || s.waiting == NULL ? -ENOMEM : 0;

	if (rc == 0)
		rc = check_root(&s);
	if (rc == 0)
		rc = follow_references(&s);
	json_decref(s.seen);
	json_decref(s.waiting);
	return rc;
}
