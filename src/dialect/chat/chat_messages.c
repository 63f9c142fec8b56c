/*
 * The messages of a request: roles, content parts, tool calls and results, as
 * items.
 */
#include "dialect/chat/chat_parse.h"

#include <errno.h>
#include <stdio.h>

/* What a role's messages become. */
static const struct role {
	const char *word;
	enum item_kind kind;
	enum item_role role;
} roles[] = { { "system", ITEM_MESSAGE, ROLE_SYSTEM },
	{ "developer", ITEM_MESSAGE, ROLE_DEVELOPER },
	{ "user", ITEM_MESSAGE, ROLE_USER },
	{ "assistant", ITEM_MESSAGE, ROLE_ASSISTANT },
	{ "tool", ITEM_RESULT, ROLE_USER },
	/* the old name of a result, which has no call id */
	{ "function", ITEM_RESULT, ROLE_USER } };

static bool
is_function(const struct role *role)
{
	return role == &roles[ARRAY_SIZE(roles) - 1];
}

static bool
is_assistant(const struct item *item)
{
	return item_is_message(item, ROLE_ASSISTANT);
}

/* ---- content ---- */

/* {"image_url":{"url":...}}, or, as some clients have it, a bare string. */
static int
parse_image(struct reader *r, const json_t *object, struct part *part)
{
	const json_t *value = json_object_get(object, "image_url");
	struct text url = { NULL, 0 };
	char param[READER_PARAM_MAX];
	int rc = 0;

	chat_item_param(part->place, "content", ".image_url", param);
	if (value == NULL || json_is_null(value))
		return reader_missing(r, param);
	part->kind = PART_IMAGE;
	if (json_is_string(value)) {
		url.s = json_string_value(value);
		url.len = json_string_length(value);
	} else if (json_is_object(value)) {
		chat_item_param(
		    part->place, "content", ".image_url.url", param);
		rc = reader_text(r, value, "url", param, true, &url);
	} else {
		rc = reader_wrong_type(r, param, "an object", value);
	}
	return rc != 0 ? rc : reader_keep_image(r, url, param, &part->text);
}

/* The model's server takes none in what the assistant has said. */
static int
refuse_image(struct reader *r, struct place at)
{
	char param[READER_PARAM_MAX];

	return error_set_param(r->error, ERROR_INVALID_VALUE,
	    chat_item_param(at, "content", "", param),
	    "'%s' is an image, which a message of the assistant cannot hold; "
	    "send it in a message of the user.",
	    param);
}

static int
parse_text_part(
    struct reader *r, const json_t *object, const char *key, struct part *part)
{
	char param[READER_PARAM_MAX], rest[32];

	snprintf(rest, sizeof(rest), ".%s", key);
	return reader_keep_text(r, object, key,
	    chat_item_param(part->place, "content", rest, param), true,
	    &part->text);
}

static int
unusable_part(struct reader *r, struct text type, const char *param)
{
	static const char *const known[] = { "input_audio", "audio", "file",
		"input_file", "video_url" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (text_is(type, known[i]))
			return error_set_param(r->error,
			    ERROR_UNSUPPORTED_PARAMETER, param,
			    "Content of type '%s' is not supported: Codex "
			    "takes text and images.",
			    known[i]);
	}
	return reader_invalid(r, param, "text, image_url or refusal");
}

/* What the model has thought, which it does not get back. */
static bool
is_thought(struct text type)
{
	return text_is(type, "thinking") ||
	    text_is(type, "redacted_thinking") || text_is(type, "reasoning");
}

/* *ret_kept is false for a part that is left out. */
static int
parse_part(struct reader *r, const json_t *object, bool assistant,
    struct part *part, bool *ret_kept)
{
	char param[READER_PARAM_MAX];
	struct text type;
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(r,
		    chat_item_param(part->place, "content", "", param),
		    "an object", object);
	rc = reader_text(r, object, "type",
	    chat_item_param(part->place, "content", ".type", param), true,
	    &type);
	if (rc != 0)
		return rc;
	*ret_kept = true;
	if (text_is(type, "text"))
		return parse_text_part(r, object, "text", part);
	if (text_is(type, "refusal")) {
		part->kind = PART_REFUSAL;
		return parse_text_part(r, object, "refusal", part);
	}
	*ret_kept = !assistant || !is_thought(type);
	if (!*ret_kept)
		return 0;
	if (text_is(type, "image_url"))
		return assistant ? refuse_image(r, part->place)
				 : parse_image(r, object, part);
	return unusable_part(r, type, param);
}

/* With room for one more than `n`: a refusal that stands beside them. */
static int
make_parts(struct reader *r, struct item *item, size_t n)
{
	item->parts = reader_room(
	    r, n + is_assistant(item), sizeof(*item->parts));
	return item->parts == NULL ? -ENOMEM : 0;
}

static int
parse_part_list(struct reader *r, const json_t *list, struct item *item)
{
	int rc = make_parts(r, item, json_array_size(list));
	struct place at = item->place;
	json_t *value;

	json_array_foreach(list, at.inner, value) {
		struct part *part = &item->parts[item->n_parts];
		bool kept = false;

		if (rc != 0)
			break;
		part->place = at;
		rc = parse_part(r, value, is_assistant(item), part, &kept);
		item->n_parts += kept;
	}
	return rc;
}

