#include "core/chat_chunk.h"

#include "base/jsonw.h"
#include "base/sse.h"

enum {
	PREFIX_MAX = 8192
};

int
chat_chunk_identity(struct buf *b, const char *id, const char *object,
    int64_t created, const char *model, const char *fingerprint)
{
	int rc = buf_puts(b, "\"id\":");

	if (rc == 0)
		rc = jsonw_cstring(b, id);
	if (rc == 0)
		rc = buf_printf(b,
		    ",\"object\":\"%s\",\"created\":%lld,"
		    "\"model\":",
		    object, (long long)created);
	if (rc == 0)
		rc = jsonw_cstring(b, model);
	if (rc == 0)
		rc = buf_puts(b, ",\"system_fingerprint\":");
	return rc != 0 ? rc : jsonw_cstring(b, fingerprint);
}

int
chat_chunk_form_init(struct chat_chunk_form *f, const char *id, int64_t created,
    const char *model, const char *fingerprint, bool null_usage)
{
	int rc;

	f->null_usage = null_usage;
	buf_init(&f->prefix, PREFIX_MAX);
	rc = sse_open(&f->prefix);
	if (rc == 0)
		rc = buf_puts(&f->prefix, "{");
	if (rc == 0)
		rc = chat_chunk_identity(&f->prefix, id,
		    "chat.completion.chunk", created, model, fingerprint);
	return rc != 0 ? rc : buf_puts(&f->prefix, ",\"choices\":[");
}

void
chat_chunk_form_free(struct chat_chunk_form *f)
{
	buf_free(&f->prefix);
}

int
chat_chunk_open(
    const struct chat_chunk_form *f, unsigned choice, struct buf *out)
{
	int rc = buf_append(out, f->prefix.data, f->prefix.len);

	if (rc == 0)
		rc = buf_puts(out, "{\"index\":");
	if (rc == 0)
		rc = jsonw_int(out, choice);
	return rc != 0 ? rc : buf_puts(out, ",\"delta\":{");
}

int
chat_chunk_close(
    const struct chat_chunk_form *f, const char *finish, struct buf *out)
{
	int rc = buf_puts(out, "},\"logprobs\":null,\"finish_reason\":");

	if (rc == 0)
		rc = finish != NULL ? jsonw_cstring(out, finish)
				    : buf_puts(out, "null");
	if (rc == 0)
		rc = buf_puts(
		    out, f->null_usage ? "}],\"usage\":null}" : "}]}");
	return rc != 0 ? rc : sse_close(out);
}

int
chat_usage_json(const struct usage *usage, struct buf *out)
{
	return buf_printf(out,
	    "{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,"
	    "\"total_tokens\":%llu,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":%llu},"
	    "\"completion_tokens_details\":{\"reasoning_tokens\":%llu}}",
	    (unsigned long long)usage->input, (unsigned long long)usage->output,
	    (unsigned long long)(usage->input + usage->output),
	    (unsigned long long)usage->cached_input,
	    (unsigned long long)usage->reasoning_output);
}

int
chat_chunk_usage(
    const struct chat_chunk_form *f, const struct usage *usage, struct buf *out)
{
	int rc = buf_append(out, f->prefix.data, f->prefix.len);

	if (rc == 0)
		rc = buf_puts(out, "],\"usage\":");
	if (rc == 0)
		rc = chat_usage_json(usage, out);
	if (rc == 0)
		rc = buf_puts(out, "}");
	return rc != 0 ? rc : sse_close(out);
}
