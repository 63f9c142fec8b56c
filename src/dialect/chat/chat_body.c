#include "dialect/chat/chat_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/chat/chat_details.h"

struct chat_body_call {
	unsigned index;
	bool custom; /* of a freeform tool */
	char *id;
	char *name;
	struct buf arguments;
};

void
chat_body_init(struct chat_body *b)
{
	*b = (struct chat_body){ .finish = FINISH_NONE };
	buf_init(&b->content, SIZE_MAX);
	buf_init(&b->reasoning, SIZE_MAX);
	buf_init(&b->details, SIZE_MAX);
}

static void
call_free(struct chat_body_call *call)
{
	free(call->id);
	free(call->name);
	buf_free(&call->arguments);
}

void
chat_body_free(struct chat_body *b)
{
	if (b == NULL)
		return;
	buf_free(&b->content);
	buf_free(&b->reasoning);
	buf_free(&b->details);
	for (size_t i = 0; i < b->n_calls; i++)
		call_free(&b->calls[i]);
	free(b->calls);
	b->calls = NULL;
	b->n_calls = 0;
}

/* ---- events ---- */

static int
add_text(struct chat_body *b, const struct event *e)
{
	int rc = 0;

	if (event_is_answer(e))
		return buf_append(&b->content, e->text, e->len);
	if (e->len > 0 && chat_paragraph_begins(&b->paragraph, e))
		rc = buf_puts(&b->reasoning, CHAT_BLANK_LINE);
	return rc != 0 ? rc : buf_append(&b->reasoning, e->text, e->len);
}

static int
add_detail(struct chat_body *b, const struct event *e)
{
	struct jsonw w;
	int rc;

	if (!chat_detail_is_in(e))
		return 0;
	jsonw_begin(&w, &b->details);
	if (b->n_details > 0)
		jsonw_puts(&w, ",");
	chat_detail_json(&w, e, b->n_details);
	rc = jsonw_end(&w);
	b->n_details += rc == 0;
	return rc;
}

static int
add_call(struct chat_body *b, const struct event *e)
{
	struct chat_body_call call = { .index = e->item.call,
		.custom = e->item.custom },
			      *calls;

	calls = reallocarray(b->calls, b->n_calls + 1, sizeof(*calls));
	if (calls == NULL)
		return -ENOMEM;
	b->calls = calls;
	buf_init(&call.arguments, SIZE_MAX);
	call.id = strdup(event_call_id(e));
	call.name = strdup(event_name(e));
	if (call.id == NULL || call.name == NULL) {
		call_free(&call);
		return -ENOMEM;
	}
	calls[b->n_calls++] = call;
	return 0;
}

static int
add_arguments(struct chat_body *b, const struct event *e)
{
	for (size_t i = b->n_calls; i > 0; i--) {
		struct chat_body_call *call = &b->calls[i - 1];

		if (call->index == e->item.call)
			return buf_append(&call->arguments, e->text, e->len);
	}
	return 0;
}

int
chat_body_event(struct chat_body *b, const struct event *e)
{
	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		return e->item.kind == ITEM_CALL ? add_call(b, e) : 0;
	case EVENT_TEXT:
		return add_text(b, e);
	case EVENT_ARGUMENTS:
		return add_arguments(b, e);
	case EVENT_ITEM_END:
		return add_detail(b, e);
	case EVENT_FINISHED:
		b->finish = e->finish;
		return 0;
	default:
		return 0;
	}
}

/* ---- JSON ---- */

static void
put_called(struct jsonw *w, const char *key, const struct chat_body_call *call)
{
	jsonw_object(w, key);
	jsonw_str(w, "name", call->name);
	jsonw_text(w, call->custom ? "input" : "arguments",
	    call->arguments.data, call->arguments.len);
	jsonw_close(w);
}

static void
put_calls(struct jsonw *w, const struct chat_body *b)
{
	jsonw_array(w, "tool_calls");
	for (size_t i = 0; i < b->n_calls; i++) {
		const char *type = b->calls[i].custom ? "custom" : "function";

		jsonw_object(w, NULL);
		jsonw_str(w, "id", b->calls[i].id);
		jsonw_str(w, "type", type);
		put_called(w, type, &b->calls[i]);
		jsonw_close(w);
	}
	jsonw_close(w);
}

static void
put_details(struct jsonw *w, const struct chat_body *b)
{
	if (b->n_details == 0)
		return;
	jsonw_array(w, "reasoning_details");
	jsonw_raw(w, NULL, b->details.data, b->details.len);
	jsonw_close(w);
}

static void
put_message(
    struct jsonw *w, const struct chat_body *b, const struct chat_form *form)
{
	jsonw_object(w, "message");
	jsonw_str(w, "role", "assistant");
	/* Beside tool calls an empty text is null; alone it is the answer. */
	if (b->content.len == 0 && b->n_calls > 0)
		jsonw_null(w, "content");
	else
		jsonw_text(w, "content", b->content.data, b->content.len);
	jsonw_null(w, "refusal");
	if (b->reasoning.len > 0)
		jsonw_text(w, "reasoning_content", b->reasoning.data,
		    b->reasoning.len);
	put_details(w, b);
	if (b->n_calls > 0 && form->old_functions)
		put_called(w, "function_call", &b->calls[0]);
	else if (b->n_calls > 0)
		put_calls(w, b);
	jsonw_close(w);
}

void
chat_body_json(const struct chat_body *b, unsigned index,
    const struct chat_form *form, struct jsonw *w)
{
	jsonw_object(w, NULL);
	jsonw_u64(w, "index", index);
	put_message(w, b, form);
	jsonw_null(w, "logprobs");
	jsonw_str(w, "finish_reason", chat_finish_name(form, b->finish));
	jsonw_close(w);
}
