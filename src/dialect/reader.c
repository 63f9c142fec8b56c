#include "dialect/reader.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "dialect/forced_call.h"
#include "image/image_data.h"
#include "json/jsonw.h"
#include "schema/schema_shape.h"

enum {
	/*
	 * What a generation may need for each byte of its body, and for none.
	 * A message of a few bytes takes six times as much as an item, a bare
	 * reference twelve times; JSON that is written anew grows where it has
	 * numbers with exponents.
	 */
	ARENA_BYTES_A_BYTE = 16,
	ARENA_BYTES_FREE = 64 * 1024
};

/* ---- refusals ---- */

int
reader_wrong_type(struct reader *r, const char *param, const char *wanted,
    const json_t *found)
{
	return error_set_param(r->error, ERROR_INVALID_TYPE, param,
	    "'%s' must be %s, not %s.", param, wanted, jsonx_type_name(found));
}

int
reader_missing(struct reader *r, const char *param)
{
	return error_set_param(r->error, ERROR_MISSING_PARAMETER, param,
	    "'%s' is missing.", param);
}

int
reader_invalid(struct reader *r, const char *param, const char *allowed)
{
	return error_set_param(r->error, ERROR_INVALID_VALUE, param,
	    "'%s' must be %s.", param, allowed);
}

int
reader_unsupported(struct reader *r, const char *param, const char *why)
{
	return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER, param,
	    "'%s' is not supported: %s.", param, why);
}

/* ---- members ---- */

int
reader_text(struct reader *r, const json_t *object, const char *key,
    const char *param, bool required, struct text *ret)
{
	int rc = jsonx_get_text(object, key, ret);

	if (rc == -EINVAL)
		return reader_wrong_type(
		    r, param, "a string", json_object_get(object, key));
	if (rc == -ENOENT && required)
		return reader_missing(r, param);
	return 0;
}

int
reader_word(struct reader *r, const json_t *object, const char *key,
    const char *param, bool required, struct text *ret)
{
	struct text word = { NULL, 0 };
	int rc = reader_text(r, object, key, param, required, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	if (strlen(word.s) != word.len)
		return reader_invalid(r, param, "a word without NUL");
	*ret = word;
	return 0;
}

int
reader_flag(struct reader *r, const json_t *object, const char *key,
    const char *param, bool *ret)
{
	if (jsonx_get_bool(object, key, ret) == -EINVAL)
		return reader_wrong_type(
		    r, param, "a boolean", json_object_get(object, key));
	return 0;
}

int
reader_int(struct reader *r, const json_t *object, const char *key,
    const char *param, int64_t *ret)
{
	if (jsonx_get_int(object, key, ret) == -EINVAL)
		return reader_wrong_type(
		    r, param, "an integer", json_object_get(object, key));
	return 0;
}

int
reader_object(struct reader *r, const json_t *object, const char *key,
    const char *param, json_t **ret)
{
	*ret = NULL;
	if (jsonx_get_object(object, key, ret) == -EINVAL)
		return reader_wrong_type(
		    r, param, "an object", json_object_get(object, key));
	return 0;
}

int
reader_array(struct reader *r, const json_t *object, const char *key,
    const char *param, json_t **ret)
{
	*ret = NULL;
	if (jsonx_get_array(object, key, ret) == -EINVAL)
		return reader_wrong_type(
		    r, param, "an array", json_object_get(object, key));
	return 0;
}

/* ---- what is kept ---- */

int
reader_keep(struct reader *r, struct text from, struct text *ret_copy)
{
	return arena_text(&r->generation->arena, from, ret_copy);
}

int
reader_keep_word(struct reader *r, struct text from, const char **ret_copy)
{
	struct text copy;
	int rc = reader_keep(r, from, &copy);

	if (rc == 0)
		*ret_copy = copy.s;
	return rc;
}

int
reader_keep_json(struct reader *r, const json_t *from, struct text *ret_copy)
{
	struct jsonw json;
	struct buf b;
	int rc;

	buf_init(&b, SIZE_MAX);
	jsonw_begin(&json, &b);
	jsonw_tree(&json, NULL, from);
	rc = jsonw_end(&json);
	if (rc == 0)
		rc = reader_keep(r, (struct text){ b.data, b.len }, ret_copy);
	buf_free(&b);
	return rc;
}

int
reader_keep_text(struct reader *r, const json_t *object, const char *key,
    const char *param, bool required, struct text *ret_copy)
{
	struct text text = { NULL, 0 };
	int rc = reader_text(r, object, key, param, required, &text);

	if (rc != 0 || text.s == NULL)
		return rc;
	return reader_keep(r, text, ret_copy);
}

void *
reader_room(struct reader *r, size_t n, size_t size)
{
	return arena_array(&r->generation->arena, n, size);
}

/* ---- what all dialects have ---- */

int
reader_check_long_name(
    struct reader *r, struct text name, size_t max, const char *param)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-";

	if (name.len >= 1 && name.len <= max &&
	    strspn(name.s, allowed) == name.len)
		return 0;
	return error_set_param(r->error, ERROR_INVALID_VALUE, param,
	    "'%s' must be 1 to %zu of A-Z, a-z, 0-9, _ and -.", param, max);
}

int
reader_check_name(struct reader *r, struct text name, const char *param)
{
	return reader_check_long_name(r, name, 64, param);
}

