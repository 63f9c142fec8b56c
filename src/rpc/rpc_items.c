#include "rpc/rpc_items.h"

#include "codex/tool_names.h"
#include "json/jsonw.h"

struct writer {
	struct jsonw *json;
	bool reasoning; /* goes along */
	uint32_t old_call; /* place of the last call without an id */
};

static void
put_text(struct writer *w, const char *key, struct text t)
{
	jsonw_text(w->json, key, t.s, t.len);
}

/* {"type":"...", to be closed. */
static void
open_item(struct writer *w, const char *type)
{
	jsonw_object(w->json, NULL);
	jsonw_str(w->json, "type", type);
}

/* ---- content ---- */

static const struct part no_part = { .text = { "", 0 } };

/* Content is never an empty array; none is one empty text. */
static size_t
part_count(const struct item *i)
{
	return i->n_parts > 0 ? i->n_parts : 1;
}

static const struct part *
part_of(const struct item *i, size_t k)
{
	return i->n_parts > 0 ? &i->parts[k] : &no_part;
}

/* No "detail" to an image: Codex sets its own, 0.154 refuses some. */
static void
put_part(struct writer *w, const struct part *part, const char *text_type)
{
	bool image = part->kind == PART_IMAGE;

	open_item(w, image ? "input_image" : text_type);
	put_text(w, image ? "image_url" : "text", part->text);
	jsonw_close(w->json);
}

static void
put_parts(struct writer *w, const char *key, const struct item *i,
    const char *text_type)
{
	jsonw_array(w->json, key);
	for (size_t k = 0; k < part_count(i); k++)
		put_part(w, part_of(i, k), text_type);
	jsonw_close(w->json);
}

static void
put_message(struct writer *w, const struct item *i)
{
	static const char *const phases[] = { [PHASE_NONE] = NULL,
		[PHASE_COMMENTARY] = "commentary",
		[PHASE_FINAL] = "final_answer" };
	bool assistant = i->role == ROLE_ASSISTANT;

	open_item(w, "message");
	jsonw_str(w->json, "role",
	    item_role_name(i->role == ROLE_SYSTEM ? ROLE_DEVELOPER : i->role));
	put_parts(w, "content", i, assistant ? "output_text" : "input_text");
	if (phases[i->phase] != NULL)
		jsonw_str(w->json, "phase", phases[i->phase]);
	jsonw_close(w->json);
}

/* ---- calls and their outputs ---- */

static void
put_call_id(struct writer *w, const struct item *i)
{
	char id[TOOL_CALL_ID_MAX];

	if (i->kind == ITEM_CALL && i->call_id.len == 0)
		w->old_call = i->place.outer;
	if (i->call_id.len > 0) {
		put_text(w, "call_id", call_id_to_codex(i->call_id, id));
		return;
	}
	snprintf(id, sizeof(id), "function_call_%u", w->old_call);
	jsonw_str(w->json, "call_id", id);
}

/* What a freeform tool is to Codex: a function of one text. */
static void
put_input(struct writer *w, struct text input)
{
	struct jsonw json;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	jsonw_begin(&json, &b);
	jsonw_object(&json, NULL);
	jsonw_text(&json, "input", input.s, input.len);
	jsonw_close(&json);
	jsonw_fail(w->json, jsonw_end(&json));
	put_text(w, "arguments", (struct text){ b.data, b.len });
	buf_free(&b);
}

static void
put_call(struct writer *w, const struct item *i)
{
	char mapped[TOOL_NAME_MAX];

	open_item(w, "function_call");
	jsonw_str(w->json, "name", tool_name_to_codex(i->name, mapped));
	if (i->space.len > 0)
		jsonw_str(w->json, "namespace",
		    tool_space_to_codex(i->space, mapped));
	if (i->custom)
		put_input(w, i->arguments);
	else
		put_text(w, "arguments", i->arguments);
	put_call_id(w, i);
	jsonw_close(w->json);
}

/*
 * Codex leaves empty texts out of an array, and the array may not be empty;
 * the empty string arrives. It has no mark for a failure, so that one without
 * a word gets one.
 */
static void
put_output(struct writer *w, const struct item *i)
{
	open_item(w, "function_call_output");
	put_call_id(w, i);
	if (item_is_empty(i))
		jsonw_str(w->json, "output", i->failed ? "error" : "");
	else if (i->n_parts == 1 && i->parts[0].kind != PART_IMAGE)
		put_text(w, "output", i->parts[0].text);
	else
		put_parts(w, "output", i, "input_text");
	jsonw_close(w->json);
}

/* ---- the others ---- */

/* Without what is encrypted it would be nothing to the model. */
static bool
is_sealed(const struct item *i)
{
	return i->kind == ITEM_REASONING && i->sealed.len > 0;
}

static void
put_reasoning(struct writer *w, const struct item *i)
{
	if (!w->reasoning || !is_sealed(i))
		return;
	open_item(w, "reasoning");
	jsonw_array(w->json, "summary");
	for (size_t k = 0; k < i->n_parts; k++)
		put_part(w, &i->parts[k], "summary_text");
	jsonw_close(w->json);
	put_text(w, "encrypted_content", i->sealed);
	jsonw_close(w->json);
}

/* What has only calls to say is no message. */
static bool
is_silent(const struct generation *g, size_t at)
{
	const struct item *i = &g->items[at];

	return item_is_message(i, ROLE_ASSISTANT) && item_is_empty(i) &&
	    at + 1 < g->n_items && i[1].kind == ITEM_CALL &&
	    item_is_beside(i, &i[1]);
}

static void
put_any(struct writer *w, const struct generation *g, size_t at)
{
	const struct item *i = &g->items[at];

	switch (i->kind) {
	case ITEM_MESSAGE:
		if (!is_silent(g, at))
			put_message(w, i);
		break;
	case ITEM_CALL:
		put_call(w, i);
		break;
	case ITEM_RESULT:
		put_output(w, i);
		break;
	case ITEM_REASONING:
		put_reasoning(w, i);
		break;
	case ITEM_OTHER:
		jsonw_raw(w->json, NULL, i->verbatim.s, i->verbatim.len);
		break;
	case ITEM_REFERENCE:
		BUG_ON(true);
	}
}

void
rpc_items_put(struct jsonw *json, const struct generation *g, bool reasoning)
{
	struct writer w = { .json = json, .reasoning = reasoning };

	for (size_t i = 0; i < g->n_items && jsonw_error(json) == 0; i++)
		put_any(&w, g, i);
}

void
rpc_items_put_from(struct jsonw *json, const struct generation *g, size_t from)
{
	struct writer w = { .json = json };

	for (size_t i = from; i < g->n_items && jsonw_error(json) == 0; i++)
		put_any(&w, g, i);
}

bool
rpc_items_reasoning(const struct generation *g)
{
	for (size_t i = 0; i < g->n_items; i++) {
		if (is_sealed(&g->items[i]))
			return true;
	}
	return false;
}