/*
 * What an assistant says may be left out, and null; what a tool gave may be
 * null; all others have content.
 */
static bool
may_lack_content(const struct item *item, const json_t *content)
{
	return is_assistant(item) ||
	    (item->kind == ITEM_RESULT && content != NULL);
}

static int
parse_content(struct reader *r, const json_t *object, struct item *item)
{
	const json_t *content = json_object_get(object, "content");
	char param[READER_PARAM_MAX];
	int rc;

	chat_message_param(item->place, ".content", param);
	if (content == NULL || json_is_null(content))
		return may_lack_content(item, content)
		    ? make_parts(r, item, 0)
		    : reader_missing(r, param);
	if (json_is_array(content))
		return parse_part_list(r, content, item);
	if (!json_is_string(content))
		return reader_wrong_type(
		    r, param, "a string or an array of parts", content);
	rc = make_parts(r, item, 1);
	if (rc != 0)
		return rc;
	item->n_parts = 1;
	item->parts[0].place = (struct place){ item->place.outer, 0 };
	return reader_keep(r,
	    (struct text){
		json_string_value(content), json_string_length(content) },
	    &item->parts[0].text);
}

/* What an assistant declined to do is one more part of what it said. */
static int
parse_refusal(struct reader *r, const json_t *object, struct item *item)
{
	struct text refusal = { NULL, 0 };
	char param[READER_PARAM_MAX];
	int rc = reader_text(r, object, "refusal",
	    chat_message_param(item->place, ".refusal", param), false,
	    &refusal);

	if (rc != 0 || refusal.len == 0)
		return rc;
	item->parts[item->n_parts] = (struct part){ .kind = PART_REFUSAL,
		.place = item->place };
	return reader_keep(r, refusal, &item->parts[item->n_parts++].text);
}

/* The id of an answer that was heard: nobody here has what it stands for. */
static int
refuse_audio(struct reader *r, const json_t *object, struct place at)
{
	const json_t *audio = json_object_get(object, "audio");
	char param[READER_PARAM_MAX];

	if (audio == NULL || json_is_null(audio))
		return 0;
	return reader_unsupported(r, chat_message_param(at, ".audio", param),
	    "Codex takes text and images");
}

/* ---- messages ---- */

static int
parse_role(struct reader *r, const json_t *object, struct place at,
    const struct role **ret)
{
	char param[READER_PARAM_MAX];
	struct text role;
	int rc = reader_text(r, object, "role",
	    chat_message_param(at, ".role", param), true, &role);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		if (text_is(role, roles[i].word)) {
			*ret = &roles[i];
			return 0;
		}
	}
	return reader_invalid(
	    r, param, "system, developer, user, assistant, tool or function");
}

/* What only assistants have. */
static int
parse_assistant(struct reader *r, const json_t *object, struct item *item)
{
	int rc = refuse_audio(r, object, item->place);

	if (rc == 0)
		rc = parse_refusal(r, object, item);
	return rc != 0 ? rc : chat_parse_calls(r, object, item->place);
}

static int
parse_message(struct reader *r, const json_t *object, struct place at)
{
	char param[READER_PARAM_MAX];
	const struct role *role = &roles[0];
	struct item *item;
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(
		    r, chat_message_param(at, "", param), "an object", object);
	rc = parse_role(r, object, at, &role);
	if (rc != 0)
		return rc;
	if (role->role == ROLE_ASSISTANT)
		rc = chat_parse_details(r, object, at);
	if (rc != 0)
		return rc;
	item = chat_add_item(r, role->kind, at);
	item->role = role->role;
	rc = reader_keep_text(r, object, "name",
	    chat_message_param(at, ".name", param), is_function(role),
	    &item->name);
	if (rc == 0 && item->kind == ITEM_RESULT && !is_function(role))
		rc = chat_parse_id(r, object, "tool_call_id",
		    chat_message_param(at, ".tool_call_id", param),
		    &item->call_id);
	if (rc == 0)
		rc = parse_content(r, object, item);
	if (rc == 0 && is_assistant(item))
		rc = parse_assistant(r, object, item);
	return rc;
}

/* At least as many items as the messages will be. */
static size_t
count_items(const json_t *list)
{
	size_t i, calls, n = json_array_size(list);
	json_t *value;

	json_array_foreach(list, i, value) {
		calls = json_array_size(json_object_get(value, "tool_calls"));
		if (calls == 0 &&
		    json_object_get(value, "function_call") != NULL)
			calls = 1;
		n += calls + chat_count_details(value);
	}
	return n;
}

int
chat_parse_messages(struct reader *r, const json_t *root)
{
	struct generation *g = r->generation;
	struct place at = { 0, PLACE_ALL };
	json_t *list, *value;
	int rc = reader_array(r, root, "messages", "messages", &list);

	if (rc != 0)
		return rc;
	if (list == NULL)
		return reader_missing(r, "messages");
	if (json_array_size(list) == 0)
		return error_set_param(r->error, ERROR_INVALID_VALUE,
		    "messages", "'messages' must hold at least one message.");
	g->items = reader_room(r, count_items(list), sizeof(*g->items));
	if (g->items == NULL)
		return -ENOMEM;
	json_array_foreach(list, at.outer, value) {
		rc = parse_message(r, value, at);
		if (rc != 0)
			break;
	}
	return rc;
}
