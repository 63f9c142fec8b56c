/*
 * The messages of a request: roles, content parts, tool calls and results.
 */
#include "core/chat_parse.h"

#include <errno.h>

#include "core/image_data.h"

static const char *const role_names[] = { [CHAT_SYSTEM] = "system",
	[CHAT_DEVELOPER] = "developer",
	[CHAT_USER] = "user",
	[CHAT_ASSISTANT] = "assistant",
	[CHAT_TOOL] = "tool",
	[CHAT_FUNCTION] = "function" };

const char *
chat_role_name(enum chat_role role)
{
	return role_names[role];
}

/* Where in the body one is, for `param`. */
struct place {
	size_t message;
	size_t item; /* part or tool call */
};

static const char *
param_of(struct place at, const char *rest, char out[CHAT_PARAM_MAX])
{
	snprintf(out, CHAT_PARAM_MAX, "messages[%zu]%s", at.message, rest);
	return out;
}

static const char *
item_param(struct place at, const char *list, const char *rest,
    char out[CHAT_PARAM_MAX])
{
	snprintf(out, CHAT_PARAM_MAX, "messages[%zu].%s[%zu]%s", at.message,
	    list, at.item, rest);
	return out;
}

/* ---- content ---- */

static int
check_image(struct chat_parse *p, struct text url, const char *param)
{
	const char *why = "it is not a valid base64 data: URL";

	switch (image_data_check(url, &why)) {
	case 0:
		return 0;
	case -ENOMEM:
		return -ENOMEM;
	case -EPROTO:
		return api_error_set_param(p->error, API_ERROR_INVALID_VALUE,
		    param,
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
	return api_error_set_param(p->error, API_ERROR_INVALID_IMAGE, param,
	    "The image cannot be used: %s.", why);
}

/* {"image_url":{"url":...}}, or, as some clients have it, a bare string. */
static int
parse_image(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_part *part)
{
	const json_t *value = json_object_get(object, "image_url");
	char param[CHAT_PARAM_MAX];
	int rc = 0;

	item_param(at, "content", ".image_url", param);
	if (value == NULL || json_is_null(value))
		return chat_missing(p, param);
	part->kind = CHAT_PART_IMAGE;
	if (json_is_string(value)) {
		part->text.s = json_string_value(value);
		part->text.len = json_string_length(value);
	} else if (json_is_object(value)) {
		item_param(at, "content", ".image_url.url", param);
		rc = chat_text_field(p, value, "url", param, true, &part->text);
	} else {
		rc = chat_wrong_type(p, param, "an object", value);
	}
	return rc != 0 ? rc : check_image(p, part->text, param);
}

static int
parse_text_part(struct chat_parse *p, const json_t *object, const char *key,
    enum chat_part_kind kind, struct place at, struct chat_part *part)
{
	char param[CHAT_PARAM_MAX], rest[32];

	snprintf(rest, sizeof(rest), ".%s", key);
	part->kind = kind;
	return chat_text_field(p, object, key,
	    item_param(at, "content", rest, param), true, &part->text);
}

static int
unusable_part(struct chat_parse *p, const char *type, const char *param)
{
	static const char *const known[] = { "input_audio", "audio", "file",
		"input_file", "video_url" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(type, known[i]) == 0)
			return api_error_set_param(p->error,
			    API_ERROR_UNSUPPORTED_PARAMETER, param,
			    "Content of type '%s' is not supported: Codex "
			    "takes text and images.",
			    type);
	}
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' must be text, image_url or refusal.", param);
}

static int
parse_part(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_part *part)
{
	char param[CHAT_PARAM_MAX];
	struct text type;
	int rc;

	if (!json_is_object(object))
		return chat_wrong_type(p, item_param(at, "content", "", param),
		    "an object", object);
	rc = chat_text_field(p, object, "type",
	    item_param(at, "content", ".type", param), true, &type);
	if (rc != 0)
		return rc;
	if (strcmp(type.s, "text") == 0)
		return parse_text_part(
		    p, object, "text", CHAT_PART_TEXT, at, part);
	if (strcmp(type.s, "refusal") == 0)
		return parse_text_part(
		    p, object, "refusal", CHAT_PART_REFUSAL, at, part);
	if (strcmp(type.s, "image_url") == 0)
		return parse_image(p, object, at, part);
	return unusable_part(p, type.s, param);
}

static int
make_parts(struct chat_message *m, size_t n)
{
	if (n == 0)
		return 0;
	m->parts = calloc(n, sizeof(*m->parts));
	return m->parts == NULL ? -ENOMEM : 0;
}

static int
parse_part_list(struct chat_parse *p, const json_t *list, struct place at,
    struct chat_message *m)
{
	int rc = make_parts(m, json_array_size(list));
	json_t *value;

	json_array_foreach(list, at.item, value) {
		if (rc != 0)
			break;
		rc = parse_part(p, value, at, &m->parts[at.item]);
		m->n_parts++;
	}
	return rc;
}

/*
 * What an assistant says may be left out, and null; what a function gave may
 * be null; all others have content.
 */
static bool
may_lack_content(enum chat_role role, const json_t *content)
{
	return role == CHAT_ASSISTANT ||
	    (role == CHAT_FUNCTION && content != NULL);
}

static int
parse_content(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	const json_t *content = json_object_get(object, "content");
	char param[CHAT_PARAM_MAX];

	param_of(at, ".content", param);
	if (content == NULL || json_is_null(content))
		return may_lack_content(m->role, content)
		    ? 0
		    : chat_missing(p, param);
	if (json_is_array(content))
		return parse_part_list(p, content, at, m);
	if (!json_is_string(content))
		return chat_wrong_type(
		    p, param, "a string or an array of parts", content);
	if (make_parts(m, 1) != 0)
		return -ENOMEM;
	m->n_parts = 1;
	m->parts[0].text.s = json_string_value(content);
	m->parts[0].text.len = json_string_length(content);
	return 0;
}

/* What an assistant declined to do is one more part of what it said. */
static int
parse_refusal(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	struct text refusal = { NULL, 0 };
	char param[CHAT_PARAM_MAX];
	struct chat_part *parts;
	int rc = chat_text_field(p, object, "refusal",
	    param_of(at, ".refusal", param), false, &refusal);

	if (rc != 0 || refusal.len == 0)
		return rc;
	parts = reallocarray(m->parts, m->n_parts + 1, sizeof(*parts));
	if (parts == NULL)
		return -ENOMEM;
	m->parts = parts;
	parts[m->n_parts++] = (struct chat_part){ CHAT_PART_REFUSAL, refusal };
	return 0;
}

/* The id of an answer that was heard: nobody here has what it stands for. */
static int
refuse_audio(struct chat_parse *p, const json_t *object, struct place at)
{
	const json_t *audio = json_object_get(object, "audio");
	char param[CHAT_PARAM_MAX];

	if (audio == NULL || json_is_null(audio))
		return 0;
	return api_error_set_param(p->error, API_ERROR_UNSUPPORTED_PARAMETER,
	    param_of(at, ".audio", param),
	    "'%s' is not supported: Codex takes text and images.", param);
}

/* ---- tool calls ---- */

static int
parse_function(struct chat_parse *p, const json_t *object, const char *where,
    struct chat_tool_call *call)
{
	char param[CHAT_PARAM_MAX];
	int rc;

	snprintf(param, sizeof(param), "%.100s.name", where);
	rc = chat_text_field(p, object, "name", param, true, &call->name);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.arguments", where);
	return chat_text_field(
	    p, object, "arguments", param, true, &call->arguments);
}

/* An empty id is none: it could not tell one call from another. */
static int
parse_id(struct chat_parse *p, const json_t *object, const char *key,
    const char *param, struct text *ret)
{
	int rc = chat_text_field(p, object, key, param, true, ret);

	return rc == 0 && ret->len == 0 ? chat_missing(p, param) : rc;
}

/* There is no function in a call; perhaps it is one of another kind. */
static int
no_function(struct chat_parse *p, const json_t *object, struct place at)
{
	struct text type = { "function", 8 };
	char param[CHAT_PARAM_MAX];
	int rc = chat_text_field(p, object, "type",
	    item_param(at, "tool_calls", ".type", param), false, &type);

	if (rc != 0)
		return rc;
	if (strcmp(type.s, "function") == 0)
		return chat_missing(
		    p, item_param(at, "tool_calls", ".function", param));
	return api_error_set_param(p->error, API_ERROR_UNSUPPORTED_PARAMETER,
	    param,
	    "Tool calls of type '%.64s' are not supported; only function is.",
	    type.s);
}

static int
parse_tool_call(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_tool_call *call)
{
	char param[CHAT_PARAM_MAX];
	json_t *function;
	int rc;

	if (!json_is_object(object))
		return chat_wrong_type(p,
		    item_param(at, "tool_calls", "", param), "an object",
		    object);
	rc = parse_id(p, object, "id",
	    item_param(at, "tool_calls", ".id", param), &call->id);
	if (rc != 0)
		return rc;
	item_param(at, "tool_calls", ".function", param);
	rc = jsonx_get_object(object, "function", &function);
	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, param, "an object", json_object_get(object, "function"));
	if (rc != 0)
		return no_function(p, object, at);
	return parse_function(p, function, param, call);
}

