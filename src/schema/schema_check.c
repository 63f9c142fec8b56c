#include "schema/schema_check.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "schema/schema_ref.h"

/* Where in the value, from the innermost out. */
struct place {
	const struct place *up; /* NULL: the value itself */
	const char *name; /* NULL: an array's element */
	size_t index;
};

struct check {
	json_t *root;
	size_t steps; /* that are left */
	const json_t *counted; /* the string whose characters are: */
	size_t characters;
	unsigned depth;
	unsigned alternatives; /* inside so many anyOf, where nothing is told */
	char *why;
};

static bool matches(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at);

/*
 * Takes a step, and one for each LIMIT_STEP_BYTES. False when there are none
 * left: what is looked at then passes.
 */
static bool
take_steps(struct check *c, size_t bytes)
{
	size_t n = 1 + bytes / LIMIT_STEP_BYTES;

	c->steps = n < c->steps ? c->steps - n : 0;
	return c->steps > 0;
}

/* ---- what is wrong ---- */

static size_t
write_place(const struct place *at, char *out, size_t size)
{
	size_t n;
	int more;

	if (at->up == NULL) {
		snprintf(out, size, "$");
		return 1;
	}
	n = write_place(at->up, out, size);
	if (n >= size)
		return n;
	if (at->name != NULL)
		more = snprintf(out + n, size - n, ".%s", at->name);
	else
		more = snprintf(out + n, size - n, "[%zu]", at->index);
	return n + (more > 0 ? (size_t)more : 0);
}

/* What did not fit may have been cut in the middle of a character. */
static void
trim(char *text, size_t size)
{
	size_t n = strlen(text);

	if (n == size - 1)
		text[utf8_complete_prefix(text, n)] = '\0';
}

static bool
wrong(
    struct check *c, const struct place *at, const char *what, const char *name)
{
	char place[SCHEMA_WHY_MAX / 2];

	if (c->alternatives > 0)
		return false;
	write_place(at, place, sizeof(place));
	trim(place, sizeof(place));
	snprintf(c->why, SCHEMA_WHY_MAX, "%s %s%s", place, what, name);
	trim(c->why, SCHEMA_WHY_MAX);
	return false;
}

/* ---- types ---- */

/* False of what has a fraction, or is beyond what a double tells apart. */
static bool
is_whole(double n, int64_t *ret)
{
	if (!(n > -0x1p53 && n < 0x1p53) || n != (double)(int64_t)n)
		return false;
	*ret = (int64_t)n;
	return true;
}

static bool
is_integer(const json_t *value)
{
	int64_t n;

	/* 1.0 is one, and so is 1e300. */
	return json_is_integer(value) ||
	    (json_is_real(value) &&
		(is_whole(json_real_value(value), &n) ||
		    json_real_value(value) >= 0x1p53 ||
		    json_real_value(value) <= -0x1p53));
}

static bool
is_type(const char *type, const json_t *value)
{
	if (strcmp(type, "integer") == 0)
		return is_integer(value);
	if (strcmp(type, "number") == 0)
		return json_is_number(value);
	if (strcmp(type, "string") == 0)
		return json_is_string(value);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	if (strcmp(type, "null") == 0)
		return json_is_null(value);
	if (strcmp(type, "array") == 0)
		return json_is_array(value);
	return strcmp(type, "object") != 0 || json_is_object(value);
}

static bool
check_type(struct check *c, const json_t *type, const json_t *value,
    const struct place *at)
{
	json_t *one;
	size_t i;

	if (json_is_string(type))
		return is_type(json_string_value(type), value) ||
		    wrong(c, at, "must be of type ", json_string_value(type));
	json_array_foreach(type, i, one) {
		if (!take_steps(c, 0))
			return true;
		if (json_is_string(one) &&
		    is_type(json_string_value(one), value))
			return true;
	}
	return !json_is_array(type) ||
	    wrong(c, at, "must be of one of the types of its schema", "");
}

static bool same(struct check *c, const json_t *a, const json_t *b);

static bool
same_members(struct check *c, const json_t *a, const json_t *b)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)a, name, member) {
		if (!take_steps(c, strlen(name)))
			return true;
		if (!same(c, member, json_object_get(b, name)))
			return false;
	}
	return json_object_size(a) == json_object_size(b);
}

