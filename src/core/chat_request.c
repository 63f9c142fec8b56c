#include "core/chat_request.h"

#include <errno.h>
#include <stdatomic.h>

#include "core/chat_parse.h"
#include "core/strict_schema.h"

enum {
	MODEL_MAX = 256,
	WORD_MAX = 32
};

int
chat_wrong_type(struct chat_parse *p, const char *param, const char *wanted,
    const json_t *found)
{
	return api_error_set_param(p->error, API_ERROR_INVALID_TYPE, param,
	    "'%s' must be %s, not %s.", param, wanted, jsonx_type_name(found));
}

int
chat_missing(struct chat_parse *p, const char *param)
{
	return api_error_set_param(p->error, API_ERROR_MISSING_PARAMETER, param,
	    "'%s' is missing.", param);
}

int
chat_text_field(struct chat_parse *p, const json_t *object, const char *key,
    const char *param, bool required, struct text *ret)
{
	int rc = jsonx_get_text(object, key, ret);

	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, param, "a string", json_object_get(object, key));
	if (rc == -ENOENT && required)
		return chat_missing(p, param);
	return 0;
}

int
chat_check_name(struct chat_parse *p, struct text name, const char *param)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-";

	if (name.len >= 1 && name.len <= 64 &&
	    strspn(name.s, allowed) == name.len)
		return 0;
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' must be 1 to 64 of A-Z, a-z, 0-9, _ and -.", param);
}

static int
invalid(struct chat_parse *p, const char *param, const char *allowed)
{
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' must be %s.", param, allowed);
}

static int
unsupported(struct chat_parse *p, const char *param, const char *why)
{
	return api_error_set_param(p->error, API_ERROR_UNSUPPORTED_PARAMETER,
	    param, "'%s' is not supported: %s.", param, why);
}

/* ---- the fields, one function each ---- */

static int
parse_model(struct chat_parse *p, const json_t *root)
{
	struct text model;
	int rc = chat_text_field(p, root, "model", "model", true, &model);

	if (rc != 0)
		return rc;
	if (model.len == 0 || model.len > MODEL_MAX)
		return invalid(p, "model", "1 to 256 characters");
	for (size_t i = 0; i < model.len; i++) {
		if ((unsigned char)model.s[i] < ' ' || model.s[i] == 0x7f)
			return invalid(
			    p, "model", "free of control characters");
	}
	p->request->model = model.s;
	return 0;
}

static int
parse_flag(struct chat_parse *p, const json_t *object, const char *key,
    const char *param, bool *ret)
{
	if (jsonx_get_bool(object, key, ret) == -EINVAL)
		return chat_wrong_type(
		    p, param, "a boolean", json_object_get(object, key));
	return 0;
}

static int
parse_stream(struct chat_parse *p, const json_t *root)
{
	struct chat_request *r = p->request;
	json_t *options;
	int rc = parse_flag(p, root, "stream", "stream", &r->stream);

	if (rc != 0)
		return rc;
	rc = jsonx_get_object(root, "stream_options", &options);
	if (rc == -EINVAL)
		return chat_wrong_type(p, "stream_options", "an object",
		    json_object_get(root, "stream_options"));
	if (rc != 0)
		return 0;
	rc = parse_flag(p, options, "include_usage",
	    "stream_options.include_usage", &r->include_usage);
	r->include_usage = r->include_usage && r->stream;
	return rc;
}

static int
parse_n(struct chat_parse *p, const json_t *root)
{
	int64_t n = 1;
	int rc = jsonx_get_int(root, "n", &n);

	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, "n", "an integer", json_object_get(root, "n"));
	if (n < 1 || n > CHAT_N_MAX)
		return invalid(p, "n", "an integer from 1 to 8");
	p->request->n = (unsigned)n;
	return 0;
}

/* An empty stop string stops nothing. */
static int
add_stop(struct chat_parse *p, const json_t *value)
{
	struct chat_request *r = p->request;
	size_t len = json_string_length(value);

	if (len == 0)
		return 0;
	if (len > CHAT_STOP_LEN_MAX)
		return invalid(p, "stop", "of at most 1024 bytes each");
	r->stop[r->n_stop++] = (struct text){ json_string_value(value), len };
	return 0;
}

