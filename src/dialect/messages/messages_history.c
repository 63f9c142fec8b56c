/*
 * system and messages: what was said, called and thought, as items.
 */
#include "dialect/messages/messages_parse.h"

#include <errno.h>
#include <stdio.h>

#include "dialect/messages/messages_id.h"

/* What a message of each role may hold. */
static const struct role {
	const char *word;
	enum item_role role;
	unsigned blocks;
} roles[] = { { "user", ROLE_USER,
		  BLOCK_TEXT | BLOCK_IMAGE | BLOCK_DOCUMENT |
		      BLOCK_SEARCH_RESULT | BLOCK_TOOL_RESULT },
	{ "assistant", ROLE_ASSISTANT,
	    BLOCK_TEXT | BLOCK_TOOL_USE | BLOCK_THINKING |
		BLOCK_REDACTED_THINKING },
	{ "system", ROLE_SYSTEM, BLOCK_TEXT } };

enum {
	IN_RESULT = BLOCK_TEXT | BLOCK_IMAGE | BLOCK_DOCUMENT |
	    BLOCK_SEARCH_RESULT | BLOCK_TOOL_REFERENCE
};

/* The next item of the generation, for which there is room. */
static struct item *
add_item(struct messages_reading *m, enum item_kind kind, struct place at)
{
	struct generation *g = m->r->generation;
	struct item *item = &g->items[g->n_items++];

	item->kind = kind;
	item->place = at;
	item->role = ROLE_USER;
	return item;
}

static int
make_parts(struct messages_reading *m, struct item *item, size_t n)
{
	item->parts = reader_room(m->r, n, sizeof(*item->parts));
	return item->parts == NULL ? -ENOMEM : 0;
}

/* ---- calls and their results ---- */

/* An empty id is none: it could not tell one call from another. */
static int
parse_id(struct messages_reading *m, const json_t *block, const char *where,
    const char *key, struct text *ret)
{
	char param[READER_PARAM_MAX];
	struct text id = { NULL, 0 };
	int rc = reader_text(
	    m->r, block, key, messages_at(param, where, key), true, &id);

	if (rc != 0)
		return rc;
	if (id.len == 0)
		return reader_missing(m->r, param);
	return reader_keep(m->r, messages_call_of(id), ret);
}

static int
tool_use(struct messages_reading *m, const json_t *block, const char *where,
    struct place at)
{
	struct item *call = add_item(m, ITEM_CALL, at);
	char param[READER_PARAM_MAX];
	json_t *input = NULL;
	int rc = parse_id(m, block, where, "id", &call->call_id);

	if (rc == 0)
		rc = reader_keep_text(m->r, block, "name",
		    messages_at(param, where, "name"), true, &call->name);
	if (rc == 0)
		rc = reader_object(m->r, block, "input",
		    messages_at(param, where, "input"), &input);
	if (rc != 0)
		return rc;
	if (input != NULL)
		return reader_keep_json(m->r, input, &call->arguments);
	call->arguments = text_of("{}");
	return 0;
}

/* The content of a result: a string, blocks, or nothing. */
static int
result_content(struct messages_reading *m, const json_t *block,
    const char *where, struct item *item)
{
	const json_t *content = json_object_get(block, "content");
	char param[READER_PARAM_MAX];

	messages_at(param, where, "content");
	if (json_is_array(content))
		return messages_parts(m,
		    &(struct messages_blocks){ .list = content,
			.n = json_array_size(content),
			.where = param,
			.allowed = IN_RESULT,
			.at = item->place },
		    item);
	if (content == NULL || json_is_null(content))
		return make_parts(m, item, 0);
	if (!json_is_string(content))
		return reader_wrong_type(
		    m->r, param, "a string or an array of blocks", content);
	return make_parts(m, item, 1) != 0
	    ? -ENOMEM
	    : messages_text_part(m->r, item, content, item->place);
}

