/*
 * What a message says of calls: those of an assistant, of functions and of
 * freeform tools, and the old function_call.
 */
#include "dialect/chat/chat_parse.h"

#include <errno.h>
#include <stdio.h>

const char *
chat_message_param(
    struct place at, const char *rest, char out[READER_PARAM_MAX])
{
	snprintf(out, READER_PARAM_MAX, "messages[%u]%s", at.outer, rest);
	return out;
}

const char *
chat_item_param(struct place at, const char *list, const char *rest,
    char out[READER_PARAM_MAX])
{
	snprintf(out, READER_PARAM_MAX, "messages[%u].%s[%u]%s", at.outer, list,
	    at.inner, rest);
	return out;
}

struct item *
chat_add_item(struct reader *r, enum item_kind kind, struct place at)
{
	struct generation *g = r->generation;
	struct item *item = &g->items[g->n_items++];

	item->kind = kind;
	item->place = at;
	return item;
}

/* `key`: what the member is called that the model has written. */
static int
parse_called(struct reader *r, const json_t *object, const char *where,
    const char *key, struct item *call)
{
	char param[READER_PARAM_MAX];
	int rc;

	snprintf(param, sizeof(param), "%.100s.name", where);
	rc = reader_keep_text(r, object, "name", param, true, &call->name);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.%s", where, key);
	return reader_keep_text(r, object, key, param, true, &call->arguments);
}

/* An empty id is none: it could not tell one call from another. */
int
chat_parse_id(struct reader *r, const json_t *object, const char *key,
    const char *param, struct text *ret)
{
	int rc = reader_keep_text(r, object, key, param, true, ret);

	return rc == 0 && ret->len == 0 ? reader_missing(r, param) : rc;
}

/* Neither of them is there, or the call is of a third kind. */
static int
nothing_called(struct reader *r, struct text type, struct place at)
{
	char param[READER_PARAM_MAX], rest[32];

	if (text_is(type, "function") || text_is(type, "custom")) {
		snprintf(rest, sizeof(rest), ".%s", type.s);
		return reader_missing(
		    r, chat_item_param(at, "tool_calls", rest, param));
	}
	return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER,
	    chat_item_param(at, "tool_calls", ".type", param),
	    "Tool calls of type '%.64s' are not supported; function and custom "
	    "are.",
	    type.s);
}

static int
parse_call_of(struct reader *r, const json_t *object, struct item *call)
{
	struct text type = text_of("function");
	struct place at = call->place;
	char param[READER_PARAM_MAX];
	json_t *function, *custom;
	int rc = reader_text(r, object, "type",
	    chat_item_param(at, "tool_calls", ".type", param), false, &type);

	if (rc == 0)
		rc = reader_object(r, object, "custom",
		    chat_item_param(at, "tool_calls", ".custom", param),
		    &custom);
	if (rc == 0 && custom != NULL && text_is(type, "custom")) {
		call->custom = true;
		return parse_called(r, custom, param, "input", call);
	}
	if (rc == 0)
		rc = reader_object(r, object, "function",
		    chat_item_param(at, "tool_calls", ".function", param),
		    &function);
	if (rc != 0)
		return rc;
	return function != NULL
	    ? parse_called(r, function, param, "arguments", call)
	    : nothing_called(r, type, at);
}

static int
parse_tool_call(struct reader *r, const json_t *object, struct item *call)
{
	char param[READER_PARAM_MAX];
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(r,
		    chat_item_param(call->place, "tool_calls", "", param),
		    "an object", object);
	rc = chat_parse_id(r, object, "id",
	    chat_item_param(call->place, "tool_calls", ".id", param),
	    &call->call_id);
	return rc != 0 ? rc : parse_call_of(r, object, call);
}

/* The old function_call, which has no id. */
static int
parse_old_call(struct reader *r, const json_t *object, struct place at)
{
	char param[READER_PARAM_MAX];
	json_t *call;
	int rc = reader_object(r, object, "function_call",
	    chat_message_param(at, ".function_call", param), &call);

	if (rc != 0 || call == NULL)
		return rc;
	at.inner = 0;
	return parse_called(
	    r, call, param, "arguments", chat_add_item(r, ITEM_CALL, at));
}

int
chat_parse_calls(struct reader *r, const json_t *object, struct place at)
{
	char param[READER_PARAM_MAX];
	json_t *list, *value;
	int rc = reader_array(r, object, "tool_calls",
	    chat_message_param(at, ".tool_calls", param), &list);

	if (rc != 0)
		return rc;
	if (json_array_size(list) == 0)
		return parse_old_call(r, object, at);
	json_array_foreach(list, at.inner, value) {
		rc = parse_tool_call(r, value, chat_add_item(r, ITEM_CALL, at));
		if (rc != 0)
			break;
	}
	return rc;
}
