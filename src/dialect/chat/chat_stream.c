#include "dialect/chat/chat_stream.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/chat/chat_chunk.h"
#include "dialect/chat/chat_details.h"
#include "dialect/chat/chat_reply.h"
#include "dialect/sse.h"

struct choice {
	bool has_role; /* its first chunk was made */
	bool ended; /* its closing chunk was made */
	struct chat_paragraph reasoning;
	unsigned n_details;
};

struct stream {
	const struct chat_form *form;
	struct chat_chunk_form chunk;
	unsigned n;
	struct choice choices[];
};

static void
stream_free(void *writer)
{
	struct stream *s = writer;

	if (s == NULL)
		return;
	chat_chunk_form_free(&s->chunk);
	free(s);
}

static void *
stream_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	struct stream *s = calloc(
	    1, sizeof(*s) + request->choices * sizeof(s->choices[0]));

	if (s == NULL)
		return NULL;
	s->form = chat_form_of(form);
	s->n = request->choices;
	if (chat_chunk_form_init(
		&s->chunk, s->form, identity, request->model) != 0) {
		stream_free(s);
		return NULL;
	}
	return s;
}

static int
say_role_once(struct stream *s, unsigned i, struct buf *out)
{
	if (s->choices[i].has_role)
		return 0;
	s->choices[i].has_role = true;
	return chat_chunk_empty(&s->chunk, i, true, out);
}

static int
say_text(struct stream *s, unsigned i, const struct event *e, struct buf *out)
{
	bool answer = event_is_answer(e);
	const char *name = answer ? "content" : "reasoning_content";
	int rc;

	if (e->len == 0)
		return 0;
	rc = say_role_once(s, i, out);
	if (rc == 0 && !answer &&
	    chat_paragraph_begins(&s->choices[i].reasoning, e))
		rc = chat_chunk_text(&s->chunk, i, name, CHAT_BLANK_LINE,
		    strlen(CHAT_BLANK_LINE), out);
	if (rc != 0)
		return rc;
	return chat_chunk_text(&s->chunk, i, name, e->text, e->len, out);
}

static int
say_call(struct stream *s, unsigned i, const struct event *e, struct buf *out)
{
	int rc = say_role_once(s, i, out);

	return rc != 0 ? rc : chat_chunk_call(&s->chunk, i, e, out);
}

static int
say_detail(struct stream *s, unsigned i, const struct event *e, struct buf *out)
{
	int rc;

	if (!chat_detail_is_in(e))
		return 0;
	rc = say_role_once(s, i, out);
	return rc != 0 ? rc
		       : chat_chunk_detail(
			     &s->chunk, i, e, s->choices[i].n_details++, out);
}

static int
say_finish(
    struct stream *s, unsigned i, enum finish_reason reason, struct buf *out)
{
	int rc = say_role_once(s, i, out);

	s->choices[i].ended = true;
	if (rc != 0)
		return rc;
	return chat_chunk_finish(
	    &s->chunk, i, chat_finish_name(s->form, reason), out);
}

static int
stream_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct stream *s = writer;

	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		if (e->item.kind != ITEM_CALL)
			return 0;
		return say_call(s, choice, e, out);
	case EVENT_TEXT:
		return say_text(s, choice, e, out);
	case EVENT_ARGUMENTS:
		return say_call(s, choice, e, out);
	case EVENT_ITEM_END:
		return say_detail(s, choice, e, out);
	case EVENT_FINISHED:
		return say_finish(s, choice, e->finish, out);
	default:
		return 0;
	}
}

/*
 * An empty delta, for the first choice that still runs. (Some clients'
 * patience is not renewed by SSE comments.)
 */
static int
stream_ping(void *writer, struct buf *out)
{
	struct stream *s = writer;
	unsigned i = 0;

	while (i < s->n - 1 && s->choices[i].ended)
		i++;
	if (!s->choices[i].has_role)
		return say_role_once(s, i, out);
	return chat_chunk_empty(&s->chunk, i, false, out);
}

static int
stream_end(void *writer, const struct usage *usage, struct buf *out)
{
	struct stream *s = writer;
	int rc = 0;

	if (s->form->include_usage)
		rc = chat_chunk_usage(&s->chunk, usage, out);
	return rc != 0 ? rc : sse_data(out, "[DONE]");
}

const struct reply_ops chat_stream = {
	.new = stream_new,
	.event = stream_event,
	.ping = stream_ping,
	.end = stream_end,
	.failed = openai_stream_failed,
	.free = stream_free,
};