static int
tool_result(struct messages_reading *m, const json_t *block, const char *where,
    struct place at)
{
	struct item *item = add_item(m, ITEM_RESULT, at);
	char param[READER_PARAM_MAX];
	int rc = parse_id(m, block, where, "tool_use_id", &item->call_id);

	if (rc == 0)
		rc = reader_flag(m->r, block, "is_error",
		    messages_at(param, where, "is_error"), &item->failed);
	return rc != 0 ? rc : result_content(m, block, where, item);
}

/* ---- thinking ---- */

/*
 * Only what Codex has sealed is anything to it; what another provider has
 * signed is left out. The words are shown as the summary that they were.
 */
static int
thinking(struct messages_reading *m, const json_t *block, const char *where,
    const char *key, struct place at)
{
	char param[READER_PARAM_MAX];
	struct text signature = { "", 0 }, words = { "", 0 };
	struct item *item;
	int rc = reader_text(m->r, block, key, messages_at(param, where, key),
	    false, &signature);

	if (rc == 0)
		rc = reader_text(m->r, block, "thinking",
		    messages_at(param, where, "thinking"), false, &words);
	signature = messages_sealed_in(signature);
	if (rc != 0 || signature.len == 0)
		return rc;
	item = add_item(m, ITEM_REASONING, at);
	rc = reader_keep(m->r, signature, &item->sealed);
	if (rc == 0)
		rc = make_parts(m, item, 1);
	if (rc != 0 || words.len == 0)
		return rc;
	item->parts[item->n_parts++].place = at;
	return reader_keep(m->r, words, &item->parts[0].text);
}

/* ---- messages ---- */

/* A block that is an item of its own. */
static int
single(struct messages_reading *m, const json_t *block, const char *where,
    const struct role *role, struct place at)
{
	enum messages_block kind = BLOCK_TEXT;
	int rc = messages_block_kind(m->r, block, where, role->blocks, &kind);

	if (rc != 0)
		return rc;
	switch (kind) {
	case BLOCK_TOOL_USE:
		return tool_use(m, block, where, at);
	case BLOCK_TOOL_RESULT:
		return tool_result(m, block, where, at);
	case BLOCK_REDACTED_THINKING:
		return thinking(m, block, where, "data", at);
	default:
		return thinking(m, block, where, "signature", at);
	}
}

static size_t
count_parts(const json_t *list, size_t from)
{
	size_t n = 0;

	while (messages_is_part(json_array_get(list, from + n)))
		n++;
	return n;
}

/* What is shown together is one message, in its place among the others. */
static int
said(struct messages_reading *m, const struct messages_blocks *blocks,
    enum item_role role)
{
	struct item *item = add_item(m, ITEM_MESSAGE, blocks->at);

	item->role = role;
	return messages_parts(m, blocks, item);
}

static int
parse_blocks(struct messages_reading *m, const json_t *list, const char *where,
    const struct role *role, struct place at)
{
	struct messages_blocks blocks = { .list = list,
		.where = where,
		.allowed = role->blocks,
		.at = at,
		.numbered = true };
	size_t n = json_array_size(list), i = 0;
	char param[READER_PARAM_MAX];
	int rc = n == 0 ? said(m, &blocks, role->role) : 0;

	while (rc == 0 && i < n) {
		blocks.first = i;
		blocks.n = count_parts(list, i);
		if (blocks.n > 0) {
			rc = said(m, &blocks, role->role);
			i += blocks.n;
			continue;
		}
		at.inner = (uint32_t)i;
		rc = single(m, json_array_get(list, i),
		    messages_at_index(param, where, i), role, at);
		i++;
	}
	return rc;
}

/* A string, or blocks. */
static int
parse_content(struct messages_reading *m, const json_t *content,
    const char *where, const struct role *role, struct place at)
{
	struct item *item;
	int rc;

	if (content == NULL || json_is_null(content))
		return reader_missing(m->r, where);
	if (json_is_array(content))
		return parse_blocks(m, content, where, role, at);
	if (!json_is_string(content))
		return reader_wrong_type(
		    m->r, where, "a string or an array of blocks", content);
	item = add_item(m, ITEM_MESSAGE, at);
	item->role = role->role;
	rc = make_parts(m, item, 1);
	at.inner = 0;
	return rc != 0 ? rc : messages_text_part(m->r, item, content, at);
}

