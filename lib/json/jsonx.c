#include "json/jsonx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json_mend.h"

/* Writes "reason at line L, column C (byte B)", all but B counted from 1. */
static int
fail_at(const char *bytes, size_t offset, const char *reason,
    char ret_error[JSONX_ERROR_MAX])
{
	const char *start = bytes, *newline;
	size_t line = 1;

	while ((newline = memchr(
		    start, '\n', offset - (size_t)(start - bytes))) != NULL) {
		start = newline + 1;
		line++;
	}
	(void)snprintf(ret_error, JSONX_ERROR_MAX,
	    "%s at line %zu, column %zu (byte %zu)", reason, line,
	    utf8_count(start, offset - (size_t)(start - bytes)) + 1, offset);
	return -EINVAL;
}

/* `at` is the opening quote; returns the closing one, or the end. */
static size_t
skip_string(const char *bytes, size_t at, size_t len)
{
	for (at++; at < len && bytes[at] != '"'; at++)
		if (bytes[at] == '\\')
			at++;
	return at;
}

struct shape {
	size_t too_deep; /* offset of the bracket that is, or the length */
	size_t values; /* about how many: an empty array counts for two */
};

/* Of what is no JSON nothing need be right; the parser refuses it. */
static struct shape
look_at_shape(const char *bytes, size_t len, unsigned max_depth)
{
	struct shape found = { .too_deep = len, .values = 1 };
	unsigned depth = 0;

	for (size_t i = 0; i < len; i++) {
		switch (bytes[i]) {
		case '"':
			i = skip_string(bytes, i, len);
			break;
		case '[':
		case '{':
			found.values++;
			if (depth++ == max_depth) {
				found.too_deep = i;
				return found;
			}
			break;
		case ']':
		case '}':
			depth--; /* may wrap */
			break;
		case ',':
			found.values++;
			break;
		default:
			break;
		}
	}
	return found;
}

/*
 * What went wrong, in words of our own: jansson's text quotes the input,
 * which may be a prompt or a key.
 */
static const char *
describe(enum json_error_code code)
{
	switch (code) {
	case json_error_premature_end_of_input:
		return "the text ends too early";
	case json_error_end_of_input_expected:
		return "there is something behind the value";
	case json_error_numeric_overflow:
		return "a number is out of range";
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_null_byte_in_key:
		return "a member's name holds \\u0000";
	case json_error_invalid_utf8:
		return "invalid UTF-8";
	default:
		return "invalid JSON";
	}
}

