#include "dialect/reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "dialect/answer_text.h"
#include "dialect/spending.h"

struct choice {
	struct answer_text text;
	struct buf piece; /* what it let through of one event */
	bool in_message; /* some of the answer has come, of this item: */
	struct event_item message;
	struct channel_item *held, **held_end; /* not a stream: events */
	bool ended; /* its last event went to the writer; or it failed */
	struct spending spending;
};

struct reply {
	const struct dialect *dialect;
	const struct reply_ops *ops;
	struct generation *request;
	const struct form *form; /* borrowed */
	void *writer;
	bool stream;
	size_t room; /* not a stream: bytes that may yet be held */
	struct error failure;
	bool has_content;
	unsigned n_choices;
	struct choice choices[];
};

static void
choice_init(struct choice *c, const struct generation *request)
{
	answer_text_init(&c->text, request);
	buf_init(&c->piece, LIMIT_STOP_HELD);
	c->held_end = &c->held;
}

static struct event *
next_held(struct choice *c)
{
	struct channel_item *first = c->held;

	if (first == NULL)
		return NULL;
	c->held = first->next;
	if (c->held == NULL)
		c->held_end = &c->held;
	return event_of(first);
}

static void
drop_held(struct reply *r, struct choice *c)
{
	struct event *e;

	while ((e = next_held(c)) != NULL) {
		r->room += e->link.weight;
		event_free(e);
	}
}

static void
choice_free(struct reply *r, struct choice *c)
{
	drop_held(r, c);
	answer_text_free(&c->text);
	buf_free(&c->piece);
}

struct reply *
reply_new(const struct dialect *dialect, struct generation *request,
    const struct form *form, const struct identity *identity)
{
	unsigned n = generation_choices(request);
	struct reply *r = calloc(1, sizeof(*r) + n * sizeof(r->choices[0]));

	if (r == NULL)
		return NULL;
	r->dialect = dialect;
	r->stream = form->stream;
	r->ops = r->stream ? dialect->stream : dialect->whole;
	r->request = generation_ref(request);
	r->form = form;
	r->room = LIMIT_REPLY;
	r->failure = (struct error)ERROR_INIT;
	r->n_choices = n;
	for (unsigned i = 0; i < r->n_choices; i++)
		choice_init(&r->choices[i], request);
	r->writer = r->ops->new (request, form, identity);
	if (r->writer == NULL) {
		reply_free(r);
		return NULL;
	}
	return r;
}

void
reply_free(struct reply *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->n_choices; i++)
		choice_free(r, &r->choices[i]);
	r->ops->free(r->writer);
	error_free(&r->failure);
	generation_unref(r->request);
	free(r);
}

/* ---- to the writer ---- */

static bool
is_content(const struct event *e)
{
	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		return e->item.kind == ITEM_CALL;
	case EVENT_TEXT:
	case EVENT_ARGUMENTS:
		return e->len > 0;
	default:
		return false;
	}
}

static int
hold(struct reply *r, struct choice *c, struct event *e)
{
	if (e->link.weight > r->room) {
		event_free(e);
		return -EMSGSIZE;
	}
	r->room -= e->link.weight;
	e->link.next = NULL;
	*c->held_end = &e->link;
	c->held_end = &e->link.next;
	return 0;
}

/* Takes the event; NULL stands for one that could not be made. */
static int
hand_on(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	int rc;

	if (e == NULL)
		return -ENOMEM;
	r->has_content = r->has_content || is_content(e);
	if (!r->stream)
		return hold(r, &r->choices[i], e);
	rc = r->ops->event(r->writer, i, e, out);
	event_free(e);
	return rc;
}

/* ---- the answer's text ---- */

static int
hand_on_piece(struct reply *r, unsigned i, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = 0;

	if (c->piece.len > 0)
		rc = hand_on(r, i,
		    event_new_text(&c->message, 0, c->piece.data, c->piece.len),
		    out);
	buf_reset(&c->piece);
	return rc;
}

static int
add_text(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc;

	if (answer_text_is_plain(&c->text))
		return hand_on(r, i, e, out);
	rc = answer_text_feed(&c->text, e->text, e->len, &c->piece);
	event_free(e);
	return rc != 0 ? rc : hand_on_piece(r, i, out);
}

/* The first text of the next message; where they stay apart nothing waits. */
static int
add_joint(
    struct reply *r, unsigned i, const struct event_item *item, struct buf *out)
{
	struct choice *c = &r->choices[i];
	const char *joint = r->dialect->joint;
	bool first = !c->in_message;
	struct event *e;

	if (!first && c->message.index == item->index)
		return 0;
	c->in_message = true;
	c->message = *item;
	if (first || joint == NULL)
		return 0;
	e = event_new_text(item, 0, joint, strlen(joint));
	return e != NULL ? add_text(r, i, e, out) : -ENOMEM;
}

/* ---- the end of a choice ---- */

static int
finish_filter(struct reply *r, unsigned i, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = answer_text_finish(&c->text, &c->piece);

	return rc != 0 ? rc : hand_on_piece(r, i, out);
}

static void
name_failure(struct reply *r)
{
	dialect_name_fault(r->dialect, r->request, r->form, &r->failure);
}

static struct event *
finished_event(
    const struct reply *r, const struct choice *c, enum finish_reason reason)
{
	const struct text *by = &r->request->stop[c->text.stop.which];

	if (c->text.stop.stopped)
		return event_new_stopped(by->s, by->len);
	return event_new_finished(reason);
}