static int
find_role(struct messages_reading *m, const json_t *message, const char *where,
    const struct role **ret)
{
	char param[READER_PARAM_MAX];
	struct text word;
	int rc = reader_text(m->r, message, "role",
	    messages_at(param, where, "role"), true, &word);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		if (text_is(word, roles[i].word)) {
			*ret = &roles[i];
			return 0;
		}
	}
	return reader_invalid(m->r, param, "user, assistant or system");
}

static int
parse_message(
    struct messages_reading *m, const json_t *message, struct place at)
{
	char where[READER_PARAM_MAX], param[READER_PARAM_MAX];
	const struct role *role = &roles[0];
	int rc;

	messages_at_index(where, "messages", at.outer);
	if (!json_is_object(message))
		return reader_wrong_type(m->r, where, "an object", message);
	rc = find_role(m, message, where, &role);
	if (rc != 0)
		return rc;
	return parse_content(m, json_object_get(message, "content"),
	    messages_at(param, where, "content"), role, at);
}

/* ---- system ---- */

/*
 * What one client puts before all others: a header of the request that is in
 * the body, for the provider's books; it changes with each request.
 */
static bool
is_billing(const json_t *block)
{
	static const char begin[] = "x-anthropic-billing-header:";
	struct text text;

	return jsonx_get_text(block, "text", &text) == 0 &&
	    text_begins(text, begin);
}

static int
parse_system_blocks(struct messages_reading *m, const json_t *list)
{
	struct messages_blocks blocks = { .list = list,
		.n = json_array_size(list),
		.where = "system",
		.allowed = BLOCK_TEXT,
		.at = PLACE_NONE };

	if (is_billing(json_array_get(list, 0))) {
		blocks.first++;
		blocks.n--;
	}
	return blocks.n == 0 ? 0 : said(m, &blocks, ROLE_SYSTEM);
}

static int
parse_system(struct messages_reading *m, const json_t *root)
{
	static const struct role *const role = &roles[ARRAY_SIZE(roles) - 1];
	const json_t *system = json_object_get(root, "system");

	if (system == NULL || json_is_null(system) ||
	    (json_is_string(system) && json_string_length(system) == 0))
		return 0;
	if (json_is_array(system))
		return parse_system_blocks(m, system);
	return parse_content(m, system, "system", role, PLACE_NONE);
}

/* ---- all of it ---- */

/* At least as many items as the messages will be. */
static size_t
count_items(const json_t *list)
{
	size_t i, n = 1; /* system */
	json_t *message;

	json_array_foreach(list, i, message) {
		size_t blocks = json_array_size(
		    json_object_get(message, "content"));

		n += blocks > 0 ? blocks : 1;
	}
	return n;
}

/* Of nothing but what is left out there is nothing to answer. */
static int
refuse_empty(struct messages_reading *m)
{
	return error_set_param(m->r->error, ERROR_INVALID_VALUE, "messages",
	    "'messages' must hold at least one message with something in it.");
}

int
messages_parse_history(struct messages_reading *m, const json_t *root)
{
	struct generation *g = m->r->generation;
	struct place at = { 0, PLACE_ALL };
	json_t *list, *message;
	int rc = reader_array(m->r, root, "messages", "messages", &list);

	if (rc != 0)
		return rc;
	if (list == NULL)
		return reader_missing(m->r, "messages");
	if (json_array_size(list) == 0)
		return refuse_empty(m);
	g->items = reader_room(m->r, count_items(list), sizeof(*g->items));
	if (g->items == NULL)
		return -ENOMEM;
	rc = parse_system(m, root);
	json_array_foreach(list, at.outer, message) {
		if (rc != 0)
			break;
		rc = parse_message(m, message, at);
	}
	return rc == 0 && g->n_items == 0 ? refuse_empty(m) : rc;
}
