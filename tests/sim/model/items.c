#include "items.h"

#include "base/utf8.h"

/* What one delta of a long answer carries. */
enum {
	BIG_DELTA = 4096
};

static json_t *
item_id(const struct items *it, const char *kind)
{
	return json_sprintf("%s_%llu_%lld", kind, (unsigned long long)it->n,
	    (long long)it->index);
}

/* An event about an item as a whole; takes over `item`. */
static void
item_event(struct items *it, const char *type, json_t *item)
{
	plan_event(it->plan,
	    json_pack("{s:s, s:I, s:o}", "type", type, "output_index",
		(json_int_t)it->index, "item", item));
}

/* The item is whole; takes it over. */
static void
item_done(struct items *it, json_t *item)
{
	plan_item(it->plan, json_incref(item));
	item_event(it, "response.output_item.done", item);
	it->index++;
}

/* An event about a piece of an item; takes over `id` and `value`. */
static void
piece_event(struct items *it, const char *type, json_t *id,
    const char *index_name, const char *key, json_t *value)
{
	plan_event(it->plan,
	    json_pack("{s:s, s:o, s:I, s:i, s:o}", "type", type, "item_id", id,
		"output_index", (json_int_t)it->index, index_name, 0, key,
		value));
}

/* Bytes of `n` characters at the start of [s, s + len). */
static size_t
characters(const char *s, size_t len, int64_t n)
{
	size_t i = 0;

	while (i < len && n-- > 0) {
		i++;
		while (i < len && ((unsigned char)s[i] & 0xc0) == 0x80)
			i++;
	}
	return i;
}

/* Length of the delta at the start of [s, s + len). */
static size_t
delta_length(const struct script *script, const char *s, size_t len)
{
	const char *space;

	if (script->split > 0)
		return characters(s, len, script->split);
	if (script->utf8)
		return characters(s, len, 1);
	if (script->deltas > 0) {
		space = memchr(s + 1, ' ', len - 1);
		return space != NULL ? (size_t)(space - s) : len;
	}
	return len > BIG_DELTA ? utf8_complete_prefix(s, BIG_DELTA) : len;
}

static void
message_deltas(struct items *it, const struct buf *text, bool unfinished)
{
	int64_t left = unfinished && it->script->cut >= 0 ? it->script->cut
							  : INT64_MAX;
	size_t at = 0, n;

	while (at < text->len && left-- > 0) {
		if (at > 0)
			plan_pause(it->plan, it->script->gap);
		n = delta_length(it->script, text->data + at, text->len - at);
		piece_event(it, "response.output_text.delta",
		    item_id(it, "msg"), "content_index", "delta",
		    json_stringn(text->data + at, n));
		at += n;
	}
	/* So that what comes after the last delta shows when it comes. */
	if (at > 0)
		plan_pause(it->plan, it->script->gap);
}

/* Takes over `content`. */
static json_t *
message(const struct items *it, const char *phase, const char *status,
    json_t *content)
{
	json_t *item = json_pack("{s:s, s:o, s:s, s:s, s:o}", "type", "message",
	    "id", item_id(it, "msg"), "role", "assistant", "status", status,
	    "content", content);

	if (phase != NULL)
		json_object_set_new(item, "phase", json_string(phase));
	return item;
}

static json_t *
text_part(const char *text, size_t len)
{
	return json_pack("{s:s, s:o, s:[]}", "type", "output_text", "text",
	    json_stringn(text, len), "annotations");
}

void
items_message(struct items *it, const struct buf *text, const char *phase,
    bool unfinished)
{
	const char *s = text->len > 0 ? text->data : "";

	item_event(it, "response.output_item.added",
	    message(it, phase, "in_progress", json_array()));
	piece_event(it, "response.content_part.added", item_id(it, "msg"),
	    "content_index", "part", text_part("", 0));
	message_deltas(it, text, unfinished);
	if (unfinished)
		return;
	piece_event(it, "response.output_text.done", item_id(it, "msg"),
	    "content_index", "text", json_stringn(s, text->len));
	piece_event(it, "response.content_part.done", item_id(it, "msg"),
	    "content_index", "part", text_part(s, text->len));
	item_done(it,
	    message(it, phase, "completed",
		json_pack("[o]", text_part(s, text->len))));
}

/* Takes over `parts`. */
static json_t *
reasoning(const struct items *it, json_t *parts, const char *sealed)
{
	return json_pack("{s:s, s:o, s:o, s:s*}", "type", "reasoning", "id",
	    item_id(it, "rs"), "summary", parts, "encrypted_content", sealed);
}

static json_t *
summary_part(const char *text)
{
	return json_pack("{s:s, s:s}", "type", "summary_text", "text", text);
}

static void
add_summary(struct items *it, const char *summary)
{
	piece_event(it, "response.reasoning_summary_part.added",
	    item_id(it, "rs"), "summary_index", "part", summary_part(""));
	piece_event(it, "response.reasoning_summary_text.delta",
	    item_id(it, "rs"), "summary_index", "delta", json_string(summary));
	piece_event(it, "response.reasoning_summary_text.done",
	    item_id(it, "rs"), "summary_index", "text", json_string(summary));
	piece_event(it, "response.reasoning_summary_part.done",
	    item_id(it, "rs"), "summary_index", "part", summary_part(summary));
}

void
items_reasoning(struct items *it, const char *summary, const char *sealed)
{
	json_t *parts = json_array();

	item_event(it, "response.output_item.added",
	    reasoning(it, json_array(), NULL));
	if (summary != NULL) {
		add_summary(it, summary);
		json_array_append_new(parts, summary_part(summary));
	}
	item_done(it, reasoning(it, parts, sealed));
}

/* `arguments` is borrowed. */
static json_t *
call(const struct items *it, const char *name, const char *arguments,
    const char *status)
{
	const char *given = it->script->call_id;
	const char *slash = strchr(name, '/');
	json_t *space = slash != NULL
	    ? json_stringn(name, (size_t)(slash - name))
	    : NULL;

	return json_pack("{s:s, s:o, s:o, s:o*, s:s, s:s, s:s}", "type",
	    "function_call", "id", item_id(it, "fc"), "call_id",
	    given != NULL ? json_string(given) : item_id(it, "call"),
	    "namespace", space, "name", slash != NULL ? slash + 1 : name,
	    "arguments", arguments, "status", status);
}

/* An event about a call's arguments; takes over `value`. */
static void
arguments_event(
    struct items *it, const char *type, const char *key, json_t *value)
{
	plan_event(it->plan,
	    json_pack("{s:s, s:o, s:I, s:o}", "type", type, "item_id",
		item_id(it, "fc"), "output_index", (json_int_t)it->index, key,
		value));
}

void
items_call(
    struct items *it, const char *name, const char *arguments, bool half_only)
{
	size_t len = strlen(arguments);
	size_t half = utf8_complete_prefix(arguments, len / 2);

	item_event(it, "response.output_item.added",
	    call(it, name, "", "in_progress"));
	if (half > 0)
		arguments_event(it, "response.function_call_arguments.delta",
		    "delta", json_stringn(arguments, half));
	if (half_only)
		return;
	arguments_event(it, "response.function_call_arguments.delta", "delta",
	    json_stringn(arguments + half, len - half));
	arguments_event(it, "response.function_call_arguments.done",
	    "arguments", json_string(arguments));
	item_done(it, call(it, name, arguments, "completed"));
}
