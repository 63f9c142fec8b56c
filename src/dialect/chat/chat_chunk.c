#include "dialect/chat/chat_chunk.h"

#include "dialect/sse.h"
#include "dialect/chat/chat_details.h"
#include "dialect/chat/chat_reply.h"

int
chat_chunk_form_init(struct chat_chunk_form *form,
    const struct chat_form *asked, const struct identity *identity,
    const char *model)
{
	static const struct openai_kind kind = { CHAT_ID_PREFIX,
		"chat.completion.chunk" };

	form->null_usage = asked->include_usage;
	form->old_calls = asked->old_functions;
	return openai_head_init(&form->prefix, &kind, identity, model, true);
}

void
chat_chunk_form_free(struct chat_chunk_form *form)
{
	if (form != NULL)
		buf_free(&form->prefix);
}

/* Up to where the members of the delta begin. */
static void
open_chunk(struct jsonw *w, const struct chat_chunk_form *form, unsigned choice,
    struct buf *out)
{
	jsonw_begin(w, out);
	jsonw_append(w, form->prefix.data, form->prefix.len);
	jsonw_puts(w, "{\"index\":");
	jsonw_u64(w, NULL, choice);
	jsonw_puts(w, ",\"delta\":{");
}

/* From behind the members of the delta; `reason` NULL for null. */
static int
close_chunk(struct jsonw *w, const struct chat_chunk_form *form,
    const char *reason, struct buf *out)
{
	if (reason == NULL) {
		/* In one piece: that of every delta. */
		jsonw_puts(w, "},\"logprobs\":null,\"finish_reason\":null");
	} else {
		jsonw_puts(w, "},\"logprobs\":null,\"finish_reason\":");
		jsonw_str(w, NULL, reason);
	}
	jsonw_puts(w, form->null_usage ? "}],\"usage\":null}" : "}]}");
	jsonw_fail(w, sse_close(out));
	return jsonw_end(w);
}

int
chat_chunk_empty(const struct chat_chunk_form *form, unsigned choice, bool role,
    struct buf *out)
{
	struct jsonw w;

	open_chunk(&w, form, choice, out);
	if (role)
		jsonw_puts(&w, "\"role\":\"assistant\",");
	jsonw_puts(&w, "\"content\":\"\"");
	return close_chunk(&w, form, NULL, out);
}

int
chat_chunk_text(const struct chat_chunk_form *form, unsigned choice,
    const char *name, const char *text, size_t len, struct buf *out)
{
	struct jsonw w;

	open_chunk(&w, form, choice, out);
	jsonw_text(&w, name, text, len);
	return close_chunk(&w, form, NULL, out);
}

/* A call's name and what it is given so far, or a further piece of that. */
static void
put_called(struct jsonw *w, const char *key, const struct event *e)
{
	bool begins = e->kind == EVENT_ITEM_BEGIN;

	jsonw_object(w, key);
	if (begins)
		jsonw_str(w, "name", event_name(e));
	jsonw_text(w, e->item.custom ? "input" : "arguments", e->text,
	    begins ? 0 : e->len);
	jsonw_close(w);
}

static void
put_call(struct jsonw *w, const struct event *e)
{
	const char *type = e->item.custom ? "custom" : "function";

	jsonw_array(w, "tool_calls");
	jsonw_object(w, NULL);
	jsonw_u64(w, "index", e->item.call);
	if (e->kind == EVENT_ITEM_BEGIN) {
		jsonw_str(w, "id", event_call_id(e));
		jsonw_str(w, "type", type);
	}
	put_called(w, type, e);
	jsonw_close(w);
	jsonw_close(w);
}

int
chat_chunk_call(const struct chat_chunk_form *form, unsigned choice,
    const struct event *e, struct buf *out)
{
	struct jsonw w;

	open_chunk(&w, form, choice, out);
	if (form->old_calls)
		put_called(&w, "function_call", e);
	else
		put_call(&w, e);
	return close_chunk(&w, form, NULL, out);
}

int
chat_chunk_detail(const struct chat_chunk_form *form, unsigned choice,
    const struct event *e, unsigned index, struct buf *out)
{
	struct jsonw w;

	open_chunk(&w, form, choice, out);
	jsonw_array(&w, "reasoning_details");
	chat_detail_json(&w, e, index);
	jsonw_close(&w);
	return close_chunk(&w, form, NULL, out);
}

int
chat_chunk_finish(const struct chat_chunk_form *form, unsigned choice,
    const char *reason, struct buf *out)
{
	struct jsonw w;

	open_chunk(&w, form, choice, out);
	return close_chunk(&w, form, reason, out);
}

int
chat_chunk_usage(const struct chat_chunk_form *form, const struct usage *usage,
    struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, form->prefix.data, form->prefix.len);
	jsonw_puts(&w, "]");
	openai_usage_json(&w, usage);
	jsonw_puts(&w, "}");
	jsonw_fail(&w, sse_close(out));
	return jsonw_end(&w);
}