static int
parse_stop_list(struct chat_parse *p, const json_t *list)
{
	char param[CHAT_PARAM_MAX];
	json_t *value;
	size_t i;
	int rc;

	if (json_array_size(list) > CHAT_STOP_MAX)
		return invalid(p, "stop", "a string or up to 4 strings");
	json_array_foreach(list, i, value) {
		snprintf(param, sizeof(param), "stop[%zu]", i);
		if (!json_is_string(value))
			return chat_wrong_type(p, param, "a string", value);
		rc = add_stop(p, value);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
parse_stop(struct chat_parse *p, const json_t *root)
{
	const json_t *value = json_object_get(root, "stop");

	if (value == NULL || json_is_null(value))
		return 0;
	if (json_is_array(value))
		return parse_stop_list(p, value);
	if (!json_is_string(value))
		return chat_wrong_type(
		    p, "stop", "a string or an array of strings", value);
	return add_stop(p, value);
}

static int
parse_schema(struct chat_parse *p, const json_t *format)
{
	static const char outer[] = "response_format.json_schema";
	static const char inner[] = "response_format.json_schema.schema";
	json_t *object, *schema;
	int rc = jsonx_get_object(format, "json_schema", &object);

	if (rc == -EINVAL)
		return chat_wrong_type(p, outer, "an object",
		    json_object_get(format, "json_schema"));
	if (rc != 0)
		return chat_missing(p, outer);
	rc = jsonx_get_object(object, "schema", &schema);
	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, inner, "an object", json_object_get(object, "schema"));
	if (rc != 0)
		return chat_missing(p, inner);
	p->request->format = CHAT_FORMAT_SCHEMA;
	return strict_schema_make(schema, &p->request->schema, p->error);
}

static int
parse_format(struct chat_parse *p, const json_t *root)
{
	static const char param[] = "response_format.type";
	json_t *format;
	struct text type;
	int rc = jsonx_get_object(root, "response_format", &format);

	if (rc == -EINVAL)
		return chat_wrong_type(p, "response_format", "an object",
		    json_object_get(root, "response_format"));
	if (rc != 0)
		return 0;
	rc = chat_text_field(p, format, "type", param, true, &type);
	if (rc != 0)
		return rc;
	if (strcmp(type.s, "json_schema") == 0)
		return parse_schema(p, format);
	if (strcmp(type.s, "json_object") == 0)
		p->request->format = CHAT_FORMAT_OBJECT;
	else if (strcmp(type.s, "text") != 0)
		return invalid(p, param, "text, json_object or json_schema");
	return 0;
}

static int
parse_effort(struct chat_parse *p, const json_t *root)
{
	static const char key[] = "reasoning_effort";
	struct text word = { NULL, 0 };
	int rc = chat_text_field(p, root, key, key, false, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	if (word.len > WORD_MAX || chat_check_name(p, word, key) != 0)
		return invalid(p, key, "a word such as low, medium or high");
	p->request->reasoning_effort = word.s;
	return 0;
}

static int
parse_verbosity(struct chat_parse *p, const json_t *root)
{
	static const char *const words[] = { "low", "medium", "high" };
	struct text word = { NULL, 0 };
	int rc = chat_text_field(
	    p, root, "verbosity", "verbosity", false, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word.s, words[i]) == 0) {
			p->request->verbosity = words[i];
			return 0;
		}
	}
	return invalid(p, "verbosity", "low, medium or high");
}

static int
parse_service_tier(struct chat_parse *p, const json_t *root)
{
	struct text word = { NULL, 0 };
	int rc = chat_text_field(
	    p, root, "service_tier", "service_tier", false, &word);

	p->request->service_tier = word.s;
	return rc;
}

