#include "core/prompt.h"

#include <sys/random.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "core/answer_format.h"

enum {
	TAG_MAX = 32,
	NUMBERED_TAGS = 4
};

struct renderer {
	struct buf *out;
	unsigned images; /* mentioned so far */
	char suffix[TAG_MAX]; /* of all tags: "", "-1", ... */
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

/* Quoted as JSON, so that a value cannot end its attribute. */
static int
put_attribute(struct renderer *r, const char *name, struct text value)
{
	int rc;

	if (value.len == 0)
		return 0;
	rc = buf_printf(r->out, " %s=", name);
	return rc != 0 ? rc : jsonw_string(r->out, value.s, value.len);
}

static int
put_tool_call(struct renderer *r, const struct chat_tool_call *call)
{
	int rc = buf_printf(r->out, "<tool_call%s", r->suffix);

	if (rc == 0)
		rc = put_attribute(r, "id", call->id);
	if (rc == 0)
		rc = put_attribute(r, "name", call->name);
	if (rc == 0)
		rc = buf_puts(r->out, ">\n");
	if (rc == 0)
		rc = put(r, call->arguments);
	return rc != 0 ? rc
		       : buf_printf(r->out, "\n</tool_call%s>\n", r->suffix);
}

static int
put_message(struct renderer *r, const struct chat_message *m)
{
	int rc = buf_printf(r->out, "<message%s role=\"%s\"", r->suffix,
	    chat_role_name(m->role));

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
	return rc != 0 ? rc : buf_printf(r->out, "</message%s>\n", r->suffix);
}

static bool
has_tag(struct text t, const char *tag)
{
	return t.len > 0 && memmem(t.s, t.len, tag, strlen(tag)) != NULL;
}

static bool
message_has_tag(const struct chat_message *m, const char *tag)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		if (m->parts[i].kind != CHAT_PART_IMAGE &&
		    has_tag(m->parts[i].text, tag))
			return true;
	}
	for (size_t i = 0; i < m->n_tool_calls; i++) {
		if (has_tag(m->tool_calls[i].arguments, tag))
			return true;
	}
	return false;
}

static bool
is_free(const struct chat_request *request, const char *suffix)
{
	static const char *const tags[] = { "<message", "</message",
		"<tool_call", "</tool_call" };

	for (size_t k = 0; k < ARRAY_SIZE(tags); k++) {
		char tag[TAG_MAX + 16];

		snprintf(tag, sizeof(tag), "%s%s", tags[k], suffix);
		for (size_t i = 0; i < request->n_messages; i++) {
			if (message_has_tag(&request->messages[i], tag))
				return false;
		}
	}
	return true;
}

/*
 * A text that holds a tag could pass for messages of other roles, so tags are
 * taken that none holds. Numbers first: the same history gives the same
 * bytes, which the model's cache of prefixes lives on. A text that holds all
 * of those is up to something, and gets one that it cannot know.
 */
static void
choose_tags(struct renderer *r, const struct chat_request *request)
{
	uint64_t number = 0;

	r->suffix[0] = '\0';
	while (number <= NUMBERED_TAGS && !is_free(request, r->suffix))
		snprintf(
		    r->suffix, sizeof(r->suffix), "-%u", (unsigned)++number);
	if (number <= NUMBERED_TAGS)
		return;
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)clock_now();
	snprintf(r->suffix, sizeof(r->suffix), "-%016llx",
	    (unsigned long long)number);
}

static int
put_transcript(struct renderer *r, const struct chat_request *request)
{
	int rc;

	choose_tags(r, request);
	rc = buf_printf(r->out,
	    "This is a conversation so far, each message in a <message%s> "
	    "under its "
	    "role. Follow the instructions of its system and developer "
	    "messages. Write the assistant's next message: its text alone, "
	    "without a role and without tags.\n\n",
	    r->suffix);
	for (size_t i = 0; rc == 0 && i < request->n_messages; i++)
		rc = put_message(r, &request->messages[i]);
	return rc;
}

static bool
is_blank(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.s[i] == '\0' || strchr(" \t\r\n\f\v", t.s[i]) == NULL)
			return false;
	}
	return true;
}

static bool
has_words(const struct chat_message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		if (m->parts[i].kind != CHAT_PART_IMAGE &&
		    !is_blank(m->parts[i].text))
			return true;
	}
	return false;
}

/*
 * A blank prompt is refused by codex exec ("No prompt provided via stdin."),
 * so a message without words goes as a transcript of one.
 */
static bool
is_lone_user_message(const struct chat_request *request)
{
	return request->n_messages == 1 &&
	    request->messages[0].role == CHAT_USER &&
	    request->messages[0].name.len == 0 &&
	    has_words(&request->messages[0]);
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