/* As json_equal, but that 1 and 1.0 are the same number. */
static bool
same(struct check *c, const json_t *a, const json_t *b)
{
	size_t i;

	if (!take_steps(c, json_is_string(b) ? json_string_length(b) : 0))
		return true;
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_is_object(a) && json_is_object(b))
		return same_members(c, a, b);
	if (!json_is_array(a) || !json_is_array(b))
		return json_equal(a, b);
	for (i = 0; i < json_array_size(a); i++) {
		if (!same(c, json_array_get(a, i), json_array_get(b, i)))
			return false;
	}
	return i == json_array_size(b);
}

static bool
check_values(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	const json_t *list = json_object_get(schema, "enum");
	const json_t *only = json_object_get(schema, "const");
	json_t *one;
	size_t i;

	if (only != NULL && !same(c, only, value))
		return wrong(c, at, "must be the one value of its schema", "");
	json_array_foreach(list, i, one) {
		if (same(c, one, value))
			return true;
	}
	return !json_is_array(list) ||
	    wrong(c, at, "must be one of the values of its schema", "");
}

/* ---- limits ---- */

static double
limit(const json_t *schema, const char *keyword, double otherwise)
{
	const json_t *value = json_object_get(schema, keyword);

	return json_is_number(value) ? json_number_value(value) : otherwise;
}

static bool
check_number(
    struct check *c, const json_t *schema, double n, const struct place *at)
{
	int64_t factor, whole;

	/* Beyond, a number and its neighbour are the same double. */
	bool exact = n > -0x1p53 && n < 0x1p53;

	if (n < limit(schema, "minimum", -HUGE_VAL) ||
	    n > limit(schema, "maximum", HUGE_VAL) ||
	    (exact && n <= limit(schema, "exclusiveMinimum", -HUGE_VAL)) ||
	    (exact && n >= limit(schema, "exclusiveMaximum", HUGE_VAL)))
		return wrong(c, at, "is out of the range of its schema", "");
	/* 0.3 is no multiple of 0.1 for a computer: whole numbers alone. */
	if (is_whole(limit(schema, "multipleOf", 0), &factor) && factor > 0 &&
	    is_whole(n, &whole) && whole % factor != 0)
		return wrong(c, at, "is no multiple as its schema asks", "");
	return true;
}

static bool
check_length(struct check *c, const json_t *schema, const char *least,
    const char *most, size_t n, const struct place *at)
{
	if ((double)n < limit(schema, least, 0) ||
	    (double)n > limit(schema, most, HUGE_VAL))
		return wrong(c, at, "is longer or shorter than allowed", "");
	return true;
}

/* ---- objects and arrays ---- */

static bool
check_required(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, name) {
		if (!take_steps(c, json_string_length(name)))
			return true;
		if (json_is_string(name) &&
		    json_object_get(value, json_string_value(name)) == NULL)
			return wrong(c, at, "lacks ", json_string_value(name));
	}
	return true;
}

static bool
check_object(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *others = json_object_get(schema, "additionalProperties");
	bool may_be_by_pattern = json_object_get(schema, "patternProperties") !=
	    NULL;
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		const struct place below = { .up = at, .name = name };
		const json_t *own;

		if (!take_steps(c, strlen(name)))
			return true;
		own = json_object_get(properties, name);
		if (own == NULL && may_be_by_pattern)
			continue;
		if (own == NULL && json_is_false(others))
			return wrong(c, at, "may not have ", name);
		if (!matches(c, own != NULL ? own : others, member, &below))
			return false;
	}
	return check_required(c, schema, value, at) &&
	    check_length(c, schema, "minProperties", "maxProperties",
		json_object_size(value), at);
}

/* Elements have schemas of their own in a tuple, in its old form, too. */
static const json_t *
element_schema(const json_t *schema, size_t i)
{
	const json_t *items = json_object_get(schema, "items");
	const json_t *tuple = json_object_get(schema, "prefixItems");

	if (json_is_array(items)) {
		tuple = items;
		items = json_object_get(schema, "additionalItems");
	}
	return i < json_array_size(tuple) ? json_array_get(tuple, i) : items;
}

