#include "core/app_items.h"

#include "base/jsonw.h"
#include "core/tool_names.h"

/* Appends until something fails, and is silent from then on. */
struct writer {
	struct buf *out;
	int rc;
	bool started; /* an item stands there */
	size_t old_call; /* message of the last old function_call */
};

static void
put(struct writer *w, const char *s)
{
	if (w->rc == 0)
		w->rc = buf_puts(w->out, s);
}

static void
put_string(struct writer *w, struct text t)
{
	if (w->rc == 0)
		w->rc = jsonw_string(w->out, t.s, t.len);
}

static void
put_item(struct writer *w, const char *begin)
{
	put(w, w->started ? "," : "");
	put(w, begin);
	w->started = true;
}

/* ---- content ---- */

static const struct chat_part no_part = { .text = { "", 0 } };

/* Content is never an empty array; none is one empty text. */
static size_t
part_count(const struct chat_message *m)
{
	return m->n_parts > 0 ? m->n_parts : 1;
}

static const struct chat_part *
part_of(const struct chat_message *m, size_t i)
{
	return m->n_parts > 0 ? &m->parts[i] : &no_part;
}

static bool
is_empty(const struct chat_message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		if (m->parts[i].text.len > 0)
			return false;
	}
	return true;
}

/* No "detail" to an image: Codex sets its own, 0.154 refuses some. */
static void
put_part(struct writer *w, const struct chat_part *part, const char *text_type)
{
	if (part->kind == CHAT_PART_IMAGE) {
		put(w, "{\"type\":\"input_image\",\"image_url\":");
	} else {
		put(w, "{\"type\":\"");
		put(w, text_type);
		put(w, "\",\"text\":");
	}
	put_string(w, part->text);
	put(w, "}");
}

static void
put_parts(struct writer *w, const struct chat_message *m, const char *text_type)
{
	put(w, "[");
	for (size_t i = 0; i < part_count(m); i++) {
		put(w, i > 0 ? "," : "");
		put_part(w, part_of(m, i), text_type);
	}
	put(w, "]");
}

static void
put_message(struct writer *w, const struct chat_message *m, const char *role)
{
	put_item(w, "{\"type\":\"message\",\"role\":\"");
	put(w, role);
	put(w, "\",\"content\":");
	put_parts(
	    w, m, m->role == CHAT_ASSISTANT ? "output_text" : "input_text");
	put(w, "}");
}

/* ---- calls and their outputs ---- */

static void
put_call_id(struct writer *w, struct text id)
{
	put(w, ",\"call_id\":");
	if (id.len > 0)
		put_string(w, id);
	else if (w->rc == 0)
		w->rc = buf_printf(
		    w->out, "\"function_call_%zu\"", w->old_call);
}

static void
put_call(struct writer *w, const struct chat_tool_call *call)
{
	char mapped[TOOL_NAME_MAX];
	const char *name = tool_name_to_codex(call->name.s, mapped);

	put_item(w, "{\"type\":\"function_call\",\"name\":");
	/* In a history a name may hold anything, a NUL too. */
	if (name == call->name.s)
		put_string(w, call->name);
	else
		put_string(w, (struct text){ name, strlen(name) });
	put(w, ",\"arguments\":");
	put_string(w, call->arguments);
	put_call_id(w, call->id);
	put(w, "}");
}

static void
put_calls(struct writer *w, const struct chat_message *m, size_t index)
{
	for (size_t i = 0; i < m->n_tool_calls; i++) {
		if (m->tool_calls[i].id.len == 0)
			w->old_call = index;
		put_call(w, &m->tool_calls[i]);
	}
}

/*
 * Codex leaves empty texts out of an array, and the array may not be empty;
 * the empty string arrives.
 */
static void
put_output(struct writer *w, const struct chat_message *m)
{
	put_item(w, "{\"type\":\"function_call_output\"");
	put_call_id(w, m->tool_call_id);
	put(w, ",\"output\":");
	if (is_empty(m))
		put_string(w, no_part.text);
	else if (m->n_parts == 1 && m->parts[0].kind != CHAT_PART_IMAGE)
		put_string(w, m->parts[0].text);
	else
		put_parts(w, m, "input_text");
	put(w, "}");
}

/* ---- messages ---- */

static void
put_items(struct writer *w, const struct chat_message *m, size_t index)
{
	switch (m->role) {
	case CHAT_SYSTEM:
	case CHAT_DEVELOPER:
		put_message(w, m, "developer");
		break;
	case CHAT_USER:
		put_message(w, m, "user");
		break;
	case CHAT_ASSISTANT:
		if (m->n_tool_calls == 0 || !is_empty(m))
			put_message(w, m, "assistant");
		put_calls(w, m, index);
		break;
	case CHAT_TOOL:
	case CHAT_FUNCTION:
		put_output(w, m);
		break;
	}
}

int
app_items_append(const struct chat_request *r, struct buf *out)
{
	struct writer w = { .out = out };
	size_t before = out->len;

	for (size_t i = 0; w.rc == 0 && i < r->n_messages; i++)
		put_items(&w, &r->messages[i], i);
	if (w.rc != 0)
		buf_truncate(out, before);
	return w.rc;
}
