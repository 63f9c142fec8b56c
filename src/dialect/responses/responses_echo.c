/*
 * What is said again of a request: its items as they are listed and kept, and
 * all members that the response object has of it, in full.
 */
#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialect/openai_tools.h"
#include "dialect/responses/responses_parse.h"
#include "json/jsonw.h"

/* ---- items: as they came, with what may be left out, without an id ---- */

/* Sets a member that is absent or null; takes over `value`. */
static int
set_default(json_t *object, const char *key, json_t *value)
{
	const json_t *old = json_object_get(object, key);

	if (value != NULL && old != NULL && !json_is_null(old)) {
		json_decref(value);
		return 0;
	}
	return json_object_set_new(object, key, value) == 0 ? 0 : -ENOMEM;
}

static int
fill_part(json_t *part, const char *type)
{
	int rc = 0;

	if (strcmp(type, "output_text") == 0) {
		rc = set_default(part, "annotations", json_array());
		if (rc == 0)
			rc = set_default(part, "logprobs", json_array());
	} else if (strcmp(type, "input_image") == 0) {
		rc = set_default(part, "detail", json_string("auto"));
	}
	return rc;
}

/* A part in its full form, a new reference; NULL without memory. */
static json_t *
list_part(const json_t *from, const char *text_type)
{
	const char *type = json_string_value(json_object_get(from, "type"));
	json_t *part = json_copy((json_t *)(uintptr_t)from);
	int rc = part == NULL ? -ENOMEM : 0;

	/* As some clients call it. */
	if (rc == 0 && strcmp(type, "text") == 0) {
		type = text_type;
		rc = json_object_set_new(part, "type", json_string(type));
	}
	if (rc == 0)
		rc = fill_part(part, type);
	if (rc == 0)
		return part;
	json_decref(part);
	return NULL;
}

static json_t *
list_text(json_t *text, const char *text_type)
{
	json_t *part = json_pack("{s:s, s:O}", "type", text_type, "text", text);
	json_t *list = NULL;

	if (part != NULL && fill_part(part, text_type) == 0)
		list = json_pack("[O]", part);
	json_decref(part);
	return list;
}

static json_t *
list_content(json_t *content, const char *text_type)
{
	json_t *list, *value;
	size_t i;

	if (json_is_string(content))
		return list_text(content, text_type);
	list = json_array();
	json_array_foreach(content, i, value) {
		if (json_array_append_new(list, list_part(value, text_type)) ==
		    0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static int
fill_message(json_t *item)
{
	static const char key[] = "content";
	const char *role = json_string_value(json_object_get(item, "role"));
	bool assistant = strcmp(role, "assistant") == 0;
	json_t *list = list_content(json_object_get(item, key),
	    assistant ? "output_text" : "input_text");

	return json_object_set_new(item, key, list) == 0 ? 0 : -ENOMEM;
}

/* What became of it; of what was sent it is known. */
static int
fill_status(json_t *item)
{
	return set_default(item, "status", json_string("completed"));
}

static int
fill_item(json_t *item, const char *type)
{
	static const char *const with_status[] = { "message", "function_call",
		"function_call_output", "custom_tool_call",
		"custom_tool_call_output" };
	int rc = 0;

	if (strcmp(type, "message") == 0)
		rc = fill_message(item);
	else if (strcmp(type, "reasoning") == 0)
		rc = set_default(item, "summary", json_array());
	else if (json_is_null(json_object_get(item, "output")))
		rc = set_default(item, "output", json_string(""));
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(with_status); i++) {
		if (strcmp(type, with_status[i]) == 0)
			rc = fill_status(item);
	}
	return rc;
}

/* {"type"} and all other members but the id; NULL without memory. */
static json_t *
copy_item(const json_t *object, const char *type)
{
	json_t *item = json_pack("{s:s}", "type", type);

	if (json_object_update_missing(item, (json_t *)(uintptr_t)object) !=
	    0) {
		json_decref(item);
		return NULL;
	}
	(void)json_object_del(item, "id");
	return item;
}

int
responses_list_item(
    struct responses_parse *p, const json_t *object, const char *type)
{
	struct responses_form *form = p->form;
	json_t *item = copy_item(object, type);
	int rc = item == NULL ? -ENOMEM : fill_item(item, type);
	struct jsonw w;

	if (rc == 0) {
		jsonw_begin(&w, &form->input);
		jsonw_tree(&w, NULL, item);
		rc = jsonw_end(&w);
	}
	if (rc == 0)
		form->input_ends[form->n_input++] = form->input.len;
	json_decref(item);
	return rc;
}

/* ---- the response object ---- */

static const json_t *
given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

/* 0.7 as 0.7: the fewest digits that are this number. */
static void
put_real(struct jsonw *w, const char *key, double value)
{
	char digits[32];
	int precision = DBL_DIG;

	do
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
	while (strtod(digits, NULL) != value && ++precision <= DBL_DECIMAL_DIG);
	jsonw_raw(w, key, digits, strlen(digits));
}

/* A member as it was given, or `other`, which is JSON. */
static void
put(struct jsonw *w, const json_t *object, const char *key, const char *other)
{
	const json_t *value = given(object, key);

	if (json_is_real(value))
		put_real(w, key, json_real_value(value));
	else if (value != NULL)
		jsonw_tree(w, key, value);
	else
		jsonw_raw(w, key, other, strlen(other));
}

static void
put_if_given(struct jsonw *w, const json_t *object, const char *key)
{
	if (given(object, key) != NULL)
		jsonw_tree(w, key, given(object, key));
}

static void
put_function(struct jsonw *w, const json_t *named)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "function");
	put(w, named, "name", "null");
	put(w, named, "description", "null");
	put(w, named, "parameters", "null");
	put(w, named, "strict", "true");
	jsonw_close(w);
}

