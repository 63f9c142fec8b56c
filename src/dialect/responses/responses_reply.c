#include "dialect/responses/responses_reply.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "dialect/responses/responses_events.h"
#include "dialect/responses/responses_record.h"

struct writer {
	bool stream;
	bool keep;
	bool sealed; /* encrypted reasoning is wanted */
	bool begun; /* a stream: its first two events were said */
	unsigned part; /* of the engine's, that the open part is */
	enum finish_reason finish;
	struct responses_object object;
	struct responses_output output;
	struct responses_events events;
	struct buf body; /* if it is kept: the object as it was given out */
	struct responses_record record;
};

static const struct responses_state in_progress;

static void
writer_free(void *writer)
{
	struct writer *w = writer;

	if (w == NULL)
		return;
	responses_object_free(&w->object);
	responses_output_free(&w->output);
	responses_events_free(&w->events);
	buf_free(&w->body);
	responses_record_free(&w->record);
	free(w);
}

static void *
writer_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	const struct responses_form *own = responses_form_of(form);
	struct writer *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return NULL;
	w->stream = form->stream;
	w->keep = form->keep;
	w->sealed = request->sealed;
	responses_events_init(&w->events);
	buf_init(&w->body, LIMIT_REPLY);
	responses_record_init(&w->record);
	rc = responses_output_init(&w->output, identity->id, own->n_input);
	if (rc == 0)
		rc = responses_object_init(
		    &w->object, own, identity, request->model);
	if (rc != 0) {
		writer_free(w);
		return NULL;
	}
	return w;
}

/* ---- items ---- */

static int
say_in_progress(struct writer *w, const char *what, struct buf *out)
{
	return responses_event_response(
	    &w->events, what, &w->object, &in_progress, NULL, out);
}

/* The first events of a stream, once. */
static int
say_begun(struct writer *w, struct buf *out)
{
	int rc;

	if (!w->stream || w->begun)
		return 0;
	w->begun = true;
	rc = say_in_progress(w, "created", out);
	return rc != 0 ? rc : say_in_progress(w, "in_progress", out);
}

static int
begin_part(struct writer *w, struct buf *out)
{
	int rc = responses_output_begin_part(&w->output);

	if (rc != 0 || !w->stream)
		return rc;
	return responses_event_part_added(&w->events, &w->output, out);
}

static int
end_part(struct writer *w, struct buf *out)
{
	int rc = responses_output_end_part(&w->output);

	if (rc != 0 || !w->stream)
		return rc;
	return responses_event_part_done(&w->events, &w->output, out);
}

/* A message has one part, be it empty; a summary one for each paragraph. */
static int
begin_item(struct writer *w, const struct event *e, struct buf *out)
{
	int rc = say_begun(w, out);

	if (rc == 0)
		rc = responses_output_begin(&w->output, e);
	if (rc == 0 && w->stream)
		rc = responses_event_item_added(&w->events, &w->output, out);
	if (rc == 0 && e->item.kind == ITEM_MESSAGE)
		rc = begin_part(w, out);
	return rc;
}

/* The part that this text is of is open then. */
static int
turn_to_part(struct writer *w, const struct event *e, struct buf *out)
{
	int rc = 0;

	if (w->output.kind != ITEM_REASONING ||
	    (w->output.in_part && w->part == e->part))
		return 0;
	if (w->output.in_part)
		rc = end_part(w, out);
	w->part = e->part;
	return rc != 0 ? rc : begin_part(w, out);
}

static int
add(struct writer *w, const struct event *e, struct buf *out)
{
	size_t from = w->output.json.len;
	int rc = responses_output_add(&w->output, e->text, e->len);

	if (rc != 0 || !w->stream)
		return rc;
	return responses_event_delta(&w->events, &w->output, from, out);
}

static int
add_text(struct writer *w, const struct event *e, struct buf *out)
{
	int rc = turn_to_part(w, e, out);

	return rc != 0 ? rc : add(w, e, out);
}

