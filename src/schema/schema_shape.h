/*
 * schema_shape.h - whether a JSON Schema has the shape that Codex reads the
 * parameters of functions in. Pure; any thread.
 *
 * Codex refuses a whole turn for a `required` that is no list of names, a
 * description that is no text, a tuple (`items` that is a list) and the like,
 * in words that name no place (doc/codex.md). It looks at no definition that
 * no reference leads to, and at no keyword but those it keeps; null is as if
 * it were not there.
 */
#ifndef SCHEMA_SCHEMA_SHAPE_H
#define SCHEMA_SCHEMA_SHAPE_H

#include "schema/strict_schema.h"

/*
 * Returns 0; -EINVAL with `ret_fault` set to the first place of another shape;
 * or -ENOMEM. `schema` may be nested as deep as a dialect's reader lets it be.
 */
MUST_CHECK int
schema_shape_check(json_t *schema, struct strict_fault *ret_fault);

#endif
