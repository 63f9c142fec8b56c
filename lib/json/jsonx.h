/*
 * jsonx.h - strict reading of JSON on top of jansson.
 *
 * jsonx_parse bounds what jansson leaves open: depth and trailing bytes. Of
 * duplicate members the last counts, as with OpenAI. Integers beyond 64 bits
 * are reals, and half a surrogate pair is U+FFFD: json_mend.h. The getters
 * tell "absent" from "of the wrong type".
 * Any thread, as long as no two use the same value.
 */
#ifndef JSON_JSONX_H
#define JSON_JSONX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

enum {
	JSONX_ERROR_MAX = 200
};

/*
 * Parses `len` bytes that must be one JSON value (of any type) and nothing
 * else. `max_depth` is the number of nested arrays and objects allowed; more
 * than jansson's own 2048 never are.
 * On success *ret_root is a new reference. On failure -EINVAL (malformed,
 * broken UTF-8, too deep) or -ENOMEM, and `ret_error`
 * says what is wrong and where (line, column, byte offset), without quoting
 * the input.
 */
MUST_CHECK int jsonx_parse(const char *bytes, size_t len, unsigned max_depth,
    json_t **ret_root, char ret_error[JSONX_ERROR_MAX]);

/*
 * The same for a text that a stranger sent: no more than `max_values` values
 * (members' and elements' included), each of which takes memory many times its
 * bytes; -E2BIG when there are more, found before there is any of it.
 */
MUST_CHECK int
jsonx_parse_bounded(const char *bytes, size_t len, unsigned max_depth,
    size_t max_values, json_t **ret_root, char ret_error[JSONX_ERROR_MAX]);

/*
 * Typed members of an object. Each returns 0 and writes the result when the
 * member is there with the right type, -ENOENT when it is absent or null,
 * -EINVAL when it is of another type. Results are borrowed from `object`.
 */
int jsonx_get_text(const json_t *object, const char *key, struct text *ret);
int jsonx_get_string(
    const json_t *object, const char *key, const char **ret); /* no NUL */
int jsonx_get_int(const json_t *object, const char *key, int64_t *ret);
int jsonx_get_number(const json_t *object, const char *key, double *ret);
int jsonx_get_bool(const json_t *object, const char *key, bool *ret);
int jsonx_get_object(const json_t *object, const char *key, json_t **ret);
int jsonx_get_array(const json_t *object, const char *key, json_t **ret);

/* Name of a value's type for error texts: "a string", "an array", ... */
const char *jsonx_type_name(const json_t *value);

#endif
