#include "dialect/responses/responses_events.h"

#include <string.h>

#include "dialect/openai_error.h"
#include "dialect/sse.h"

enum {
	/* Several times what a type and an item's id can take. */
	DELTA_HEAD_MAX = 4096,
	TYPE_MAX = 64
};

/* How the events of an item are called, behind "response.". */
struct words {
	const char *part; /* NULL where there are no parts */
	const char *text; /* the events of its text */
	const char *value; /* in the event that has all of the text */
	const char *index; /* of the part; NULL where there are none */
};

static const struct words *
words_of(const struct responses_output *o)
{
	static const struct words message = { "content_part", "output_text",
		"text", "content_index" },
				  reasoning = { "reasoning_summary_part",
					  "reasoning_summary_text", "text",
					  "summary_index" },
				  call = { NULL, "function_call_arguments",
					  "arguments", NULL },
				  custom = { NULL, "custom_tool_call_input",
					  "input", NULL };

	if (o->kind == ITEM_CALL)
		return o->custom ? &custom : &call;
	return o->kind == ITEM_REASONING ? &reasoning : &message;
}

void
responses_events_init(struct responses_events *events)
{
	events->next = 0;
	buf_init(&events->delta, DELTA_HEAD_MAX);
}

void
responses_events_free(struct responses_events *events)
{
	if (events != NULL)
		buf_free(&events->delta);
}

/* ---- events ---- */

static void
open_typed(struct jsonw *w, const char *type, struct buf *out)
{
	jsonw_begin(w, out);
	jsonw_fail(w, sse_open_type(out, type));
	jsonw_puts(w, "{");
	jsonw_str(w, "type", type);
}

/* response.WHAT or response.WHAT.END */
static void
open_event(struct jsonw *w, struct responses_events *events, const char *what,
    const char *end, struct buf *out)
{
	char type[TYPE_MAX];

	snprintf(type, sizeof(type), "response.%s%s%s", what,
	    end != NULL ? "." : "", end != NULL ? end : "");
	open_typed(w, type, out);
	jsonw_u64(w, "sequence_number", events->next++);
}

static int
close_event(struct jsonw *w, struct buf *out)
{
	jsonw_puts(w, "}");
	jsonw_fail(w, sse_close(out));
	return jsonw_end(w);
}

static void
put_index(struct jsonw *w, const struct responses_output *o)
{
	jsonw_u64(w, "output_index", o->n_items - 1);
}

/* A string that stands in the output as it is to stand here. */
static void
put_quote(struct jsonw *w, const char *key, const struct responses_output *o,
    struct responses_span span)
{
	struct text text = responses_quote(o, span);

	jsonw_key(w, key);
	jsonw_puts(w, "\"");
	jsonw_append(w, text.s, text.len);
	jsonw_puts(w, "\"");
}

/* Of the item, and of the part where it has some. */
static void
put_place(struct jsonw *w, const struct responses_output *o)
{
	const struct words *words = words_of(o);

	put_quote(w, "item_id", o, o->item_id);
	put_index(w, o);
	if (words->index != NULL)
		jsonw_u64(w, words->index, o->n_parts - 1);
}

/* OpenAI has log probabilities wherever it has text of a message. */
static void
put_logprobs(struct jsonw *w, const struct responses_output *o)
{
	if (o->kind == ITEM_MESSAGE) {
		jsonw_array(w, "logprobs");
		jsonw_close(w);
	}
}

/* Up to the number, which is the next that differs. */
static int
make_delta_head(
    struct responses_events *events, const struct responses_output *o)
{
	char type[TYPE_MAX];
	struct jsonw w;

	snprintf(type, sizeof(type), "response.%s.delta", words_of(o)->text);
	buf_reset(&events->delta);
	open_typed(&w, type, &events->delta);
	put_place(&w, o);
	put_logprobs(&w, o);
	jsonw_key(&w, "sequence_number");
	return jsonw_end(&w);
}