static void
put_custom(struct jsonw *w, const json_t *named)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "custom");
	put(w, named, "name", "null");
	put_if_given(w, named, "description");
	put(w, named, "format", "{\"type\":\"text\"}");
	jsonw_close(w);
}

static void
put_tool(struct jsonw *w, const json_t *tool)
{
	const char *where;
	const json_t *named = openai_named(tool, &where);
	struct text type = text_of("function");

	(void)jsonx_get_text(tool, "type", &type);
	if (text_is(type, "function"))
		put_function(w, named);
	else if (text_is(type, "custom"))
		put_custom(w, named);
	else
		jsonw_tree(w, NULL, tool);
}

static void
put_tools(struct jsonw *w, const json_t *root)
{
	json_t *value;
	size_t i;

	jsonw_array(w, "tools");
	json_array_foreach(json_object_get(root, "tools"), i, value)
		put_tool(w, value);
	jsonw_close(w);
}

static void
put_reasoning(struct jsonw *w, const json_t *root)
{
	const json_t *reasoning = given(root, "reasoning");

	jsonw_object(w, "reasoning");
	put(w, reasoning, "effort", "null");
	put(w, reasoning, "summary", "null");
	jsonw_close(w);
}

static void
put_text(struct jsonw *w, const json_t *root)
{
	const json_t *text = given(root, "text");

	jsonw_object(w, "text");
	put(w, text, "format", "{\"type\":\"text\"}");
	put(w, text, "verbosity", "\"medium\"");
	jsonw_close(w);
}

static void
put_conversation(struct jsonw *w, struct text id)
{
	if (id.len == 0)
		return;
	jsonw_object(w, "conversation");
	jsonw_text(w, "id", id.s, id.len);
	jsonw_close(w);
}

/* "auto" is what the caller leaves to us; that is one of the tiers. */
static void
put_tier(struct jsonw *w, const json_t *root)
{
	struct text tier = text_of("default");

	(void)jsonx_get_text(root, "service_tier", &tier);
	if (text_is(tier, "auto"))
		tier = text_of("default");
	jsonw_text(w, "service_tier", tier.s, tier.len);
}

/* Members that are repeated as they are, and what those are that are absent. */
static const struct {
	const char *key, *other;
} plain[] = {
	{ "background", "false" },
	{ "frequency_penalty", "0" },
	{ "instructions", "null" },
	{ "max_output_tokens", "null" },
	{ "max_tool_calls", "null" },
	{ "metadata", "{}" },
	{ "parallel_tool_calls", "true" },
	{ "presence_penalty", "0" },
	{ "previous_response_id", "null" },
	{ "prompt_cache_key", "null" },
	{ "safety_identifier", "null" },
	{ "store", "true" },
	{ "temperature", "1" },
	{ "tool_choice", "\"auto\"" },
	{ "top_logprobs", "0" },
	{ "top_p", "1" },
	{ "truncation", "\"disabled\"" },
};

/* Makes "{...}" what is in it. */
static void
drop_braces(struct buf *b)
{
	buf_truncate(b, b->len - 1);
	buf_consume(b, 1);
}

int
responses_echo(struct responses_parse *p, const json_t *root)
{
	struct buf *out = &p->form->echo;
	struct jsonw w;
	int rc;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		put(&w, root, plain[i].key, plain[i].other);
	put_conversation(&w, p->form->conversation);
	put_reasoning(&w, root);
	put_tier(&w, root);
	put_text(&w, root);
	put_tools(&w, root);
	put_if_given(&w, root, "user");
	jsonw_close(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		drop_braces(out);
	return rc;
}