static int
check_image(struct reader *r, struct text url, const char *param)
{
	const char *why = "it is not a valid base64 data: URL";
	uint64_t decoded;

	switch (image_data_check(url, &decoded, &why)) {
	case 0:
		r->generation->decoded += decoded;
		return 0;
	case -ENOMEM:
		return -ENOMEM;
	case -EPROTO:
		return error_set_param(r->error, ERROR_INVALID_VALUE, param,
		    "The image cannot be used: the proxy never fetches URLs; "
		    "send the image as a data: URL.");
	case -ENOTSUP:
		why = "it is neither a PNG, a JPEG, a WebP nor a GIF";
		break;
	case -EMSGSIZE:
		why = "it is larger than 20 MiB";
		break;
	default:
		break;
	}
	return error_set_param(r->error, ERROR_INVALID_IMAGE, param,
	    "The image cannot be used: %s.", why);
}

static size_t
squeeze(char *text, size_t len, const char *what)
{
	size_t n = strcspn(text, what);

	for (size_t i = n; i < len; i++) {
		if (text[i] == '\0' || strchr(what, text[i]) == NULL)
			text[n++] = text[i];
	}
	text[n] = '\0';
	return n;
}

/*
 * A URL is read without the white space in it (URL Standard, 4.4, and its
 * "forgiving-base64 decode"), and passed on so: Codex's decoder is strict.
 */
int
reader_keep_image(
    struct reader *r, struct text url, const char *param, struct text *ret_copy)
{
	int rc = reader_keep(r, url, ret_copy);

	if (rc != 0)
		return rc;
	ret_copy->len = squeeze(
	    (char *)(uintptr_t)ret_copy->s, ret_copy->len, " \t\n\f\r");
	return check_image(r, *ret_copy, param);
}

/* The fault of a schema, which stands at `param`. */
static int
refuse_schema(struct reader *r, const char *param,
    const struct strict_fault *fault, const char *why)
{
	char where[READER_PARAM_MAX + STRICT_PATH_MAX];

	snprintf(where, sizeof(where), "%s%s", param, fault->path);
	return error_set_param(r->error, ERROR_INVALID_VALUE, where,
	    "'%s' cannot be used%s: %s.", where, why, fault->why);
}

int
reader_keep_parameters(
    struct reader *r, json_t *schema, const char *param, struct text *ret_copy)
{
	struct strict_fault fault;
	int rc = schema_shape_check(schema, &fault);

	if (rc == -EINVAL)
		return refuse_schema(r, param, &fault, "");
	return rc != 0 ? rc : reader_keep_json(r, schema, ret_copy);
}

int
reader_set_schema(
    struct reader *r, json_t *schema, const char *param, bool strict)
{
	struct strict_fault fault;
	struct generation *g = r->generation;
	int rc = strict_schema_make(schema, &g->schema, &fault);

	if (rc == 0)
		g->format = FORMAT_SCHEMA;
	if (rc != -EINVAL)
		return rc;
	if (!strict) {
		g->format = FORMAT_TOLD;
		g->schema = json_incref(schema);
		return 0;
	}
	return refuse_schema(r, param, &fault, " in a schema with strict true");
}

int
reader_add_stop(struct reader *r, const json_t *string, const char *param)
{
	struct generation *g = r->generation;
	size_t len = json_string_length(string);

	if (len == 0)
		return 0;
	if (len > STOP_LEN_MAX)
		return reader_invalid(r, param, "of at most 1024 bytes each");
	BUG_ON(g->n_stop >= STOP_MAX);
	return reader_keep(r, (struct text){ json_string_value(string), len },
	    &g->stop[g->n_stop++]);
}

/* ---- from bytes to a generation ---- */

static int
parse(const char *body, size_t len, json_t **ret_root, struct error *ret_error)
{
	static const char mark[] = "\xef\xbb\xbf";
	char why[JSONX_ERROR_MAX];
	int rc;

	/* RFC 8259, 8.1: who reads may pass over a byte order mark. */
	if (len >= strlen(mark) && memcmp(body, mark, strlen(mark)) == 0) {
		body += strlen(mark);
		len -= strlen(mark);
	}
	rc = jsonx_parse_bounded(
	    body, len, LIMIT_BODY_DEPTH, limit_body_values(len), ret_root, why);

	if (rc == -E2BIG)
		return error_set(ret_error, ERROR_INVALID_VALUE,
		    "The body holds too many JSON values for its length.");
	if (rc == -EINVAL)
		error_set(ret_error, ERROR_INVALID_JSON,
		    "The body is not valid JSON: %s.", why);
	if (rc == 0 && !json_is_object(*ret_root)) {
		rc = error_set(ret_error, ERROR_INVALID_TYPE,
		    "The body must be a JSON object, not %s.",
		    jsonx_type_name(*ret_root));
		json_decref(*ret_root);
	}
	return rc;
}

size_t
reader_arena_max(size_t len)
{
	return len > (SIZE_MAX - ARENA_BYTES_FREE) / ARENA_BYTES_A_BYTE
	    ? SIZE_MAX
	    : ARENA_BYTES_FREE + len * ARENA_BYTES_A_BYTE;
}

static int
run(const char *body, size_t len, reader_fn *read, void *form,
    struct generation *g, struct error *ret_error)
{
	struct reader r = { .generation = g, .error = ret_error };
	json_t *root;
	int rc = parse(body, len, &root, ret_error);

	if (rc != 0)
		return rc;
	rc = read(&r, root, form);
	json_decref(root);
	return rc != 0 ? rc : forced_call_find(g);
}

int
reader_run(const char *body, size_t len, reader_fn *read, void *form,
    struct generation **ret_generation, struct error *ret_error)
{
	struct generation *g = generation_new(reader_arena_max(len));
	int rc = g == NULL ? -ENOMEM : run(body, len, read, form, g, ret_error);

	if (rc == -ENOMEM)
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
	if (rc == 0)
		*ret_generation = g;
	else
		generation_unref(g);
	return rc;
}
