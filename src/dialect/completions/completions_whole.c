#include <stdlib.h>

#include "dialect/completions/completions_reply.h"

struct choice {
	struct buf text;
	enum finish_reason finish;
};

struct whole {
	const struct generation *request; /* borrowed, as the form */
	const struct completions_form *form;
	struct buf head; /* all before the choices */
	unsigned n;
	struct choice choices[];
};

static void
whole_free(void *writer)
{
	struct whole *h = writer;

	if (h == NULL)
		return;
	for (unsigned i = 0; i < h->n; i++)
		buf_free(&h->choices[i].text);
	buf_free(&h->head);
	free(h);
}

static void *
whole_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	unsigned n = generation_choices(request);
	struct whole *h = calloc(1, sizeof(*h) + n * sizeof(h->choices[0]));

	if (h == NULL)
		return NULL;
	h->request = request;
	h->form = completions_form_of(form);
	h->n = n;
	for (unsigned i = 0; i < n; i++)
		buf_init(&h->choices[i].text, SIZE_MAX);
	if (openai_head_init(&h->head, &completions_kind, identity,
		request->model, false) != 0) {
		whole_free(h);
		return NULL;
	}
	return h;
}

/* How much text that can be is the reply's to bound. */
static int
whole_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct whole *h = writer;
	struct choice *c = &h->choices[choice];

	(void)out;
	if (e->kind == EVENT_FINISHED)
		c->finish = e->finish;
	if (e->kind == EVENT_TEXT && event_is_answer(e))
		return buf_append(&c->text, e->text, e->len);
	return 0;
}

static void
put_choice(struct jsonw *w, const struct whole *h, unsigned i)
{
	const struct choice *c = &h->choices[i];
	struct text prompt = completions_prompt(h->request, i);

	completions_open_choice(w, i);
	if (h->form->echo)
		jsonw_string_add(w, prompt.s, prompt.len);
	jsonw_string_add(w, c->text.data, c->text.len);
	completions_close_choice(
	    w, c->finish == FINISH_NONE ? FINISH_STOP : c->finish);
}

static int
whole_end(void *writer, const struct usage *usage, struct buf *out)
{
	const struct whole *h = writer;
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, h->head.data, h->head.len);
	for (unsigned i = 0; i < h->n; i++)
		put_choice(&w, h, i);
	jsonw_puts(&w, "]");
	openai_usage_json(&w, usage);
	jsonw_puts(&w, "}\n");
	return jsonw_end(&w);
}

const struct reply_ops completions_whole = {
	.new = whole_new,
	.event = whole_event,
	.end = whole_end,
	.free = whole_free,
};
