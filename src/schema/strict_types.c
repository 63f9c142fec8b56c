/*
 * Types, and what strict mode has of objects and arrays.
 */
#include "schema/strict_walk.h"

#include <errno.h>

#include "schema/strict_schema.h"

static bool
has_type(const json_t *schema, const char *name)
{
	const json_t *type = json_object_get(schema, "type"), *one;
	size_t i;

	if (json_is_string(type))
		return strcmp(json_string_value(type), name) == 0;
	json_array_foreach(type, i, one) {
		if (json_is_string(one) &&
		    strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

static const char *
type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "object";
	case JSON_ARRAY:
		return "array";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "number";
	case JSON_NULL:
		return "null";
	default:
		return "boolean";
	}
}

/* The types of the values of an enum, each once. */
static int
add_types_of(json_t *schema, const json_t *values)
{
	json_t *types = json_array(), *value;
	size_t i;
	int rc = types == NULL ? -ENOMEM : strict_set(schema, "type", types);

	json_array_foreach(values, i, value) {
		const char *name = type_of(value);

		if (rc == 0 && !has_type(schema, name) &&
		    json_array_append_new(types, json_string(name)) < 0)
			rc = -ENOMEM;
	}
	return rc;
}

static int
add_type(struct strict_walk *w, json_t *schema)
{
	const json_t *values = json_object_get(schema, "enum");
	const json_t *value = json_object_get(schema, "const");

	if (json_object_get(schema, "type") != NULL ||
	    json_object_get(schema, "anyOf") != NULL)
		return 0;
	if (json_object_get(schema, "properties") != NULL)
		return strict_set(schema, "type", json_string("object"));
	if (json_object_get(schema, "items") != NULL)
		return strict_set(schema, "type", json_string("array"));
	if (json_array_size(values) > 0)
		return add_types_of(schema, values);
	if (value != NULL)
		return strict_set(schema, "type", json_string(type_of(value)));
	return strict_refuse(w, "type", "it is missing, and nothing tells it");
}

/* ---- objects and arrays ---- */

static bool
may_be_null(const json_t *schema)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(schema, "anyOf"), i, value) {
		if (has_type(value, "null"))
			return true;
	}
	json_array_foreach(json_object_get(schema, "enum"), i, value) {
		if (json_is_null(value))
			return true;
	}
	return json_object_get(schema, "enum") == NULL &&
	    has_type(schema, "null");
}

static int
close_object(struct strict_walk *w, json_t *schema)
{
	static const char keyword[] = "additionalProperties";
	const json_t *others = json_object_get(schema, keyword);
	bool open = others == NULL || json_is_true(others) ||
	    (json_is_object(others) && json_object_size(others) == 0);

	if (!open && !json_is_false(others))
		return strict_refuse(w, keyword, "it must be false");
	if (json_object_get(schema, "properties") == NULL) {
		if (open)
			return strict_refuse(w, "properties",
			    "an object without any could only be empty");
		if (strict_set(schema, "properties", json_object()) != 0)
			return -ENOMEM;
	}
	return open ? strict_set(schema, keyword, json_false()) : 0;
}

/* The names of `required` as members of a new object; NULL: no memory. */
static json_t *
names_of(const json_t *required)
{
	json_t *names = json_object(), *name;
	size_t i;
	int rc = 0;

	json_array_foreach(required, i, name) {
		if (json_is_string(name))
			rc |= json_object_set_new(
			    names, json_string_value(name), json_true());
	}
	if (rc == 0)
		return names;
	json_decref(names);
	return NULL;
}

static int
check_required(struct strict_walk *w, json_t *properties, json_t *required)
{
	json_t *value;
	const char *name;

	json_object_foreach(required, name, value) {
		if (json_object_get(properties, name) == NULL)
			return strict_refuse(w, "required",
			    "it names what is none of the properties");
	}
	json_object_foreach(properties, name, value) {
		size_t before = strict_enter(w, "properties");
		int rc = 0;

		if (json_object_get(required, name) == NULL &&
		    !may_be_null(value))
			rc = strict_refuse(w, name,
			    "every property must be required; one that may "
			    "be left out must allow null");
		strict_leave(w, before);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
require_all(json_t *schema, json_t *properties)
{
	json_t *all = json_array(), *value;
	const char *name;
	int rc = strict_set(schema, "required", all);

	json_object_foreach(properties, name, value) {
		if (rc == 0 &&
		    json_array_append_new(all, json_string(name)) < 0)
			rc = -ENOMEM;
	}
	return rc;
}

static int
complete_required(struct strict_walk *w, json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");
	json_t *names;
	int rc;

	if (required != NULL && !json_is_array(required))
		return strict_refuse(
		    w, "required", "it must be an array of names");
	names = names_of(required);
	rc = names == NULL ? -ENOMEM : check_required(w, properties, names);
	json_decref(names);
	return rc != 0 ? rc : require_all(schema, properties);
}

static int
check_object(struct strict_walk *w, json_t *schema)
{
	int rc = close_object(w, schema);

	if (rc == 0)
		rc = complete_required(w, schema);
	if (rc != 0)
		return rc;
	w->n_properties += json_object_size(
	    json_object_get(schema, "properties"));
	if (w->n_properties > STRICT_SCHEMA_PROPERTIES)
		return strict_refuse(
		    w, NULL, "there are more than 5000 properties");
	if (w->n_objects > STRICT_SCHEMA_DEPTH)
		return strict_refuse(
		    w, NULL, "objects are nested in more than 10");
	return 0;
}

int
strict_check_types(struct strict_walk *w, json_t *schema)
{
	int rc = add_type(w, schema);

	/* Once closed, neither would allow what the other asks for. */
	if (rc == 0 && json_object_get(schema, "anyOf") != NULL &&
	    json_object_get(schema, "properties") != NULL)
		rc = strict_refuse(
		    w, "anyOf", "it may not stand beside properties");
	if (rc == 0 && has_type(schema, "array") &&
	    json_object_get(schema, "items") == NULL)
		rc = strict_refuse(w, "items", "it is missing");
	if (rc == 0 && has_type(schema, "object"))
		rc = check_object(w, schema);
	return rc;
}
