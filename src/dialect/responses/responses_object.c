#include "dialect/responses/responses_object.h"

#include <string.h>

#include "dialect/openai_object.h"

/* Several times what an id and the longest model name can take. */
enum {
	HEAD_MAX = 16384
};

/* What stands before the id. */
#define OPENING "{\"id\":\""

int
responses_object_init(struct responses_object *object,
    const struct responses_form *form, const struct identity *identity,
    const char *model)
{
	struct jsonw w;

	object->form = form;
	buf_init(&object->head, HEAD_MAX);
	jsonw_begin(&w, &object->head);
	jsonw_puts(&w, OPENING RESPONSES_ID_PREFIX);
	jsonw_escaped(&w, identity->id, strlen(identity->id));
	jsonw_puts(&w, "\",\"object\":\"response\"");
	jsonw_i64(&w, "created_at", identity->created);
	jsonw_str(&w, "model", model);
	return jsonw_end(&w);
}

void
responses_object_free(struct responses_object *object)
{
	if (object != NULL)
		buf_free(&object->head);
}

struct text
responses_object_id(const struct responses_object *object)
{
	const char *id = object->head.data + strlen(OPENING);

	return (struct text){ id, strcspn(id, "\"") };
}

const char *
responses_status(const struct responses_state *state)
{
	if (state->error != NULL)
		return "failed";
	switch (state->finish) {
	case FINISH_NONE:
		return "in_progress";
	case FINISH_LENGTH:
	case FINISH_CONTENT_FILTER:
		return "incomplete";
	case FINISH_STOP:
	case FINISH_STOP_STRING:
	case FINISH_TOOL_CALLS:
		break;
	}
	return "completed";
}

/* One of those that the API knows; ours stands in the event `error`. */
static const char *
failure_code(const struct error *e)
{
	int status = error_status(e->kind);

	if (status == 429)
		return "rate_limit_exceeded";
	return status == 400 ? "invalid_prompt" : "server_error";
}

static void
put_error(struct jsonw *w, const struct error *e)
{
	if (e == NULL) {
		jsonw_null(w, "error");
		return;
	}
	jsonw_object(w, "error");
	jsonw_str(w, "code", failure_code(e));
	jsonw_str(w, "message", error_message(e));
	jsonw_close(w);
}

static void
put_incomplete(struct jsonw *w, enum finish_reason finish)
{
	if (finish != FINISH_LENGTH && finish != FINISH_CONTENT_FILTER) {
		jsonw_null(w, "incomplete_details");
		return;
	}
	jsonw_object(w, "incomplete_details");
	jsonw_str(w, "reason",
	    finish == FINISH_LENGTH ? "max_output_tokens" : "content_filter");
	jsonw_close(w);
}

static void
put_usage(struct jsonw *w, const struct usage *usage)
{
	if (usage == NULL) {
		jsonw_null(w, "usage");
		return;
	}
	jsonw_object(w, "usage");
	jsonw_u64(w, "input_tokens", usage->input);
	jsonw_object(w, "input_tokens_details");
	jsonw_u64(w, "cached_tokens", usage->cached_input);
	jsonw_u64(w, "cache_write_tokens", usage->cache_write_input);
	openai_estimated_json(w, usage->estimated_input);
	jsonw_close(w);
	jsonw_u64(w, "output_tokens", usage->output);
	jsonw_object(w, "output_tokens_details");
	jsonw_u64(w, "reasoning_tokens", usage->reasoning_output);
	openai_estimated_json(w, usage->estimated_output);
	jsonw_close(w);
	jsonw_u64(w, "total_tokens", usage->input + usage->output);
	jsonw_close(w);
}

static void
put_output(struct jsonw *w, const struct responses_output *output)
{
	jsonw_array(w, "output");
	if (output != NULL)
		jsonw_append(w, output->json.data, output->json.len);
	jsonw_close(w);
}

void
responses_object_json(struct jsonw *w, const char *key,
    const struct responses_object *object, const struct responses_state *state,
    const struct responses_output *output)
{
	const struct buf *echo = &object->form->echo;
	const char *status = responses_status(state);

	jsonw_raw(w, key, object->head.data, object->head.len);
	if (strcmp(status, "completed") == 0)
		jsonw_i64(w, "completed_at", state->completed);
	else
		jsonw_null(w, "completed_at");
	jsonw_str(w, "status", status);
	put_error(w, state->error);
	put_incomplete(w, state->finish);
	put_output(w, output);
	put_usage(w, state->usage);
	jsonw_puts(w, ",");
	jsonw_append(w, echo->data, echo->len);
	jsonw_puts(w, "}");
}
