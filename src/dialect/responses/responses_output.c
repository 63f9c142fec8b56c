#include "dialect/responses/responses_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* ---- ids ---- */

static const struct {
	const char *type, *prefix;
} prefixes[] = {
	{ "message", "msg_" },
	{ "reasoning", "rs_" },
	{ "function_call", "fc_" },
	{ "function_call_output", "fco_" },
	{ "custom_tool_call", "ctc_" },
	{ "custom_tool_call_output", "ctco_" },
};

const char *
responses_id_prefix(struct text type)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (text_is(type, prefixes[i].type))
			return prefixes[i].prefix;
	}
	return "item_";
}

/* ---- life cycle ---- */

int
responses_output_init(struct responses_output *o, const char *id, size_t first)
{
	*o = (struct responses_output){ .first = first, .id = strdup(id) };
	buf_init(&o->json, LIMIT_REPLY);
	return o->id != NULL ? 0 : -ENOMEM;
}

void
responses_output_free(struct responses_output *o)
{
	if (o == NULL)
		return;
	buf_free(&o->json);
	free(o->items);
	free(o->id);
	o->items = NULL;
	o->id = NULL;
}

/* ---- items ---- */

static int
add_item(struct responses_output *o)
{
	size_t at = o->json.len;
	struct responses_span *items;

	/* Room for twice as many whenever they are a power of two. */
	if ((o->n_items & (o->n_items - 1)) == 0) {
		items = reallocarray(o->items,
		    o->n_items == 0 ? 1 : 2 * o->n_items, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		o->items = items;
	}
	o->items[o->n_items++] = (struct responses_span){ at, at };
	return 0;
}

static const char *
type_of(const struct responses_output *o)
{
	switch (o->kind) {
	case ITEM_CALL:
		return o->custom ? "custom_tool_call" : "function_call";
	case ITEM_REASONING:
		return "reasoning";
	default:
		return "message";
	}
}

static size_t
here(const struct responses_output *o)
{
	return o->json.len;
}

/* "key":"value", whose text it tells; the value is written as it is. */
static struct responses_span
put_quotable(struct responses_output *o, struct jsonw *w, const char *key,
    const char *value)
{
	struct responses_span span;

	jsonw_key(w, key);
	jsonw_puts(w, "\"");
	span.at = here(o);
	jsonw_escaped(w, value, strlen(value));
	span.end = here(o);
	jsonw_puts(w, "\"");
	return span;
}

static void
put_id(struct responses_output *o, struct jsonw *w)
{
	size_t number = o->first + o->n_items - 1;

	jsonw_puts(w, "{\"id\":\"");
	o->item_id.at = here(o);
	jsonw_puts(w, responses_id_prefix(text_of(type_of(o))));
	jsonw_escaped(w, o->id, strlen(o->id));
	jsonw_puts(w, "_");
	bufw_printf(&w->text, "%zu", number);
	o->item_id.end = here(o);
	jsonw_puts(w, "\"");
}

/* Up to where its arguments begin. */
static void
put_call(struct responses_output *o, struct jsonw *w, const struct event *e)
{
	jsonw_str(w, "call_id", event_call_id(e));
	o->name = put_quotable(o, w, "name", event_name(e));
	if (e->item.space.len > 0)
		jsonw_text(w, "namespace", e->item.space.s, e->item.space.len);
	jsonw_puts(w, o->custom ? ",\"input\":\"" : ",\"arguments\":\"");
	o->text.at = o->text.end = here(o);
}

static void
put_message(struct jsonw *w, const struct event *e)
{
	bool final = e->item.phase == PHASE_FINAL;

	jsonw_str(w, "role", "assistant");
	jsonw_str(w, "phase", final ? "final_answer" : "commentary");
	jsonw_puts(w, ",\"content\":[");
}

int
responses_output_begin(struct responses_output *o, const struct event *e)
{
	struct jsonw w;
	int rc;

	BUG_ON(o->open);
	jsonw_begin(&w, &o->json);
	if (o->n_items > 0)
		jsonw_puts(&w, ",");
	rc = add_item(o);
	if (rc != 0)
		return rc;
	o->open = true;
	o->kind = e->item.kind;
	o->custom = e->item.custom;
	o->n_parts = 0;
	put_id(o, &w);
	jsonw_str(&w, "type", type_of(o));
	if (o->kind == ITEM_CALL)
		put_call(o, &w, e);
	else if (o->kind == ITEM_REASONING)
		jsonw_puts(&w, ",\"summary\":[");
	else
		put_message(&w, e);
	o->head_end = here(o);
	return jsonw_end(&w);
}

int
responses_output_begin_part(struct responses_output *o)
{
	struct jsonw w;

	jsonw_begin(&w, &o->json);
	if (o->n_parts++ > 0)
		jsonw_puts(&w, ",");
	o->in_part = true;
	o->part.at = here(o);
	jsonw_puts(&w,
	    o->kind == ITEM_REASONING
		? "{\"type\":\"summary_text\",\"text\":\""
		: "{\"type\":\"output_text\",\"annotations\":[],"
		  "\"logprobs\":[],\"text\":\"");
	o->text.at = o->text.end = here(o);
	return jsonw_end(&w);
}

int
responses_output_add(struct responses_output *o, const char *text, size_t len)
{
	struct jsonw w;

	BUG_ON(!o->open);
	jsonw_begin(&w, &o->json);
	jsonw_escaped(&w, text, len);
	o->text.end = here(o);
	return jsonw_end(&w);
}

int
responses_output_end_part(struct responses_output *o)
{
	int rc = buf_puts(&o->json, "\"}");

	o->in_part = false;
	o->part.end = here(o);
	return rc;
}

int
responses_output_end(struct responses_output *o, bool whole, const char *sealed)
{
	struct jsonw w;

	BUG_ON(!o->open);
	jsonw_begin(&w, &o->json);
	jsonw_puts(&w, o->kind == ITEM_CALL ? "\"" : "]");
	if (o->kind != ITEM_REASONING)
		jsonw_str(&w, "status", whole ? "completed" : "incomplete");
	else if (sealed[0] != '\0')
		jsonw_str(&w, "encrypted_content", sealed);
	jsonw_puts(&w, "}");
	o->open = false;
	o->items[o->n_items - 1].end = here(o);
	return jsonw_end(&w);
}

/* ---- quoting ---- */

void
responses_output_begun(const struct responses_output *o, struct jsonw *w)
{
	size_t at = responses_last_item(o).at;

	jsonw_raw(w, "item", o->json.data + at, o->head_end - at);
	if (o->kind == ITEM_REASONING)
		jsonw_puts(w, "]}");
	else
		jsonw_puts(w,
		    o->kind == ITEM_CALL ? "\",\"status\":\"in_progress\"}"
					 : "],\"status\":\"in_progress\"}");
}

void
responses_output_part_begun(const struct responses_output *o, struct jsonw *w)
{
	jsonw_raw(
	    w, "part", o->json.data + o->part.at, o->text.at - o->part.at);
	jsonw_puts(w, "\"}");
}
