/*
 * The input of a request: a text or items.
 */
#include <errno.h>
#include <stdio.h>

#include "dialect/responses/responses_parse.h"

typedef int
kind_parser(struct responses_parse *p, const json_t *object, struct item *item);

/* A text; `required`: not empty, since it is to be told from others. */
static int
keep_member(struct responses_parse *p, const json_t *object, const char *key,
    bool required, struct place at, struct text *ret)
{
	char param[READER_PARAM_MAX], rest[32];

	snprintf(rest, sizeof(rest), ".%s", key);
	return reader_keep_text(p->r, object, key,
	    responses_item_param(at, rest, param), required, ret);
}

/* One that is empty could not tell one thing from another. */
static int
keep_id(struct responses_parse *p, const json_t *object, const char *key,
    struct place at, struct text *ret)
{
	char param[READER_PARAM_MAX], rest[32];
	int rc = keep_member(p, object, key, true, at, ret);

	snprintf(rest, sizeof(rest), ".%s", key);
	return rc == 0 && ret->len == 0
	    ? reader_missing(p->r, responses_item_param(at, rest, param))
	    : rc;
}

/* ---- messages ---- */

static int
parse_role(struct responses_parse *p, const json_t *object, struct item *item)
{
	char param[READER_PARAM_MAX];
	struct text role;
	int rc = reader_text(p->r, object, "role",
	    responses_item_param(item->place, ".role", param), true, &role);

	if (rc != 0)
		return rc;
	for (int i = ROLE_SYSTEM; i <= ROLE_ASSISTANT; i++) {
		if (text_is(role, item_role_name((enum item_role)i))) {
			item->role = (enum item_role)i;
			return 0;
		}
	}
	return reader_invalid(
	    p->r, param, "system, developer, user or assistant");
}

static int
parse_phase(struct responses_parse *p, const json_t *object, struct item *item)
{
	char param[READER_PARAM_MAX];
	struct text phase = { NULL, 0 };
	int rc = reader_text(p->r, object, "phase",
	    responses_item_param(item->place, ".phase", param), false, &phase);

	if (rc != 0 || phase.s == NULL)
		return rc;
	if (text_is(phase, "commentary"))
		item->phase = PHASE_COMMENTARY;
	else if (text_is(phase, "final_answer"))
		item->phase = PHASE_FINAL;
	else
		return reader_invalid(
		    p->r, param, "commentary or final_answer");
	return 0;
}

static int
parse_message(
    struct responses_parse *p, const json_t *object, struct item *item)
{
	int rc = parse_role(p, object, item);

	if (rc == 0)
		rc = parse_phase(p, object, item);
	if (item->role != ROLE_ASSISTANT)
		item->phase = PHASE_NONE;
	return rc != 0 ? rc
		       : responses_parse_content(p, object, "content", item);
}

/* ---- calls and their outputs ---- */

static int
parse_called(struct responses_parse *p, const json_t *object, const char *key,
    struct item *item)
{
	int rc = keep_id(p, object, "call_id", item->place, &item->call_id);

	if (rc == 0)
		rc = keep_id(p, object, "name", item->place, &item->name);
	if (rc == 0)
		rc = keep_member(
		    p, object, "namespace", false, item->place, &item->space);
	return rc != 0
	    ? rc
	    : keep_member(p, object, key, true, item->place, &item->arguments);
}

static int
parse_call(struct responses_parse *p, const json_t *object, struct item *item)
{
	return parse_called(p, object, "arguments", item);
}

static int
parse_custom_call(
    struct responses_parse *p, const json_t *object, struct item *item)
{
	item->custom = true;
	return parse_called(p, object, "input", item);
}

static int
parse_output(struct responses_parse *p, const json_t *object, struct item *item)
{
	int rc = keep_id(p, object, "call_id", item->place, &item->call_id);

	item->role = ROLE_USER;
	return rc != 0 ? rc
		       : responses_parse_content(p, object, "output", item);
}

static int
parse_custom_output(
    struct responses_parse *p, const json_t *object, struct item *item)
{
	item->custom = true;
	return parse_output(p, object, item);
}

/* ---- reasoning ---- */

/* Its `content`, where it has any, the model is not given back. */
static int
parse_reasoning(
    struct responses_parse *p, const json_t *object, struct item *item)
{
	char param[READER_PARAM_MAX];
	json_t *list;
	int rc = reader_array(p->r, object, "summary",
	    responses_item_param(item->place, ".summary", param), &list);

	if (rc == 0)
		rc = responses_parse_summary(p, list, item);
	return rc != 0 ? rc
		       : keep_member(p, object, "encrypted_content", false,
			     item->place, &item->sealed);
}

