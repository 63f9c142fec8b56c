/*
 * schema_ref.h - references in a JSON Schema. Pure; any thread.
 */
#ifndef SCHEMA_SCHEMA_REF_H
#define SCHEMA_SCHEMA_REF_H

#include <jansson.h>

/*
 * What a "$ref" of the schema `root` points at, borrowed; NULL when it is none
 * of #, #/$defs/NAME and #/definitions/NAME, or points at nothing.
 */
json_t *schema_resolve(json_t *root, const json_t *reference);

#endif