static int
parse_logprobs(struct chat_parse *p, const json_t *root)
{
	bool wanted = false;
	int64_t top = 0;
	int rc = parse_flag(p, root, "logprobs", "logprobs", &wanted);

	if (rc != 0)
		return rc;
	if (wanted)
		return unsupported(
		    p, "logprobs", "Codex gives no token probabilities");
	if (jsonx_get_int(root, "top_logprobs", &top) == -EINVAL)
		return chat_wrong_type(p, "top_logprobs", "an integer",
		    json_object_get(root, "top_logprobs"));
	if (top > 0)
		return unsupported(
		    p, "top_logprobs", "Codex gives no token probabilities");
	return 0;
}

static int
parse_modalities(struct chat_parse *p, const json_t *root)
{
	json_t *list, *value;
	size_t i;
	int rc = jsonx_get_array(root, "modalities", &list);

	if (rc == -EINVAL)
		return chat_wrong_type(p, "modalities", "an array",
		    json_object_get(root, "modalities"));
	if (rc != 0)
		return 0;
	json_array_foreach(list, i, value) {
		const char *word = json_string_value(value);

		if (word == NULL)
			return chat_wrong_type(
			    p, "modalities", "an array of strings", value);
		if (strcmp(word, "text") != 0)
			return unsupported(
			    p, "modalities", "Codex answers with text alone");
	}
	return 0;
}

static int
parse_metadata(struct chat_parse *p, const json_t *root)
{
	struct text cwd = { NULL, 0 };
	json_t *metadata;
	int rc = jsonx_get_object(root, "metadata", &metadata);

	if (rc == -EINVAL)
		return chat_wrong_type(p, "metadata", "an object",
		    json_object_get(root, "metadata"));
	if (rc != 0)
		return 0;
	rc = chat_text_field(p, metadata, "cwd", "metadata.cwd", false, &cwd);
	if (rc == 0 && cwd.s != NULL && strlen(cwd.s) != cwd.len)
		return invalid(p, "metadata.cwd", "a path without NUL");
	p->request->cwd = cwd.s;
	return rc;
}

typedef int field_parser(struct chat_parse *p, const json_t *root);

static field_parser *const fields[] = { parse_model, chat_parse_messages,
	parse_stream, parse_n, chat_parse_tools, parse_format, parse_effort,
	parse_verbosity, parse_service_tier, parse_stop, parse_logprobs,
	parse_modalities, parse_metadata };

/* ---- life cycle ---- */

static int
parse_fields(struct chat_request *r, struct api_error *error)
{
	struct chat_parse p = { .request = r, .error = error };
	int rc = 0;

	if (!json_is_object(r->root))
		return api_error_set(error, API_ERROR_INVALID_TYPE,
		    "The body must be a JSON object, not %s.",
		    jsonx_type_name(r->root));
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(fields); i++)
		rc = fields[i](&p, r->root);
	return rc;
}

int
chat_request_parse(const char *body, size_t len,
    struct chat_request **ret_request, struct api_error *ret_error)
{
	struct chat_request *r = calloc(1, sizeof(*r));
	char why[JSONX_ERROR_MAX];
	int rc = -ENOMEM;

	if (r != NULL) {
		atomic_init(&r->refs, 1);
		rc = jsonx_parse(body, len, CHAT_JSON_DEPTH_MAX, &r->root, why);
		if (rc == -EINVAL)
			api_error_set(ret_error, API_ERROR_INVALID_JSON,
			    "The body is not valid JSON: %s.", why);
	}
	if (rc == 0)
		rc = parse_fields(r, ret_error);
	if (rc == -ENOMEM)
		api_error_set(ret_error, API_ERROR_INTERNAL,
		    "The server is out of memory.");
	if (rc != 0) {
		chat_request_unref(r);
		return rc;
	}
	*ret_request = r;
	return 0;
}

struct chat_request *
chat_request_ref(struct chat_request *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void
chat_request_unref(struct chat_request *r)
{
	if (r == NULL)
		return;
	if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	chat_messages_free(r);
	chat_tools_free(r);
	json_decref(r->schema);
	json_decref(r->root);
	free(r);
}
