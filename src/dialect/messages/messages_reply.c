#include "dialect/messages/messages_reply.h"

#include <string.h>

#include "dialect/messages/messages_id.h"

/* Several times what an id and the longest model name can take. */
enum {
	HEAD_MAX = 4096
};

static void
put_prefixed(
    struct jsonw *w, const char *key, const char *prefix, const char *id)
{
	jsonw_string_open(w, key);
	jsonw_string_add(w, prefix, strlen(prefix));
	jsonw_string_add(w, id, strlen(id));
	jsonw_string_close(w);
}

int
messages_head_init(
    struct buf *ret_head, const struct identity *identity, const char *model)
{
	struct jsonw json, *w = &json;

	buf_init(ret_head, HEAD_MAX);
	jsonw_begin(w, ret_head);
	jsonw_puts(w, "{");
	put_prefixed(w, "id", "msg_", identity->id);
	jsonw_str(w, "type", "message");
	jsonw_str(w, "role", "assistant");
	jsonw_str(w, "model", model);
	jsonw_null(w, "container");
	jsonw_null(w, "diagnostics");
	return jsonw_end(w);
}

static const char *
reason_name(enum finish_reason reason)
{
	switch (reason) {
	case FINISH_NONE:
		return NULL;
	case FINISH_STOP_STRING:
		return "stop_sequence";
	case FINISH_TOOL_CALLS:
		return "tool_use";
	case FINISH_LENGTH:
		return "max_tokens";
	case FINISH_CONTENT_FILTER:
		return "refusal";
	case FINISH_STOP:
		break;
	}
	return "end_turn";
}

void
messages_stop_put(struct jsonw *w, const struct messages_flow *f)
{
	jsonw_str(w, "stop_reason", reason_name(f->finish));
	if (f->finish == FINISH_STOP_STRING)
		jsonw_text(
		    w, "stop_sequence", f->stopped_by.data, f->stopped_by.len);
	else
		jsonw_null(w, "stop_sequence");
	if (f->finish != FINISH_CONTENT_FILTER) {
		jsonw_null(w, "stop_details");
		return;
	}
	jsonw_object(w, "stop_details");
	jsonw_str(w, "type", "refusal");
	jsonw_null(w, "category");
	jsonw_null(w, "explanation");
	jsonw_close(w);
}

static uint64_t
without(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

void
messages_tokens_put(struct jsonw *w, const struct usage *u)
{
	jsonw_u64(w, "input_tokens",
	    without(u->input, u->cached_input + u->cache_write_input));
	jsonw_u64(w, "cache_creation_input_tokens", u->cache_write_input);
	jsonw_u64(w, "cache_read_input_tokens", u->cached_input);
	jsonw_u64(w, "output_tokens", u->output);
	jsonw_object(w, "output_tokens_details");
	jsonw_u64(w, "thinking_tokens", u->reasoning_output);
	jsonw_close(w);
	jsonw_null(w, "server_tool_use");
}

static void
put_usage(struct jsonw *w, const struct usage *u)
{
	jsonw_object(w, "usage");
	messages_tokens_put(w, u);
	jsonw_object(w, "cache_creation");
	jsonw_u64(w, "ephemeral_5m_input_tokens", u->cache_write_input);
	jsonw_u64(w, "ephemeral_1h_input_tokens", 0);
	jsonw_close(w);
	jsonw_str(w, "service_tier", "standard");
	jsonw_null(w, "inference_geo");
	jsonw_null(w, "speed");
	jsonw_close(w);
}

void
messages_message_put(struct jsonw *w, const char *key, const struct buf *head,
    const struct buf *content, const struct messages_flow *flow,
    const struct usage *usage)
{
	if (key != NULL)
		jsonw_key(w, key);
	jsonw_append(w, head->data, head->len);
	jsonw_key(w, "content");
	jsonw_puts(w, "[");
	jsonw_append(w, content->data, content->len);
	jsonw_puts(w, "]");
	messages_stop_put(w, flow);
	put_usage(w, usage);
	jsonw_puts(w, "}");
}

void
messages_call_put(struct jsonw *w, const struct event *e)
{
	jsonw_str(w, "type", "tool_use");
	put_prefixed(w, "id", MESSAGES_CALL_PREFIX, event_call_id(e));
	jsonw_str(w, "name", event_name(e));
	jsonw_object(w, "caller");
	jsonw_str(w, "type", "direct");
	jsonw_close(w);
}
