#include "dialect/messages/messages_flow.h"

#define BLANK_LINE "\n\n"

/* One event on its way. */
struct step {
	struct messages_flow *f;
	const struct event *e;
	const struct messages_sink *sink;
	void *writer;
	struct buf *out;
};

void
messages_flow_init(struct messages_flow *f, const struct generation *request,
    const struct form *form)
{
	*f = (struct messages_flow){ .request = request,
		.form = messages_form_of(form) };
	buf_init(&f->stopped_by, STOP_LEN_MAX + 1);
}

void
messages_flow_free(struct messages_flow *f)
{
	buf_free(&f->stopped_by);
}

static int
close_block(struct step *s)
{
	enum messages_open kind = s->f->open;

	s->f->open = OPEN_NONE;
	return kind == OPEN_NONE ? 0 : s->sink->close(s->writer, kind, s->out);
}

/* Unless it is open already; no two items overlap. */
static int
open_block(struct step *s, enum messages_open kind)
{
	if (s->f->open == kind)
		return 0;
	s->f->open = kind;
	s->f->part = s->e->kind == EVENT_TEXT ? s->e->part : 0;
	return s->sink->open(s->writer, kind, s->e, s->out);
}

static int
add(struct step *s, struct text text)
{
	return s->sink->add(s->writer, s->f->open, text, s->out);
}

static bool
is_wanted(const struct step *s)
{
	const struct messages_flow *f = s->f;

	if (s->e->item.kind == ITEM_REASONING)
		return f->form->thinking && !f->form->omitted;
	return event_is_answer(s->e) || f->request->format == FORMAT_TEXT;
}

static int
on_text(struct step *s)
{
	const struct event *e = s->e;
	bool thought = e->item.kind == ITEM_REASONING;
	int rc;

	if (e->len == 0 || !is_wanted(s))
		return 0;
	rc = open_block(s, thought ? OPEN_THINKING : OPEN_TEXT);
	if (rc == 0 && thought && s->f->part != e->part) {
		s->f->part = e->part;
		rc = add(s, text_of(BLANK_LINE));
	}
	return rc != 0 ? rc : add(s, (struct text){ e->text, e->len });
}

/* A thought without words is still one that is to come back. */
static int
on_end(struct step *s)
{
	const char *sealed;
	int rc = 0;

	if (s->e->item.kind == ITEM_REASONING && s->f->form->thinking) {
		sealed = event_sealed(s->e);
		if (sealed[0] != '\0')
			rc = open_block(s, OPEN_THINKING);
		if (rc == 0 && sealed[0] != '\0')
			rc = s->sink->seal(s->writer, sealed, s->out);
	}
	return rc != 0 ? rc : close_block(s);
}

static int
on_finished(struct step *s)
{
	struct messages_flow *f = s->f;
	int rc = close_block(s);

	f->finish = s->e->finish == FINISH_NONE ? FINISH_STOP : s->e->finish;
	if (rc == 0 && f->finish == FINISH_STOP_STRING)
		rc = buf_append(&f->stopped_by, s->e->text, s->e->len);
	return rc;
}

int
messages_flow_event(struct messages_flow *f, const struct event *e,
    const struct messages_sink *sink, void *writer, struct buf *out)
{
	struct step s = { f, e, sink, writer, out };
	int rc;

	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		rc = close_block(&s);
		return rc == 0 && e->item.kind == ITEM_CALL
		    ? open_block(&s, OPEN_CALL)
		    : rc;
	case EVENT_TEXT:
		return on_text(&s);
	case EVENT_ARGUMENTS:
		if (e->len == 0 || f->open != OPEN_CALL)
			return 0;
		return add(&s, (struct text){ e->text, e->len });
	case EVENT_ITEM_END:
		return on_end(&s);
	case EVENT_FINISHED:
		return on_finished(&s);
	default:
		return 0;
	}
}