static int
end_choice(
    struct reply *r, unsigned i, enum finish_reason reason, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = finish_filter(r, i, out);

	if (rc != 0)
		return rc;
	c->ended = true;
	c->spending.cut = c->spending.cut || c->text.stop.stopped;
	if ((c->text.stop.stopped || reason == FINISH_STOP) &&
	    answer_text_check(&c->text, &r->failure) != 0) {
		name_failure(r);
		return 0;
	}
	return hand_on(r, i, finished_event(r, c, reason), out);
}

/* The item that a stop string has cut is over, and so is the choice. */
static int
end_cut(struct reply *r, unsigned i, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = hand_on(
	    r, i, event_new_end(&c->message, true, NULL, NULL), out);

	return rc != 0 ? rc : end_choice(r, i, FINISH_STOP, out);
}

static int
add_answer(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = e->len > 0 ? add_joint(r, i, &e->item, out) : 0;

	if (rc == 0 && e->len > 0 && !c->text.stop.stopped)
		rc = add_text(r, i, e, out);
	else
		event_free(e);
	return rc == 0 && c->text.stop.stopped ? end_cut(r, i, out) : rc;
}

/* Where messages stay apart no stop string reaches into the next. */
static int
end_item(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = 0;

	if (r->dialect->joint == NULL && c->in_message &&
	    e->item.index == c->message.index)
		rc = finish_filter(r, i, out);
	if (rc != 0 || c->text.stop.stopped) {
		event_free(e);
		return rc != 0 ? rc : end_cut(r, i, out);
	}
	return hand_on(r, i, e, out);
}

/* An engine says so only where nothing can be out yet. */
static void
begin_anew(struct reply *r, struct choice *c)
{
	drop_held(r, c);
	answer_text_reset(&c->text);
	c->in_message = false;
}

/* ---- events ---- */

/* An event about the end of the answer, or of none of its items. */
static int
take_last(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = 0;

	if (e->kind == EVENT_FINISHED) {
		rc = end_choice(r, i, e->finish, out);
	} else if (e->kind == EVENT_FAILED) {
		c->ended = true;
		error_copy(&r->failure, &e->error);
		name_failure(r);
	} else if (e->kind == EVENT_VOID) {
		begin_anew(r, c);
	}
	event_free(e);
	return rc;
}

static int
take_event(struct reply *r, unsigned i, struct event *e, struct buf *out)
{
	switch (e->kind) {
	case EVENT_TEXT:
		if (event_is_answer(e))
			return add_answer(r, i, e, out);
		return hand_on(r, i, e, out);
	case EVENT_ITEM_END:
		return end_item(r, i, e, out);
	case EVENT_ITEM_BEGIN:
	case EVENT_ARGUMENTS:
		return hand_on(r, i, e, out);
	case EVENT_VOID:
	case EVENT_USAGE:
	case EVENT_FINISHED:
	case EVENT_FAILED:
		break;
	}
	return take_last(r, i, e, out);
}

int
reply_event(struct reply *r, unsigned choice, struct event *e, struct buf *out)
{
	size_t before = out->len;
	int rc;

	BUG_ON(choice >= r->n_choices);
	/* The numbers may come after a stop string or a failure. */
	spending_note(&r->choices[choice].spending, e);
	if (r->choices[choice].ended || reply_failure(r) != NULL) {
		event_free(e);
		return 0;
	}
	rc = take_event(r, choice, e, out);
	/* Never half a chunk. */
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

/* ---- what is asked of it ---- */

bool
reply_done(const struct reply *r)
{
	unsigned i = 0;

	while (i < r->n_choices && r->choices[i].ended)
		i++;
	return reply_failure(r) != NULL || i == r->n_choices;
}

const struct error *
reply_failure(const struct reply *r)
{
	return r->failure.kind != ERROR_NONE ? &r->failure : NULL;
}

bool
reply_stopped(const struct reply *r, unsigned choice)
{
	BUG_ON(choice >= r->n_choices);
	return r->choices[choice].text.stop.stopped;
}

struct usage
reply_usage(const struct reply *r)
{
	struct usage sum = { 0 };

	for (unsigned i = 0; i < r->n_choices; i++)
		spending_add(&r->choices[i].spending, r->request, &sum);
	return sum;
}

void
reply_cut(struct reply *r, unsigned choice)
{
	BUG_ON(choice >= r->n_choices);
	r->choices[choice].spending.cut = true;
}

bool
reply_has_content(const struct reply *r)
{
	return r->has_content;
}

int
reply_ping(struct reply *r, struct buf *out)
{
	size_t before = out->len;
	int rc;

	if (!r->stream || reply_done(r))
		return 0;
	rc = r->ops->ping(r->writer, out);
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

static int
hand_on_held(struct reply *r, unsigned i, struct buf *out)
{
	struct event *e;
	int rc = 0;

	while (rc == 0 && (e = next_held(&r->choices[i])) != NULL) {
		rc = r->ops->event(r->writer, i, e, out);
		event_free(e);
	}
	return rc;
}

int
reply_end(struct reply *r, struct buf *out)
{
	struct usage usage = reply_usage(r);
	int rc = 0;

	BUG_ON(!r->stream && reply_failure(r) != NULL);
	if (reply_failure(r) != NULL)
		return r->ops->failed(r->writer, &r->failure, out);
	for (unsigned i = 0; rc == 0 && i < r->n_choices; i++)
		rc = hand_on_held(r, i, out);
	return rc != 0 ? rc : r->ops->end(r->writer, &usage, out);
}

bool
reply_record(struct reply *r, struct record *ret_record)
{
	return r->form->keep && r->ops->record != NULL &&
	    reply_failure(r) == NULL &&
	    r->ops->record(r->writer, ret_record) == 0;
}