/* ---- the others ---- */

static int
parse_reference(
    struct responses_parse *p, const json_t *object, struct item *item)
{
	item->reference = REFERENCE_ITEM;
	return keep_id(p, object, "id", item->place, &item->id);
}

static int
parse_other(struct responses_parse *p, const json_t *object, struct item *item)
{
	return reader_keep_json(p->r, object, &item->verbatim);
}

/*
 * Those of which Codex takes the place in a conversation (doc/codex.md). It
 * takes a local_shell_call, too, but not its output, and makes one up.
 */
static const struct kind {
	const char *type;
	enum item_kind kind;
	kind_parser *parse;
} kinds[] = {
	{ "message", ITEM_MESSAGE, parse_message },
	{ "function_call", ITEM_CALL, parse_call },
	{ "function_call_output", ITEM_RESULT, parse_output },
	{ "custom_tool_call", ITEM_CALL, parse_custom_call },
	{ "custom_tool_call_output", ITEM_RESULT, parse_custom_output },
	{ "reasoning", ITEM_REASONING, parse_reasoning },
	{ "item_reference", ITEM_REFERENCE, parse_reference },
	{ "web_search_call", ITEM_OTHER, parse_other },
	{ "compaction", ITEM_OTHER, parse_other },
};

static int
parse_kind(struct responses_parse *p, const json_t *object, struct text type,
    struct item *item, bool *ret_known)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!text_is(type, kinds[i].type))
			continue;
		*ret_known = true;
		item->kind = kinds[i].kind;
		return kinds[i].parse(p, object, item);
	}
	*ret_known = false;
	return 0;
}

/* ---- one item ---- */

static struct item *
add_item(struct reader *r, enum item_kind kind, struct place at)
{
	struct generation *g = r->generation;
	struct item *item = &g->items[g->n_items++];

	item->kind = kind;
	item->place = at;
	return item;
}

/* It may be left out of messages, and of references, which have an id alone. */
static int
parse_type(struct responses_parse *p, const json_t *object, struct place at,
    struct text *ret)
{
	char param[READER_PARAM_MAX];
	int rc = 0;

	responses_item_param(at, ".type", param);
	*ret = (struct text){ NULL, 0 };
	rc = reader_text(p->r, object, "type", param, false, ret);
	if (rc != 0 || ret->s != NULL)
		return rc;
	if (json_object_get(object, "role") != NULL)
		*ret = text_of("message");
	else if (json_object_get(object, "id") != NULL)
		*ret = text_of("item_reference");
	else
		return reader_missing(p->r, param);
	return 0;
}

static int
refuse_type(struct responses_parse *p, struct text type, struct place at)
{
	char param[READER_PARAM_MAX];

	return error_set_param(p->r->error, ERROR_UNSUPPORTED_PARAMETER,
	    responses_item_param(at, ".type", param),
	    "Items of type '%.64s' are not supported: Codex takes no such "
	    "item.",
	    type.s);
}

static int
parse_of_type(struct responses_parse *p, const json_t *object, struct place at,
    struct text type)
{
	struct generation *g = p->r->generation;
	struct item *item;
	bool known = true;
	int rc;

	if (text_is(type, "additional_tools")) {
		rc = responses_parse_additional(p, object, at);
	} else {
		item = add_item(p->r, ITEM_OTHER, at);
		rc = parse_kind(p, object, type, item, &known);
		if (rc == 0 && known && item->kind == ITEM_REFERENCE)
			return p->kept ? refuse_type(p, type, at) : 0;
	}
	if (!known) {
		g->n_items--;
		return refuse_type(p, type, at);
	}
	return rc != 0 || p->kept ? rc : responses_list_item(p, object, type.s);
}

int
responses_parse_item(
    struct responses_parse *p, const json_t *object, struct place at)
{
	char param[READER_PARAM_MAX];
	struct text type;
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(p->r,
		    responses_item_param(at, "", param), "an object", object);
	rc = parse_type(p, object, at, &type);
	return rc != 0 ? rc : parse_of_type(p, object, at, type);
}

/* ---- what stands before the input ---- */

/* A message of one text. */
static int
add_text(struct responses_parse *p, enum item_role role, struct text text)
{
	struct item *item = add_item(p->r, ITEM_MESSAGE, PLACE_NONE);

	item->role = role;
	item->parts = reader_room(p->r, 1, sizeof(*item->parts));
	if (item->parts == NULL)
		return -ENOMEM;
	item->n_parts = 1;
	item->parts[0].place = item->place;
	return reader_keep(p->r, text, &item->parts[0].text);
}

