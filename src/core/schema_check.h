/*
 * schema_check.h - whether a value keeps to a JSON Schema. Pure; any thread.
 *
 * For schemas that strict_schema has made, so that nothing but their keywords
 * occurs. `pattern` and `format` are not looked at. So a value that is refused
 * is wrong; one that passes may still be.
 */
#ifndef CORE_SCHEMA_CHECK_H
#define CORE_SCHEMA_CHECK_H

#include <jansson.h>

enum {
	SCHEMA_WHY_MAX = 256,
	/*
	 * Schemas that are looked at for one value. anyOf in a schema that
	 * refers to itself can take a time that doubles with each level; what
	 * takes longer passes. Names and values that are compared count, too.
	 */
	SCHEMA_STEPS_MAX = 100000,
	/* Schemas inside each other; what goes deeper passes. */
	SCHEMA_DEPTH_MAX = 2048
};

/*
 * Returns 0, or -EINVAL with `why` a sentence's end such as "$.a[0] must be a
 * string". `value` may be nested as deep as answer_format reads it.
 */
int schema_check(json_t *schema, const json_t *value, char why[SCHEMA_WHY_MAX]);

#endif
