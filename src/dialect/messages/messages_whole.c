#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "dialect/messages/messages_id.h"
#include "dialect/messages/messages_reply.h"
#include "json/jsonx.h"

struct whole {
	struct messages_flow flow;
	struct buf head; /* of the message */
	struct buf content; /* blocks that are whole, as JSON */
	struct buf call; /* of the block that is open: its members but input */
	struct buf text, seal; /* and what has come for it */
};

static void
whole_free(void *writer)
{
	struct whole *h = writer;

	if (h == NULL)
		return;
	messages_flow_free(&h->flow);
	buf_free(&h->head);
	buf_free(&h->content);
	buf_free(&h->call);
	buf_free(&h->text);
	buf_free(&h->seal);
	free(h);
}

/* How much all of it can be is the reply's to bound. */
static void *
whole_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	struct whole *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	messages_flow_init(&h->flow, request, form);
	buf_init(&h->content, SIZE_MAX);
	buf_init(&h->call, SIZE_MAX);
	buf_init(&h->text, SIZE_MAX);
	buf_init(&h->seal, SIZE_MAX);
	if (messages_head_init(&h->head, identity, request->model) != 0) {
		whole_free(h);
		return NULL;
	}
	return h;
}

/* ---- blocks ---- */

static int
open_block(void *writer, enum messages_open kind, const struct event *e,
    struct buf *out)
{
	struct whole *h = writer;
	struct jsonw w;

	(void)out;
	buf_reset(&h->text);
	buf_reset(&h->seal);
	buf_reset(&h->call);
	if (kind != OPEN_CALL)
		return 0;
	jsonw_begin(&w, &h->call);
	messages_call_put(&w, e);
	return jsonw_end(&w);
}

static int
add_to_block(
    void *writer, enum messages_open kind, struct text text, struct buf *out)
{
	struct whole *h = writer;

	(void)kind;
	(void)out;
	return buf_append(&h->text, text.s, text.len);
}

static int
seal_block(void *writer, const char *sealed, struct buf *out)
{
	struct whole *h = writer;
	int rc = buf_puts(&h->seal, MESSAGES_SEAL_PREFIX);

	(void)out;
	return rc != 0 ? rc : buf_puts(&h->seal, sealed);
}

/* *ret_is: whether the text is a JSON object. -ENOMEM. */
static int
is_object(const struct buf *text, bool *ret_is)
{
	char why[JSONX_ERROR_MAX];
	json_t *root = NULL;
	int rc = text->len == 0
	    ? -EINVAL
	    : jsonx_parse(text->data, text->len, LIMIT_BODY_DEPTH, &root, why);

	*ret_is = rc == 0 && json_is_object(root);
	json_decref(root);
	return rc == -ENOMEM ? rc : 0;
}

/*
 * What is no object cannot be the input, and an empty one in its place would be
 * carried out. So it goes under the name by which the API's documentation has
 * such a text go back to the model.
 */
static int
put_input(struct jsonw *w, const struct buf *text)
{
	bool object;
	int rc = is_object(text, &object);

	if (rc != 0)
		return rc;
	if (object) {
		jsonw_raw(w, "input", text->data, text->len);
		return 0;
	}
	jsonw_object(w, "input");
	jsonw_text(w, "INVALID_JSON", text->data, text->len);
	jsonw_close(w);
	return 0;
}

static void
put_block(struct jsonw *w, const struct whole *h, enum messages_open kind)
{
	const struct buf *text = &h->text;

	switch (kind) {
	case OPEN_TEXT:
		jsonw_str(w, "type", "text");
		jsonw_text(w, "text", text->data, text->len);
		jsonw_null(w, "citations");
		break;
	case OPEN_THINKING:
		jsonw_str(w, "type", "thinking");
		jsonw_text(w, "thinking", text->data, text->len);
		jsonw_text(w, "signature", h->seal.data, h->seal.len);
		break;
	case OPEN_CALL:
		jsonw_append(w, h->call.data, h->call.len);
		jsonw_fail(w, put_input(w, text));
		break;
	case OPEN_NONE:
		break;
	}
}

static int
close_block(void *writer, enum messages_open kind, struct buf *out)
{
	struct whole *h = writer;
	struct jsonw w;

	(void)out;
	jsonw_begin(&w, &h->content);
	if (h->content.len > 0)
		jsonw_puts(&w, ",");
	jsonw_object(&w, NULL);
	put_block(&w, h, kind);
	jsonw_close(&w);
	return jsonw_end(&w);
}

static const struct messages_sink sink = {
	.open = open_block,
	.add = add_to_block,
	.seal = seal_block,
	.close = close_block,
};

/* ---- the writer ---- */

static int
whole_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct whole *h = writer;

	(void)choice;
	return messages_flow_event(&h->flow, e, &sink, h, out);
}

static int
whole_end(void *writer, const struct usage *usage, struct buf *out)
{
	const struct whole *h = writer;
	struct jsonw w;

	jsonw_begin(&w, out);
	messages_message_put(&w, NULL, &h->head, &h->content, &h->flow, usage);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

const struct reply_ops messages_whole = {
	.new = whole_new,
	.event = whole_event,
	.end = whole_end,
	.free = whole_free,
};
