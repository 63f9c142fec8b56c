/*
 * strict_schema.h - a caller's JSON Schema as strict mode takes it. Pure; any
 * thread.
 *
 * Codex sends an output schema as a strict one, which the model's server
 * takes only of a certain form. A schema of another form is brought into it
 * where every answer that keeps to the new one keeps to the caller's, too:
 *
 *	- annotations without a place in it go: default, examples, $schema,
 *	  keywords that JSON Schema does not know, and keywords that demand
 *	  nothing: "uniqueItems": false;
 *	- an object is closed (additionalProperties false) unless it names no
 *	  properties at all or gives a schema for the others;
 *	- a property that may be left out and may be null becomes required;
 *	- a missing type is that of the properties, items, enum or const;
 *	- allOf of one schema is that schema; a $ref at the root is what it
 *	  points at; a $ref with a description is anyOf of the $ref.
 *
 * All else that strict mode refuses is refused: a property that may be left
 * out but not be null, since the model would have to invent a value; allOf,
 * oneOf, not, if, patternProperties and their like; anyOf beside properties;
 * references other than #, #/$defs/NAME and #/definitions/NAME; a root that is
 * no object; more than STRICT_SCHEMA_PROPERTIES, or objects nested deeper than
 * STRICT_SCHEMA_DEPTH. Limits of numbers, texts and arrays are passed on as
 * they are.
 *
 * Source of the rules: OpenAI's guide on structured outputs, 2025.
 */
#ifndef SCHEMA_STRICT_SCHEMA_H
#define SCHEMA_STRICT_SCHEMA_H

#include <jansson.h>

#include "base/compiler.h"

enum {
	STRICT_PATH_MAX = 222, /* bytes, with the NUL */
	STRICT_SCHEMA_PROPERTIES = 5000,
	STRICT_SCHEMA_DEPTH = 10
};

/* Why a schema cannot be made strict. */
struct strict_fault {
	char path[STRICT_PATH_MAX]; /* of the keyword at fault, below the
	                               schema: ".properties.a.oneOf"; cut
	                               where it is longer */
	const char *why; /* a constant: "it must be false" */
};

/*
 * On success *ret_strict is a new reference, which shares nothing with
 * `schema`. On failure -EINVAL with `ret_fault` set, or -ENOMEM. `schema` may
 * be nested as deep as a dialect's reader lets it be.
 */
MUST_CHECK int strict_schema_make(
    const json_t *schema, json_t **ret_strict, struct strict_fault *ret_fault);

#endif