static int
parse_instructions(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "instructions";
	struct text text = { NULL, 0 };
	int rc = reader_text(p->r, root, key, key, false, &text);

	if (rc != 0 || text.len == 0)
		return rc;
	return add_text(p, ROLE_DEVELOPER, text);
}

/* Keeps an id, and refers to what it stands for. */
static int
refer(struct responses_parse *p, enum item_reference what, struct text id,
    const char *param, struct text *ret_id)
{
	struct item *item;
	int rc;

	if (id.len == 0)
		return reader_invalid(p->r, param, "an id");
	rc = reader_keep(p->r, id, ret_id);
	if (rc != 0)
		return rc;
	item = add_item(p->r, ITEM_REFERENCE, PLACE_NONE);
	item->reference = what;
	item->id = *ret_id;
	return 0;
}

static int
parse_previous(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "previous_response_id";
	struct text id = { NULL, 0 };
	int rc = reader_text(p->r, root, key, key, false, &id);

	if (rc != 0 || id.s == NULL)
		return rc;
	return refer(p, REFERENCE_ANSWER, id, key, &p->form->previous);
}

/* An id, or {"id"}. */
static int
parse_conversation(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "conversation", inner[] = "conversation.id";
	const json_t *value = json_object_get(root, key);
	const char *param = json_is_object(value) ? inner : key;
	struct text id = { NULL, 0 };
	int rc;

	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_object(value) && !json_is_string(value))
		return reader_wrong_type(
		    p->r, key, "a string or an object", value);
	rc = json_is_object(value)
	    ? reader_text(p->r, value, "id", inner, true, &id)
	    : reader_text(p->r, root, key, key, true, &id);
	if (rc == 0 && p->form->previous.len > 0)
		return error_set_param(p->r->error, ERROR_INVALID_VALUE, key,
		    "'conversation' and 'previous_response_id' cannot be "
		    "given together.");
	if (rc == 0)
		rc = refer(p, REFERENCE_CONVERSATION, id, param,
		    &p->form->conversation);
	if (rc == 0)
		p->r->generation->conversation = p->form->conversation;
	return rc;
}

/* ---- the input ---- */

static int
parse_text_input(struct responses_parse *p, const json_t *value)
{
	struct text text = { json_string_value(value),
		json_string_length(value) };
	json_t *item;
	int rc = add_text(p, ROLE_USER, text);

	if (rc != 0)
		return rc;
	item = json_pack("{s:s, s:O}", "role", "user", "content", value);
	rc = item == NULL ? -ENOMEM : responses_list_item(p, item, "message");
	json_decref(item);
	return rc;
}

static int
parse_list(struct responses_parse *p, const json_t *list)
{
	struct responses_form *form = p->form;
	struct place at = { 0, PLACE_ALL };
	json_t *value;
	int rc = 0;

	form->input_ends = calloc(
	    json_array_size(list) + 1, sizeof(*form->input_ends));
	if (form->input_ends == NULL)
		return -ENOMEM;
	if (json_is_string(list))
		return parse_text_input(p, list);
	json_array_foreach(list, at.outer, value) {
		rc = responses_parse_item(p, value, at);
		if (rc != 0)
			break;
	}
	return rc;
}

/* Room for all items, and for the tools that some of them bring. */
static int
make_room(struct responses_parse *p, const json_t *root)
{
	const json_t *input = json_object_get(root, "input");
	struct generation *g = p->r->generation;
	size_t i, n = responses_count_tools(json_object_get(root, "tools"));
	json_t *value;

	json_array_foreach(input, i, value)
		n += responses_count_tools(json_object_get(value, "tools"));
	/* The instructions, what it goes on from, and an input of one text. */
	g->items = reader_room(
	    p->r, json_array_size(input) + 3, sizeof(*g->items));
	g->tools = reader_room(p->r, n, sizeof(*g->tools));
	return g->items == NULL || g->tools == NULL ? -ENOMEM : 0;
}

int
responses_parse_input(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "input";
	const struct generation *g = p->r->generation;
	const json_t *input = json_object_get(root, key);
	bool some = input != NULL && !json_is_null(input);
	size_t told;
	int rc = make_room(p, root);

	if (rc == 0)
		rc = parse_instructions(p, root);
	told = g->n_items;
	if (rc == 0)
		rc = parse_previous(p, root);
	if (rc == 0)
		rc = parse_conversation(p, root);
	if (rc == 0 && some && !json_is_array(input) && !json_is_string(input))
		return reader_wrong_type(
		    p->r, key, "a string or an array of items", input);
	if (rc == 0 && some)
		rc = parse_list(p, input);
	if (rc != 0 || g->n_items > told)
		return rc;
	return some ? reader_invalid(p->r, key, "at least one item")
		    : reader_missing(p->r, key);
}