int
responses_event_response(struct responses_events *events, const char *what,
    const struct responses_object *object, const struct responses_state *state,
    const struct responses_output *output, struct buf *out)
{
	struct jsonw w;

	open_event(&w, events, what, NULL, out);
	responses_object_json(&w, "response", object, state, output);
	return close_event(&w, out);
}

int
responses_event_item_added(struct responses_events *events,
    const struct responses_output *o, struct buf *out)
{
	struct jsonw w;
	int rc = o->kind == ITEM_CALL ? make_delta_head(events, o) : 0;

	if (rc != 0)
		return rc;
	open_event(&w, events, "output_item", "added", out);
	put_index(&w, o);
	responses_output_begun(o, &w);
	return close_event(&w, out);
}

int
responses_event_part_added(struct responses_events *events,
    const struct responses_output *o, struct buf *out)
{
	struct jsonw w;
	int rc = make_delta_head(events, o);

	if (rc != 0)
		return rc;
	open_event(&w, events, words_of(o)->part, "added", out);
	put_place(&w, o);
	responses_output_part_begun(o, &w);
	return close_event(&w, out);
}

int
responses_event_delta(struct responses_events *events,
    const struct responses_output *o, size_t from, struct buf *out)
{
	struct text piece = responses_quote(
	    o, (struct responses_span){ from, o->text.end });
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, events->delta.data, events->delta.len);
	jsonw_u64(&w, NULL, events->next++);
	jsonw_puts(&w, ",\"delta\":\"");
	jsonw_append(&w, piece.s, piece.len);
	jsonw_puts(&w, "\"}\n\n");
	return jsonw_end(&w);
}

static int
text_done(struct responses_events *events, const struct responses_output *o,
    struct buf *out)
{
	const struct words *words = words_of(o);
	struct jsonw w;

	open_event(&w, events, words->text, "done", out);
	put_place(&w, o);
	if (o->kind == ITEM_CALL && !o->custom)
		put_quote(&w, "name", o, o->name);
	put_quote(&w, words->value, o, o->text);
	put_logprobs(&w, o);
	return close_event(&w, out);
}

int
responses_event_part_done(struct responses_events *events,
    const struct responses_output *o, struct buf *out)
{
	struct text part = responses_quote(o, o->part);
	struct jsonw w;
	int rc = text_done(events, o, out);

	if (rc != 0)
		return rc;
	open_event(&w, events, words_of(o)->part, "done", out);
	put_place(&w, o);
	jsonw_raw(&w, "part", part.s, part.len);
	return close_event(&w, out);
}

int
responses_event_item_done(struct responses_events *events,
    const struct responses_output *o, struct buf *out)
{
	struct text item = responses_quote(o, responses_last_item(o));
	struct jsonw w;
	int rc = o->kind == ITEM_CALL ? text_done(events, o, out) : 0;

	if (rc != 0)
		return rc;
	open_event(&w, events, "output_item", "done", out);
	put_index(&w, o);
	jsonw_raw(&w, "item", item.s, item.len);
	return close_event(&w, out);
}

/* Flat, as OpenAI's types have it, and nested, as others read it. */
int
responses_event_error(
    struct responses_events *events, const struct error *e, struct buf *out)
{
	struct jsonw w;

	open_typed(&w, "error", out);
	jsonw_u64(&w, "sequence_number", events->next++);
	jsonw_str(&w, "code", error_code(e->kind));
	jsonw_str(&w, "message", error_message(e));
	jsonw_str(&w, "param", e->param);
	jsonw_object(&w, "error");
	jsonw_str(&w, "type", openai_error_type(e->kind));
	jsonw_str(&w, "code", error_code(e->kind));
	jsonw_str(&w, "message", error_message(e));
	jsonw_str(&w, "param", e->param);
	jsonw_close(&w);
	return close_event(&w, out);
}
