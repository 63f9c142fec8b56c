#include "core/chat_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"

struct chat_body_call {
	unsigned index;
	char *id;
	char *name;
	struct buf arguments;
};

void
chat_body_init(struct chat_body *b, bool old_calls, size_t *room)
{
	*b = (struct chat_body){ .old_calls = old_calls, .room = room };
	buf_init(&b->content, SIZE_MAX);
	buf_init(&b->reasoning, SIZE_MAX);
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
	for (size_t i = 0; i < b->n_calls; i++)
		call_free(&b->calls[i]);
	free(b->calls);
	b->calls = NULL;
	b->n_calls = 0;
}

static int
add_text(struct chat_body *b, struct buf *to, const char *text, size_t len)
{
	int rc;

	if (len > *b->room)
		return -EMSGSIZE;
	rc = buf_append(to, text, len);
	if (rc == 0)
		*b->room -= len;
	return rc;
}

int
chat_body_content(struct chat_body *b, const char *text, size_t len)
{
	return add_text(b, &b->content, text, len);
}

int
chat_body_reasoning(struct chat_body *b, const char *text, size_t len)
{
	return add_text(b, &b->reasoning, text, len);
}

int
chat_body_tool_call(struct chat_body *b, const struct event *e)
{
	size_t weight = sizeof(struct chat_body_call) + e->len;
	struct chat_body_call call = { .index = e->call }, *calls;

	if (weight > *b->room)
		return -EMSGSIZE;
	calls = reallocarray(b->calls, b->n_calls + 1, sizeof(*calls));
	if (calls == NULL)
		return -ENOMEM;
	b->calls = calls;
	buf_init(&call.arguments, SIZE_MAX);
	call.id = strdup(event_tool_id(e));
	call.name = strdup(event_tool_name(e));
	if (call.id == NULL || call.name == NULL) {
		call_free(&call);
		return -ENOMEM;
	}
	calls[b->n_calls++] = call;
	*b->room -= weight;
	return 0;
}

int
chat_body_tool_arguments(struct chat_body *b, const struct event *e)
{
	for (size_t i = b->n_calls; i > 0; i--) {
		struct chat_body_call *call = &b->calls[i - 1];

		if (call->index == e->call)
			return add_text(b, &call->arguments, e->text, e->len);
	}
	return 0;
}

/* {"name":...,"arguments":...} */
static int
function_json(const struct chat_body_call *call, struct buf *out)
{
	int rc = buf_puts(out, "{\"name\":");

	if (rc == 0)
		rc = jsonw_cstring(out, call->name);
	if (rc == 0)
		rc = buf_puts(out, ",\"arguments\":");
	if (rc == 0)
		rc = jsonw_string(
		    out, call->arguments.data, call->arguments.len);
	return rc != 0 ? rc : buf_putc(out, '}');
}

static int
call_json(const struct chat_body_call *call, struct buf *out)
{
	int rc = buf_puts(out, "{\"id\":");

	if (rc == 0)
		rc = jsonw_cstring(out, call->id);
	if (rc == 0)
		rc = buf_puts(out, ",\"type\":\"function\",\"function\":");
	if (rc == 0)
		rc = function_json(call, out);
	return rc != 0 ? rc : buf_putc(out, '}');
}

static int
old_call_json(const struct chat_body *b, struct buf *out)
{
	int rc = buf_puts(out, ",\"function_call\":");

	return rc != 0 ? rc : function_json(&b->calls[0], out);
}

static int
calls_json(const struct chat_body *b, struct buf *out)
{
	int rc;

	if (b->n_calls == 0)
		return 0;
	if (b->old_calls)
		return old_call_json(b, out);
	rc = buf_puts(out, ",\"tool_calls\":[");
	for (size_t i = 0; rc == 0 && i < b->n_calls; i++) {
		if (i > 0)
			rc = buf_putc(out, ',');
		if (rc == 0)
			rc = call_json(&b->calls[i], out);
	}
	return rc != 0 ? rc : buf_putc(out, ']');
}

static int
reasoning_json(const struct chat_body *b, struct buf *out)
{
	int rc;

	if (b->reasoning.len == 0)
		return 0;
	rc = buf_puts(out, ",\"reasoning_content\":");
	if (rc == 0)
		rc = jsonw_string(out, b->reasoning.data, b->reasoning.len);
	return rc;
}

/* Beside tool calls an empty text is null; alone it is the answer. */
static int
content_json(const struct chat_body *b, struct buf *out)
{
	if (b->content.len == 0 && b->n_calls > 0)
		return buf_puts(out, "null");
	return jsonw_string(out, b->content.data, b->content.len);
}

int
chat_body_choice(const struct chat_body *b, unsigned index,
    const char *finish_reason, struct buf *out)
{
	int rc = buf_printf(out,
	    "{\"index\":%u,\"message\":"
	    "{\"role\":\"assistant\",\"content\":",
	    index);

	if (rc == 0)
		rc = content_json(b, out);
	if (rc == 0)
		rc = buf_puts(out, ",\"refusal\":null");
	if (rc == 0)
		rc = reasoning_json(b, out);
	if (rc == 0)
		rc = calls_json(b, out);
	if (rc != 0)
		return rc;
	return buf_printf(out, "},\"logprobs\":null,\"finish_reason\":\"%s\"}",
	    finish_reason);
}