static int
make_calls(struct chat_message *m, size_t n)
{
	if (n == 0)
		return 0;
	m->tool_calls = calloc(n, sizeof(*m->tool_calls));
	return m->tool_calls == NULL ? -ENOMEM : 0;
}

/* The old function_call, which has no id. */
static int
parse_old_call(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	char param[CHAT_PARAM_MAX];
	json_t *call;
	int rc = jsonx_get_object(object, "function_call", &call);

	if (rc == -ENOENT)
		return 0;
	param_of(at, ".function_call", param);
	if (rc != 0)
		return chat_wrong_type(p, param, "an object",
		    json_object_get(object, "function_call"));
	if (make_calls(m, 1) != 0)
		return -ENOMEM;
	m->n_tool_calls = 1;
	m->tool_calls[0].id.s = "";
	return parse_function(p, call, param, &m->tool_calls[0]);
}

static int
parse_tool_calls(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	char param[CHAT_PARAM_MAX];
	json_t *list, *value;
	int rc = jsonx_get_array(object, "tool_calls", &list);

	if (rc == -EINVAL)
		return chat_wrong_type(p, param_of(at, ".tool_calls", param),
		    "an array", json_object_get(object, "tool_calls"));
	if (rc != 0 || json_array_size(list) == 0)
		return parse_old_call(p, object, at, m);
	rc = make_calls(m, json_array_size(list));
	json_array_foreach(list, at.item, value) {
		if (rc != 0)
			break;
		rc = parse_tool_call(p, value, at, &m->tool_calls[at.item]);
		m->n_tool_calls++;
	}
	return rc;
}

