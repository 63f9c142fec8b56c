#include "core/prompt.h"

#include "core/answer_format.h"

struct renderer {
	struct buf *out;
	unsigned images; /* mentioned so far */
};

static int
put(struct renderer *r, struct text t)
{
	return t.len == 0 ? 0 : buf_append(r->out, t.s, t.len);
}

static int
put_part(struct renderer *r, const struct chat_part *part)
{
	if (part->kind == CHAT_PART_IMAGE)
		return buf_printf(r->out, "[image %u]", ++r->images);
	return put(r, part->text);
}

/* Parts are one text each, a line apart. */
static int
put_parts(struct renderer *r, const struct chat_message *m)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < m->n_parts; i++) {
		if (i > 0)
			rc = buf_putc(r->out, '\n');
		if (rc == 0)
			rc = put_part(r, &m->parts[i]);
	}
	return rc;
}

static int
put_attribute(struct renderer *r, const char *name, struct text value)
{
	int rc;

	if (value.len == 0)
		return 0;
	rc = buf_printf(r->out, " %s=\"", name);
	if (rc == 0)
		rc = put(r, value);
	return rc != 0 ? rc : buf_putc(r->out, '"');
}

static int
put_tool_call(struct renderer *r, const struct chat_tool_call *call)
{
	int rc = buf_puts(r->out, "<tool_call");

	if (rc == 0)
		rc = put_attribute(r, "id", call->id);
	if (rc == 0)
		rc = put_attribute(r, "name", call->name);
	if (rc == 0)
		rc = buf_puts(r->out, ">\n");
	if (rc == 0)
		rc = put(r, call->arguments);
	return rc != 0 ? rc : buf_puts(r->out, "\n</tool_call>\n");
}

static int
put_message(struct renderer *r, const struct chat_message *m)
{
	int rc = buf_printf(
	    r->out, "<message role=\"%s\"", chat_role_name(m->role));

	if (rc == 0)
		rc = put_attribute(r, "name", m->name);
	if (rc == 0)
		rc = put_attribute(r, "tool_call_id", m->tool_call_id);
	if (rc == 0)
		rc = buf_puts(r->out, ">\n");
	if (rc == 0)
		rc = put_parts(r, m);
	if (rc == 0 && m->n_parts > 0)
		rc = buf_putc(r->out, '\n');
	for (size_t i = 0; rc == 0 && i < m->n_tool_calls; i++)
		rc = put_tool_call(r, &m->tool_calls[i]);
	return rc != 0 ? rc : buf_puts(r->out, "</message>\n");
}

static int
put_transcript(struct renderer *r, const struct chat_request *request)
{
	int rc = buf_puts(r->out,
	    "This is a conversation so far, each message under its role. "
	    "Follow the instructions of its system and developer messages. "
	    "Write the assistant's next message: its text alone, without a "
	    "role and without tags.\n\n");

	for (size_t i = 0; rc == 0 && i < request->n_messages; i++)
		rc = put_message(r, &request->messages[i]);
	return rc;
}

static bool
is_lone_user_message(const struct chat_request *request)
{
	return request->n_messages == 1 &&
	    request->messages[0].role == CHAT_USER &&
	    request->messages[0].name.len == 0;
}

/* Images come beside the prompt, so a lone message need not mention them. */
static int
put_lone_message(struct renderer *r, const struct chat_message *m)
{
	bool first = true;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < m->n_parts; i++) {
		if (m->parts[i].kind == CHAT_PART_IMAGE)
			continue;
		if (!first)
			rc = buf_putc(r->out, '\n');
		if (rc == 0)
			rc = put(r, m->parts[i].text);
		first = false;
	}
	return rc;
}

int
prompt_render(const struct chat_request *request, struct buf *out)
{
	struct renderer r = { .out = out };
	const char *instruction = answer_format_instruction(request);
	int rc;

	if (is_lone_user_message(request))
		rc = put_lone_message(&r, &request->messages[0]);
	else
		rc = put_transcript(&r, request);
	if (rc == 0 && instruction != NULL)
		rc = buf_printf(out, "\n\n%s", instruction);
	return rc;
}

int
prompt_images(const struct chat_request *request,
    int (*fn)(void *arg, struct text url), void *arg)
{
	for (size_t i = 0; i < request->n_messages; i++) {
		const struct chat_message *m = &request->messages[i];

		for (size_t k = 0; k < m->n_parts; k++) {
			int rc = 0;

			if (m->parts[k].kind == CHAT_PART_IMAGE)
				rc = fn(arg, m->parts[k].text);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}
