/*
 * strict_walk.h - what those share that walk through a schema. Private to
 * strict_schema.c, strict_types.c, strict_walk.c and schema_shape.c.
 */
#ifndef SCHEMA_STRICT_WALK_H
#define SCHEMA_STRICT_WALK_H

#include <jansson.h>
#include <stdbool.h>

#include "schema/strict_schema.h"

/* What becomes of a keyword. */
enum strict_action {
	STRICT_DROP,
	STRICT_KEEP,
	STRICT_VISIT, /* a schema */
	STRICT_VISIT_LIST, /* an array of schemas */
	STRICT_VISIT_MAP, /* an object of schemas */
	STRICT_REFUSE
};

struct strict_walk {
	json_t *root;
	struct strict_fault *fault;
	char path[STRICT_PATH_MAX]; /* to the schema at hand, perhaps cut */
	size_t path_len;
	size_t n_properties;
	unsigned n_objects; /* around what is looked at */
};

/* STRICT_DROP for what JSON Schema has as an annotation or not at all. */
enum strict_action strict_action_of(const char *keyword);

/*
 * Whether a keyword that strict mode does not know keeps no value away where it
 * stands, such as "uniqueItems": false.
 */
bool strict_demands_nothing(
    const json_t *schema, const char *keyword, const json_t *value);

/*
 * Goes down to a member, and back: strict_leave takes what strict_enter has
 * returned.
 */
size_t strict_enter(struct strict_walk *w, const char *name);
void strict_leave(struct strict_walk *w, size_t before);

/*
 * Sets the fault: the schema at hand cannot be used for what its `keyword`
 * (NULL: it) is, and why. Returns -EINVAL.
 */
int strict_refuse(struct strict_walk *w, const char *keyword, const char *why);

/* Takes `value`; NULL is no memory, too. Returns 0 or -ENOMEM. */
MUST_CHECK int strict_set(json_t *schema, const char *keyword, json_t *value);

/*
 * Completes type, properties and required of a schema whose members are
 * strict. Returns 0, -EINVAL with the fault set, or -ENOMEM.
 */
MUST_CHECK int strict_check_types(struct strict_walk *w, json_t *schema);

#endif