/* ---- messages ---- */

static int
parse_role(struct chat_parse *p, const json_t *object, struct place at,
    enum chat_role *ret)
{
	char param[CHAT_PARAM_MAX];
	struct text role;
	int rc = chat_text_field(
	    p, object, "role", param_of(at, ".role", param), true, &role);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(role_names); i++) {
		if (strcmp(role.s, role_names[i]) == 0) {
			*ret = (enum chat_role)i;
			return 0;
		}
	}
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' must be system, developer, user, assistant, tool or "
	    "function.",
	    param);
}

/* What only assistants have. */
static int
parse_assistant(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	int rc = refuse_audio(p, object, at);

	if (rc == 0)
		rc = parse_refusal(p, object, at, m);
	return rc != 0 ? rc : parse_tool_calls(p, object, at, m);
}

static int
parse_message(struct chat_parse *p, const json_t *object, struct place at,
    struct chat_message *m)
{
	char param[CHAT_PARAM_MAX];
	int rc;

	if (!json_is_object(object))
		return chat_wrong_type(
		    p, param_of(at, "", param), "an object", object);
	rc = parse_role(p, object, at, &m->role);
	if (rc == 0)
		rc = chat_text_field(p, object, "name",
		    param_of(at, ".name", param), m->role == CHAT_FUNCTION,
		    &m->name);
	if (rc == 0 && m->role == CHAT_TOOL)
		rc = parse_id(p, object, "tool_call_id",
		    param_of(at, ".tool_call_id", param), &m->tool_call_id);
	if (rc == 0)
		rc = parse_content(p, object, at, m);
	if (rc == 0 && m->role == CHAT_ASSISTANT)
		rc = parse_assistant(p, object, at, m);
	return rc;
}

int
chat_parse_messages(struct chat_parse *p, const json_t *root)
{
	struct chat_request *r = p->request;
	struct place at = { 0, 0 };
	json_t *list, *value;
	int rc = jsonx_get_array(root, "messages", &list);

	if (rc == -EINVAL)
		return chat_wrong_type(p, "messages", "an array",
		    json_object_get(root, "messages"));
	if (rc != 0)
		return chat_missing(p, "messages");
	if (json_array_size(list) == 0)
		return api_error_set_param(p->error, API_ERROR_INVALID_VALUE,
		    "messages", "'messages' must hold at least one message.");
	r->messages = calloc(json_array_size(list), sizeof(*r->messages));
	if (r->messages == NULL)
		return -ENOMEM;
	json_array_foreach(list, at.message, value) {
		if (rc != 0)
			break;
		rc = parse_message(p, value, at, &r->messages[at.message]);
		r->n_messages++;
	}
	return rc;
}

void
chat_messages_free(struct chat_request *r)
{
	for (size_t i = 0; i < r->n_messages; i++) {
		free(r->messages[i].parts);
		free(r->messages[i].tool_calls);
	}
	free(r->messages);
}
