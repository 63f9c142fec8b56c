#include "dialect/chat/chat_whole.h"

#include <stdlib.h>

#include "dialect/chat/chat_body.h"
#include "conversation/generation.h"

struct whole {
	const struct chat_form *form;
	struct buf head; /* all before the choices */
	unsigned n;
	struct chat_body choices[];
};

static void
whole_free(void *writer)
{
	struct whole *h = writer;

	if (h == NULL)
		return;
	for (unsigned i = 0; i < h->n; i++)
		chat_body_free(&h->choices[i]);
	buf_free(&h->head);
	free(h);
}

static void *
whole_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	static const struct openai_kind kind = { CHAT_ID_PREFIX,
		"chat.completion" };
	struct whole *h = calloc(
	    1, sizeof(*h) + request->choices * sizeof(h->choices[0]));

	if (h == NULL)
		return NULL;
	h->form = chat_form_of(form);
	h->n = request->choices;
	for (unsigned i = 0; i < h->n; i++)
		chat_body_init(&h->choices[i]);
	if (openai_head_init(
		&h->head, &kind, identity, request->model, false) != 0) {
		whole_free(h);
		return NULL;
	}
	return h;
}

static int
whole_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct whole *h = writer;

	(void)out;
	return chat_body_event(&h->choices[choice], e);
}

static int
whole_end(void *writer, const struct usage *usage, struct buf *out)
{
	const struct whole *h = writer;
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, h->head.data, h->head.len);
	for (unsigned i = 0; i < h->n; i++)
		chat_body_json(&h->choices[i], i, h->form, &w);
	jsonw_puts(&w, "]");
	openai_usage_json(&w, usage);
	jsonw_puts(&w, "}\n");
	return jsonw_end(&w);
}

const struct reply_ops chat_whole = {
	.new = whole_new,
	.event = whole_event,
	.end = whole_end,
	.free = whole_free,
};
