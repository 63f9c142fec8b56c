#include "core/chat_chunk.h"

#include <inttypes.h>

#include "base/jsonw.h"
#include "base/sse.h"

/* Several times what id, fingerprint and the longest model name can take. */
enum {
	PREFIX_MAX = 16384
};

int
chat_identity_json(struct buf *out, const char *id, const char *object,
    int64_t created, const char *model, const char *fingerprint)
{
	int rc = buf_puts(out, "\"id\":");

	if (rc == 0)
		rc = jsonw_cstring(out, id);
	if (rc == 0)
		rc = buf_printf(out,
		    ",\"object\":\"%s\",\"created\":%" PRId64 ",\"model\":",
		    object, created);
	if (rc == 0)
		rc = jsonw_cstring(out, model);
	if (rc == 0)
		rc = buf_puts(out, ",\"system_fingerprint\":");
	return rc != 0 ? rc : jsonw_cstring(out, fingerprint);
}

int
chat_usage_json(const struct usage *usage, struct buf *out)
{
	return buf_printf(out,
	    "{\"prompt_tokens\":%" PRIu64 ",\"completion_tokens\":%" PRIu64
	    ",\"total_tokens\":%" PRIu64
	    ",\"prompt_tokens_details\":{\"cached_tokens\":%" PRIu64
	    "},\"completion_tokens_details\":{\"reasoning_tokens\":%" PRIu64
	    "}}",
	    usage->input, usage->output, usage->input + usage->output,
	    usage->cached_input, usage->reasoning_output);
}

int
chat_chunk_form_init(struct chat_chunk_form *form, const char *id,
    int64_t created, const char *model, const char *fingerprint,
    bool null_usage, bool old_calls)
{
	int rc;

	form->null_usage = null_usage;
	form->old_calls = old_calls;
	buf_init(&form->prefix, PREFIX_MAX);
	rc = sse_open(&form->prefix);
	if (rc == 0)
		rc = buf_putc(&form->prefix, '{');
	if (rc == 0)
		rc = chat_identity_json(&form->prefix, id,
		    "chat.completion.chunk", created, model, fingerprint);
	return rc != 0 ? rc : buf_puts(&form->prefix, ",\"choices\":[");
}

void
chat_chunk_form_free(struct chat_chunk_form *form)
{
	if (form != NULL)
		buf_free(&form->prefix);
}

/* Up to where the members of the delta begin. */
static int
open_chunk(const struct chat_chunk_form *form, unsigned choice,
    const char *delta, struct buf *out)
{
	int rc = buf_append(out, form->prefix.data, form->prefix.len);

	if (rc == 0)
		rc = buf_puts(out, "{\"index\":");
	if (rc == 0)
		rc = jsonw_int(out, choice);
	if (rc == 0)
		rc = buf_puts(out, ",\"delta\":{");
	return rc != 0 ? rc : buf_puts(out, delta);
}

/* From behind the members of the delta; `reason` NULL for null. */
static int
close_chunk(
    const struct chat_chunk_form *form, const char *reason, struct buf *out)
{
	int rc = buf_puts(out, "},\"logprobs\":null,\"finish_reason\":");

	if (rc == 0)
		rc = jsonw_cstring(out, reason);
	if (rc == 0)
		rc = buf_puts(
		    out, form->null_usage ? "}],\"usage\":null}" : "}]}");
	return rc != 0 ? rc : sse_close(out);
}

int
chat_chunk_role(
    const struct chat_chunk_form *form, unsigned choice, struct buf *out)
{
	int rc = open_chunk(
	    form, choice, "\"role\":\"assistant\",\"content\":\"\"", out);

	return rc != 0 ? rc : close_chunk(form, NULL, out);
}

int
chat_chunk_text(const struct chat_chunk_form *form, unsigned choice,
    enum event_kind kind, const char *text, size_t len, struct buf *out)
{
	int rc = open_chunk(form, choice,
	    kind == EVENT_REASONING ? "\"reasoning_content\":" : "\"content\":",
	    out);

	if (rc == 0)
		rc = jsonw_string(out, text, len);
	return rc != 0 ? rc : close_chunk(form, NULL, out);
}

/* Up to where a function's name or arguments stand. */
static int
open_call(const struct chat_chunk_form *form, unsigned choice,
    const struct event *e, struct buf *out)
{
	int rc;

	if (form->old_calls)
		return open_chunk(form, choice, "\"function_call\":{", out);
	rc = open_chunk(form, choice, "\"tool_calls\":[{\"index\":", out);
	if (rc == 0)
		rc = jsonw_int(out, e->call);
	if (rc == 0 && e->kind == EVENT_TOOL_CALL) {
		rc = buf_puts(out, ",\"id\":");
		if (rc == 0)
			rc = jsonw_cstring(out, event_tool_id(e));
		if (rc == 0)
			rc = buf_puts(out, ",\"type\":\"function\"");
	}
	return rc != 0 ? rc : buf_puts(out, ",\"function\":{");
}

static int
close_call(const struct chat_chunk_form *form, struct buf *out)
{
	int rc = buf_puts(out, form->old_calls ? "}" : "}}]");

	return rc != 0 ? rc : close_chunk(form, NULL, out);
}

int
chat_chunk_tool_call(const struct chat_chunk_form *form, unsigned choice,
    const struct event *e, struct buf *out)
{
	int rc = open_call(form, choice, e, out);

	if (rc == 0)
		rc = buf_puts(out, "\"name\":");
	if (rc == 0)
		rc = jsonw_cstring(out, event_tool_name(e));
	if (rc == 0)
		rc = buf_puts(out, ",\"arguments\":\"\"");
	return rc != 0 ? rc : close_call(form, out);
}

int
chat_chunk_tool_arguments(const struct chat_chunk_form *form, unsigned choice,
    const struct event *e, struct buf *out)
{
	int rc = open_call(form, choice, e, out);

	if (rc == 0)
		rc = buf_puts(out, "\"arguments\":");
	if (rc == 0)
		rc = jsonw_string(out, e->text, e->len);
	return rc != 0 ? rc : close_call(form, out);
}

int
chat_chunk_finish(const struct chat_chunk_form *form, unsigned choice,
    const char *reason, struct buf *out)
{
	int rc = open_chunk(form, choice, "", out);

	return rc != 0 ? rc : close_chunk(form, reason, out);
}

int
chat_chunk_usage(const struct chat_chunk_form *form, const struct usage *usage,
    struct buf *out)
{
	int rc = buf_append(out, form->prefix.data, form->prefix.len);

	if (rc == 0)
		rc = buf_puts(out, "],\"usage\":");
	if (rc == 0)
		rc = chat_usage_json(usage, out);
	if (rc == 0)
		rc = buf_putc(out, '}');
	return rc != 0 ? rc : sse_close(out);
}
