#include "dialect/openai_object.h"

#include <string.h>

#include "dialect/openai_error.h"
#include "dialect/sse.h"

/* Several times what id, fingerprint and the longest model name can take. */
enum {
	HEAD_MAX = 16384
};

int
openai_head_init(struct buf *ret_head, const struct openai_kind *kind,
    const struct identity *identity, const char *model, bool events)
{
	struct jsonw json, *w = &json;

	buf_init(ret_head, HEAD_MAX);
	jsonw_begin(w, ret_head);
	if (events)
		jsonw_fail(w, sse_open(ret_head));
	jsonw_puts(w, "{");
	jsonw_string_open(w, "id");
	jsonw_string_add(w, kind->prefix, strlen(kind->prefix));
	jsonw_string_add(w, identity->id, strlen(identity->id));
	jsonw_string_close(w);
	jsonw_str(w, "object", kind->object);
	jsonw_i64(w, "created", identity->created);
	jsonw_str(w, "model", model);
	jsonw_str(w, "system_fingerprint", identity->fingerprint);
	jsonw_key(w, "choices");
	jsonw_puts(w, "[");
	return jsonw_end(w);
}

void
openai_estimated_json(struct jsonw *w, uint64_t n)
{
	if (n > 0)
		jsonw_u64(w, "estimated_tokens", n);
}

void
openai_usage_json(struct jsonw *w, const struct usage *usage)
{
	jsonw_object(w, "usage");
	jsonw_u64(w, "prompt_tokens", usage->input);
	jsonw_u64(w, "completion_tokens", usage->output);
	jsonw_u64(w, "total_tokens", usage->input + usage->output);
	jsonw_object(w, "prompt_tokens_details");
	jsonw_u64(w, "cached_tokens", usage->cached_input);
	openai_estimated_json(w, usage->estimated_input);
	jsonw_close(w);
	jsonw_object(w, "completion_tokens_details");
	jsonw_u64(w, "reasoning_tokens", usage->reasoning_output);
	openai_estimated_json(w, usage->estimated_output);
	jsonw_close(w);
	jsonw_close(w);
}

int
openai_stream_failed(void *writer, const struct error *e, struct buf *out)
{
	int rc = sse_open(out);

	(void)writer;
	if (rc == 0)
		rc = openai_error_json(e, "", out);
	return rc != 0 ? rc : sse_close(out);
}
