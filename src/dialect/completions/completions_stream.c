#include <stdlib.h>

#include "dialect/completions/completions_reply.h"
#include "dialect/sse.h"

struct choice {
	bool begun; /* its prompt, where that is wanted, was said */
	bool ended;
};

struct stream {
	const struct generation *request; /* borrowed, as the form */
	const struct completions_form *form;
	struct buf head; /* of every chunk: "data: {...,"choices":[" */
	unsigned n;
	struct choice choices[];
};

static void
stream_free(void *writer)
{
	struct stream *s = writer;

	if (s == NULL)
		return;
	buf_free(&s->head);
	free(s);
}

static void *
stream_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	unsigned n = generation_choices(request);
	struct stream *s = calloc(1, sizeof(*s) + n * sizeof(s->choices[0]));

	if (s == NULL)
		return NULL;
	s->request = request;
	s->form = completions_form_of(form);
	s->n = n;
	if (openai_head_init(&s->head, &completions_kind, identity,
		request->model, true) != 0) {
		stream_free(s);
		return NULL;
	}
	return s;
}

/* One chunk, with the prompt before it where it is a choice's first. */
static int
say(struct stream *s, unsigned i, struct text text, enum finish_reason reason,
    struct buf *out)
{
	struct text prompt = completions_prompt(s->request, i);
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, s->head.data, s->head.len);
	completions_open_choice(&w, i);
	if (s->form->echo && !s->choices[i].begun)
		jsonw_string_add(&w, prompt.s, prompt.len);
	jsonw_string_add(&w, text.s, text.len);
	completions_close_choice(&w, reason);
	jsonw_puts(&w, s->form->include_usage ? "],\"usage\":null}" : "]}");
	jsonw_fail(&w, sse_close(out));
	s->choices[i].begun = true;
	return jsonw_end(&w);
}

static int
stream_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	static const struct text nothing = { "", 0 };
	struct stream *s = writer;

	if (e->kind == EVENT_FINISHED) {
		s->choices[choice].ended = true;
		return say(s, choice, nothing,
		    e->finish == FINISH_NONE ? FINISH_STOP : e->finish, out);
	}
	if (e->kind != EVENT_TEXT || !event_is_answer(e) || e->len == 0)
		return 0;
	return say(
	    s, choice, (struct text){ e->text, e->len }, FINISH_NONE, out);
}

/* An empty text for the first choice that still runs. */
static int
stream_ping(void *writer, struct buf *out)
{
	struct stream *s = writer;
	unsigned i = 0;

	while (i < s->n - 1 && s->choices[i].ended)
		i++;
	return say(s, i, (struct text){ "", 0 }, FINISH_NONE, out);
}

static int
say_usage(const struct stream *s, const struct usage *usage, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_append(&w, s->head.data, s->head.len);
	jsonw_puts(&w, "]");
	openai_usage_json(&w, usage);
	jsonw_puts(&w, "}");
	jsonw_fail(&w, sse_close(out));
	return jsonw_end(&w);
}

static int
stream_end(void *writer, const struct usage *usage, struct buf *out)
{
	struct stream *s = writer;
	int rc = s->form->include_usage ? say_usage(s, usage, out) : 0;

	return rc != 0 ? rc : sse_data(out, "[DONE]");
}

const struct reply_ops completions_stream = {
	.new = stream_new,
	.event = stream_event,
	.ping = stream_ping,
	.end = stream_end,
	.failed = openai_stream_failed,
	.free = stream_free,
};