static int
end_item(struct writer *w, const struct event *e, struct buf *out)
{
	int rc = w->output.in_part ? end_part(w, out) : 0;

	if (rc == 0)
		rc = responses_output_end(
		    &w->output, e->whole, w->sealed ? event_sealed(e) : "");
	if (rc != 0 || !w->stream)
		return rc;
	return responses_event_item_done(&w->events, &w->output, out);
}

static int
writer_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct writer *w = writer;

	(void)choice;
	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		return begin_item(w, e, out);
	case EVENT_TEXT:
		return e->len > 0 ? add_text(w, e, out) : 0;
	case EVENT_ARGUMENTS:
		return e->len > 0 ? add(w, e, out) : 0;
	case EVENT_ITEM_END:
		return end_item(w, e, out);
	case EVENT_FINISHED:
		w->finish = e->finish;
		return 0;
	default:
		return 0;
	}
}

/* ---- the response ---- */

/* Comments would not keep all clients waiting. */
static int
stream_ping(void *writer, struct buf *out)
{
	struct writer *w = writer;

	if (!w->begun)
		return say_begun(w, out);
	return say_in_progress(w, "in_progress", out);
}

static int
put_object(
    struct writer *w, const struct responses_state *state, struct buf *out)
{
	struct jsonw json;

	jsonw_begin(&json, out);
	responses_object_json(&json, NULL, &w->object, state, &w->output);
	return jsonw_end(&json);
}

/* What is kept is made a second time: it is copied either way. */
static int
say_object(
    struct writer *w, const struct responses_state *state, struct buf *out)
{
	int rc = w->keep ? put_object(w, state, &w->body) : 0;

	if (rc != 0)
		return rc;
	if (w->stream)
		return responses_event_response(&w->events,
		    responses_status(state), &w->object, state, &w->output,
		    out);
	rc = put_object(w, state, out);
	return rc != 0 ? rc : buf_putc(out, '\n');
}

static int
writer_end(void *writer, const struct usage *usage, struct buf *out)
{
	struct writer *w = writer;
	struct responses_state state = { .finish = w->finish,
		.usage = usage,
		.completed = clock_unix_seconds() };
	int rc = say_begun(w, out);

	if (state.finish == FINISH_NONE)
		state.finish = FINISH_STOP;
	return rc != 0 ? rc : say_object(w, &state, out);
}

/* The item that it has cut off is told as far as it came. */
static int
end_open(struct responses_output *output)
{
	int rc = 0;

	if (output->open && output->in_part)
		rc = responses_output_end_part(output);
	if (rc == 0 && output->open)
		rc = responses_output_end(output, false, "");
	return rc;
}

/* In both ways: for each there is a client that does not see it. */
static int
stream_failed(void *writer, const struct error *e, struct buf *out)
{
	struct writer *w = writer;
	struct responses_state state = { .error = e };
	int rc = say_begun(w, out);

	if (rc == 0)
		rc = end_open(&w->output);
	if (rc == 0)
		rc = responses_event_error(&w->events, e, out);
	if (rc != 0)
		return rc;
	return responses_event_response(
	    &w->events, "failed", &w->object, &state, &w->output, out);
}

static int
writer_record(void *writer, struct record *ret_record)
{
	struct writer *w = writer;

	return responses_record_make(&w->record, &w->object, &w->output,
	    (struct text){ w->body.data, w->body.len }, ret_record);
}

const struct reply_ops responses_stream = {
	.new = writer_new,
	.event = writer_event,
	.ping = stream_ping,
	.end = writer_end,
	.failed = stream_failed,
	.record = writer_record,
	.free = writer_free,
};

const struct reply_ops responses_whole = {
	.new = writer_new,
	.event = writer_event,
	.end = writer_end,
	.record = writer_record,
	.free = writer_free,
};