/* How jansson reads it; *ret_code tells why not. */
static int
load_once(const char *bytes, size_t len, json_t **ret_root,
    enum json_error_code *ret_code, char ret_error[JSONX_ERROR_MAX])
{
	json_error_t error = { 0 };
	json_t *root = json_loadb(
	    bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	size_t at;

	if (root != NULL) {
		*ret_root = root;
		return 0;
	}
	*ret_code = json_error_code(&error);
	/* Where jansson runs out of memory it mostly gives no code at all. */
	if (*ret_code == json_error_out_of_memory ||
	    *ret_code == json_error_unknown) {
		(void)snprintf(ret_error, JSONX_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	at = error.position < 0 ? 0 : (size_t)error.position;
	return fail_at(
	    bytes, at < len ? at : len, describe(*ret_code), ret_error);
}

/* And once more, mended, where that may be what it takes. */
static int
load(const char *bytes, size_t len, json_t **ret_root,
    char ret_error[JSONX_ERROR_MAX])
{
	enum json_error_code code = json_error_unknown;
	char *copy;
	int rc = load_once(bytes, len, ret_root, &code, ret_error);

	if (rc != -EINVAL ||
	    (code != json_error_numeric_overflow &&
		code != json_error_invalid_syntax))
		return rc;
	copy = strndup(bytes, len);
	if (copy == NULL) {
		(void)snprintf(ret_error, JSONX_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	if (json_mend(copy, len)) {
		ret_error[0] = '\0';
		rc = load_once(copy, len, ret_root, &code, ret_error);
	}
	free(copy);
	return rc;
}

int
jsonx_parse(const char *bytes, size_t len, unsigned max_depth,
    json_t **ret_root, char ret_error[JSONX_ERROR_MAX])
{
	return jsonx_parse_bounded(
	    bytes, len, max_depth, SIZE_MAX, ret_root, ret_error);
}

int
jsonx_parse_bounded(const char *bytes, size_t len, unsigned max_depth,
    size_t max_values, json_t **ret_root, char ret_error[JSONX_ERROR_MAX])
{
	struct shape shape;
	const char *nul;
	size_t at;

	if (len == 0)
		return fail_at("", 0, "the text is empty", ret_error);
	/* jansson takes it for the end of the text. */
	nul = memchr(bytes, '\0', len);
	if (nul != NULL)
		return fail_at(
		    bytes, (size_t)(nul - bytes), "a NUL byte", ret_error);
	at = utf8_valid_prefix(bytes, len);
	if (at < len)
		return fail_at(bytes, at, "invalid UTF-8", ret_error);
	shape = look_at_shape(bytes, len, max_depth);
	if (shape.too_deep < len)
		return fail_at(
		    bytes, shape.too_deep, "nested too deeply", ret_error);
	if (shape.values > max_values) {
		(void)snprintf(
		    ret_error, JSONX_ERROR_MAX, "too many JSON values");
		return -E2BIG;
	}
	return load(bytes, len, ret_root, ret_error);
}

/* The member, or NULL when it is absent or null. */
static json_t *
find_member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

int
jsonx_get_text(const json_t *object, const char *key, struct text *ret)
{
	const json_t *value = find_member(object, key);

	if (value == NULL)
		return -ENOENT;
	if (!json_is_string(value))
		return -EINVAL;
	*ret = (struct text){ json_string_value(value),
		json_string_length(value) };
	return 0;
}

int
jsonx_get_string(const json_t *object, const char *key, const char **ret)
{
	struct text text;
	int r = jsonx_get_text(object, key, &text);

	if (r < 0)
		return r;
	if (memchr(text.s, '\0', text.len) != NULL)
		return -EINVAL;
	*ret = text.s;
	return 0;
}

int
jsonx_get_int(const json_t *object, const char *key, int64_t *ret)
{
	const json_t *value = find_member(object, key);

	if (value == NULL)
		return -ENOENT;
	if (!json_is_integer(value))
		return -EINVAL;
	*ret = json_integer_value(value);
	return 0;
}

int
jsonx_get_number(const json_t *object, const char *key, double *ret)
{
	const json_t *value = find_member(object, key);

	if (value == NULL)
		return -ENOENT;
	if (!json_is_number(value))
		return -EINVAL;
	*ret = json_number_value(value);
	return 0;
}

int
jsonx_get_bool(const json_t *object, const char *key, bool *ret)
{
	const json_t *value = find_member(object, key);

	if (value == NULL)
		return -ENOENT;
	if (!json_is_boolean(value))
		return -EINVAL;
	*ret = json_is_true(value);
	return 0;
}

static int
get_container(
    const json_t *object, const char *key, json_type type, json_t **ret)
{
	json_t *value = find_member(object, key);

	if (value == NULL)
		return -ENOENT;
	if (json_typeof(value) != type)
		return -EINVAL;
	*ret = value;
	return 0;
}

int
jsonx_get_object(const json_t *object, const char *key, json_t **ret)
{
	return get_container(object, key, JSON_OBJECT, ret);
}

int
jsonx_get_array(const json_t *object, const char *key, json_t **ret)
{
	return get_container(object, key, JSON_ARRAY, ret);
}

const char *
jsonx_type_name(const json_t *value)
{
	if (value == NULL)
		return "nothing";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "an unknown value";
}