static bool
check_array(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	json_t *element;
	size_t i;

	json_array_foreach(value, i, element) {
		const struct place below = { .up = at, .index = i };

		if (!take_steps(c, 0))
			return true;
		if (!matches(c, element_schema(schema, i), element, &below))
			return false;
	}
	return check_length(
	    c, schema, "minItems", "maxItems", json_array_size(value), at);
}

/* Many alternatives may have something to say of one string's length. */
static bool
check_string(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	size_t len = json_string_length(value);

	if (json_object_get(schema, "minLength") == NULL &&
	    json_object_get(schema, "maxLength") == NULL)
		return true;
	if (c->counted != value) {
		if (!take_steps(c, len))
			return true;
		c->counted = value;
		c->characters = utf8_count(json_string_value(value), len);
	}
	return check_length(
	    c, schema, "minLength", "maxLength", c->characters, at);
}

static bool
check_by_kind(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	if (json_is_object(value))
		return check_object(c, schema, value, at);
	if (json_is_array(value))
		return check_array(c, schema, value, at);
	if (json_is_number(value))
		return check_number(c, schema, json_number_value(value), at);
	if (json_is_string(value))
		return check_string(c, schema, value, at);
	return true;
}

/* ---- schemas ---- */

/* Of oneOf, too: that two of them match is not sure enough. */
static bool
check_any(struct check *c, const json_t *list, const json_t *value,
    const struct place *at, const char *keyword)
{
	bool any = !json_is_array(list);
	json_t *schema;
	size_t i;

	c->alternatives++;
	json_array_foreach(list, i, schema) {
		any = matches(c, schema, value, at);
		if (any)
			break;
	}
	c->alternatives--;
	return any || wrong(c, at, "keeps to none of the schemas of ", keyword);
}

static bool
check_all(struct check *c, const json_t *list, const json_t *value,
    const struct place *at)
{
	json_t *schema;
	size_t i;

	json_array_foreach(list, i, schema) {
		if (!matches(c, schema, value, at))
			return false;
	}
	return true;
}

static bool
check_combined(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	static const char *const any[] = { "anyOf", "oneOf" };

	for (size_t i = 0; i < ARRAY_SIZE(any); i++) {
		if (!check_any(
			c, json_object_get(schema, any[i]), value, at, any[i]))
			return false;
	}
	return check_all(c, json_object_get(schema, "allOf"), value, at);
}

/* A reference that leads to itself alone says nothing, and passes. */
static const json_t *
follow(struct check *c, const json_t *schema)
{
	const json_t *reference = json_object_get(schema, "$ref");

	while (reference != NULL && take_steps(c, 0)) {
		schema = schema_resolve(c->root, reference);
		reference = json_object_get(schema, "$ref");
	}
	return schema;
}

/* Below an $id of its own a "#" means that, and not the root. */
static bool
is_elsewhere(const struct check *c, const json_t *schema)
{
	return schema != c->root && json_object_get(schema, "$id") != NULL;
}

/* As OpenAPI says it. */
static bool
is_nullable(const json_t *schema)
{
	return json_is_true(json_object_get(schema, "nullable"));
}

static bool
matches(struct check *c, const json_t *schema, const json_t *value,
    const struct place *at)
{
	bool keeps;

	if (json_is_false(schema))
		return wrong(c, at, "may not be there", "");
	schema = follow(c, schema);
	if (!json_is_object(schema) || c->depth >= LIMIT_SCHEMA_DEPTH ||
	    !take_steps(c, 0) || is_elsewhere(c, schema) ||
	    (json_is_null(value) && is_nullable(schema)))
		return true;
	c->depth++;
	keeps = check_type(c, json_object_get(schema, "type"), value, at) &&
	    check_values(c, schema, value, at) &&
	    check_by_kind(c, schema, value, at) &&
	    check_combined(c, schema, value, at);
	c->depth--;
	return keeps;
}

int
schema_check(json_t *schema, const json_t *value, char why[SCHEMA_WHY_MAX])
{
	static const struct place root = { .up = NULL };
	struct check c = {
		.root = schema, .steps = LIMIT_SCHEMA_STEPS, .why = why
	};

	return matches(&c, schema, value, &root) ? 0 : -EINVAL;
}
