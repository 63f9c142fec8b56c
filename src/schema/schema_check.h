/*
 * schema_check.h - whether a value keeps to a JSON Schema. Pure; any thread.
 *
 * For any schema, those that strict_schema has made included. A value that is
 * refused is wrong; one that passes may still be, since not all is looked at:
 * not pattern, format, not, if, contains, uniqueItems, dependent...,
 * unevaluated..., propertyNames, members that patternProperties might allow,
 * references other than those of schema_ref.h and what stands beside them, nor
 * what is left when LIMIT_SCHEMA_STEPS have been taken. For an answer that was
 * paid for is not thrown away because a second look at it takes long.
 */
#ifndef SCHEMA_SCHEMA_CHECK_H
#define SCHEMA_SCHEMA_CHECK_H

#include <jansson.h>

enum {
	SCHEMA_WHY_MAX = 256
};

/*
 * Returns 0, or -EINVAL with `why` a sentence's end such as "$.a[0] must be a
 * string". `value` may be nested as deep as answer_format reads it.
 */
int schema_check(json_t *schema, const json_t *value, char why[SCHEMA_WHY_MAX]);

#endif
