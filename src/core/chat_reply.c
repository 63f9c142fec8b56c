#include "core/chat_reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/sse.h"
#include "core/chat_body.h"
#include "core/chat_chunk.h"
#include "core/stop_filter.h"

struct choice {
	struct stop_filter filter;
	struct buf piece; /* what the filter let through of one event */
	struct chat_body body; /* not a stream: what it will say */
	bool has_role; /* stream: its first chunk was made */
	bool ended; /* stream: its closing chunk was made; or it failed */
	enum finish_reason finish;
};

struct chat_reply {
	struct chat_request *request;
	char *id;
	char *fingerprint;
	int64_t created;
	struct chat_chunk_form form;
	struct choice choices[CHAT_N_MAX];
	size_t room; /* shared by the bodies */
	struct usage usage;
	struct api_error failure;
	bool has_content;
};

static const char *
finish_name(const struct chat_reply *r, enum finish_reason reason)
{
	switch (reason) {
	case FINISH_TOOL_CALLS:
		return r->request->old_functions ? "function_call"
						 : "tool_calls";
	case FINISH_LENGTH:
		return "length";
	case FINISH_CONTENT_FILTER:
		return "content_filter";
	case FINISH_STOP:
	case FINISH_NONE:
		break;
	}
	return "stop";
}

static void
choice_init(struct choice *c, struct chat_reply *r)
{
	stop_filter_init(&c->filter, r->request->stop, r->request->n_stop);
	buf_init(&c->piece, STOP_FILTER_HELD_MAX);
	chat_body_init(&c->body, r->request->old_functions, &r->room);
}

static void
choice_free(struct choice *c)
{
	stop_filter_free(&c->filter);
	buf_free(&c->piece);
	chat_body_free(&c->body);
}

struct chat_reply *
chat_reply_new(struct chat_request *request, const char *id, int64_t created,
    const char *fingerprint)
{
	struct chat_reply *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->request = chat_request_ref(request);
	r->created = created;
	r->room = CHAT_REPLY_MAX;
	r->failure = (struct api_error)API_ERROR_INIT;
	for (unsigned i = 0; i < request->n; i++)
		choice_init(&r->choices[i], r);
	r->id = strdup(id);
	r->fingerprint = strdup(fingerprint);
	if (r->id == NULL || r->fingerprint == NULL ||
	    chat_chunk_form_init(&r->form, id, created, request->model,
		fingerprint, request->include_usage,
		request->old_functions) != 0) {
		chat_reply_free(r);
		return NULL;
	}
	return r;
}

void
chat_reply_free(struct chat_reply *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->request->n; i++)
		choice_free(&r->choices[i]);
	chat_chunk_form_free(&r->form);
	api_error_free(&r->failure);
	free(r->id);
	free(r->fingerprint);
	chat_request_unref(r->request);
	free(r);
}

/* Clients drop what comes in a stream before the role. */
static int
say_role_once(struct chat_reply *r, unsigned i, struct buf *out)
{
	if (r->choices[i].has_role)
		return 0;
	r->choices[i].has_role = true;
	return chat_chunk_role(&r->form, i, out);
}

static int
add_text(struct chat_reply *r, unsigned i, enum event_kind kind,
    const char *text, size_t len, struct buf *out)
{
	struct chat_body *body = &r->choices[i].body;
	int rc;

	if (len == 0)
		return 0;
	r->has_content = true;
	if (!r->request->stream)
		return kind == EVENT_REASONING
		    ? chat_body_reasoning(body, text, len)
		    : chat_body_content(body, text, len);
	rc = say_role_once(r, i, out);
	if (rc == 0)
		rc = chat_chunk_text(&r->form, i, kind, text, len, out);
	return rc;
}

static int
add_tool_call(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	int rc;

	r->has_content = true;
	if (!r->request->stream)
		return chat_body_tool_call(&r->choices[i].body, e);
	rc = say_role_once(r, i, out);
	return rc != 0 ? rc : chat_chunk_tool_call(&r->form, i, e, out);
}

static int
add_tool_arguments(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	int rc;

	r->has_content = true;
	if (!r->request->stream)
		return chat_body_tool_arguments(&r->choices[i].body, e);
	rc = say_role_once(r, i, out);
	return rc != 0 ? rc : chat_chunk_tool_arguments(&r->form, i, e, out);
}

/* Hands on what the stop filter has let through. */
static int
add_piece(struct chat_reply *r, unsigned i, struct buf *out)
{
	struct buf *piece = &r->choices[i].piece;
	int rc = add_text(r, i, EVENT_CONTENT, piece->data, piece->len, out);

	buf_reset(piece);
	return rc;
}

/* What a stop string has left of a JSON document is none. */
static bool
is_cut_document(const struct chat_reply *r, unsigned i)
{
	return r->request->format != CHAT_FORMAT_TEXT &&
	    r->choices[i].filter.stopped;
}

static int
end_choice(struct chat_reply *r, unsigned i, enum finish_reason reason,
    struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = stop_filter_finish(&c->filter, &c->piece);

	if (rc == 0)
		rc = add_piece(r, i, out);
	if (rc != 0)
		return rc;
	c->ended = true;
	if (is_cut_document(r, i)) {
		api_error_set_param(&r->failure, API_ERROR_INVALID_VALUE,
		    "stop",
		    "A stop string has cut the JSON document that "
		    "response_format asks for.");
		return 0;
	}
	/* Only the filter knows that a stop string has cut. */
	c->finish = c->filter.stopped ? FINISH_STOP : reason;
	if (!r->request->stream)
		return 0;
	rc = say_role_once(r, i, out);
	if (rc != 0)
		return rc;
	return chat_chunk_finish(&r->form, i, finish_name(r, c->finish), out);
}

static int
add_content(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = stop_filter_feed(&c->filter, e->text, e->len, &c->piece);

	if (rc == 0)
		rc = add_piece(r, i, out);
	if (rc != 0 || !c->filter.stopped)
		return rc;
	return end_choice(r, i, FINISH_STOP, out);
}

static void
add_usage(struct usage *sum, const struct usage *u)
{
	sum->input += u->input;
	sum->cached_input += u->cached_input;
	sum->output += u->output;
	sum->reasoning_output += u->reasoning_output;
}

static int
take_event(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	switch (e->kind) {
	case EVENT_CONTENT:
		return add_content(r, i, e, out);
	case EVENT_REASONING:
		return add_text(r, i, e->kind, e->text, e->len, out);
	case EVENT_TOOL_CALL:
		return add_tool_call(r, i, e, out);
	case EVENT_TOOL_ARGUMENTS:
		return add_tool_arguments(r, i, e, out);
	case EVENT_FINISHED:
		return end_choice(r, i, e->finish, out);
	case EVENT_FAILED:
		r->choices[i].ended = true;
		api_error_copy(&r->failure, &e->error);
		return 0;
	case EVENT_USAGE:
		break;
	}
	return 0;
}

int
chat_reply_event(struct chat_reply *r, unsigned choice, const struct event *e,
    struct buf *out)
{
	size_t before = out->len;
	int rc;

	BUG_ON(choice >= r->request->n);
	/* The numbers may come after a stop string or a failure. */
	if (e->kind == EVENT_USAGE)
		add_usage(&r->usage, &e->usage);
	if (r->choices[choice].ended || chat_reply_failure(r) != NULL)
		return 0;
	rc = take_event(r, choice, e, out);
	/* Never half a chunk. */
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

/* The first choice that still runs, or their number. */
static unsigned
first_running(const struct chat_reply *r)
{
	unsigned i = 0;

	while (i < r->request->n && r->choices[i].ended)
		i++;
	return i;
}

bool
chat_reply_done(const struct chat_reply *r)
{
	return chat_reply_failure(r) != NULL ||
	    first_running(r) == r->request->n;
}

const struct api_error *
chat_reply_failure(const struct chat_reply *r)
{
	return r->failure.kind != API_ERROR_NONE ? &r->failure : NULL;
}

bool
chat_reply_stopped(const struct chat_reply *r, unsigned choice)
{
	BUG_ON(choice >= r->request->n);
	return r->choices[choice].filter.stopped;
}

struct usage
chat_reply_usage(const struct chat_reply *r)
{
	return r->usage;
}

bool
chat_reply_has_content(const struct chat_reply *r)
{
	return r->has_content;
}

int
chat_reply_ping(struct chat_reply *r, struct buf *out)
{
	unsigned i = first_running(r);
	size_t before = out->len;
	int rc;

	if (chat_reply_done(r))
		return 0;
	r->choices[i].has_role = true;
	rc = chat_chunk_role(&r->form, i, out);
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

static int
say_failure(const struct chat_reply *r, struct buf *out)
{
	int rc = sse_open(out);

	if (rc == 0)
		rc = api_error_json(&r->failure, out);
	return rc != 0 ? rc : sse_close(out);
}

int
chat_reply_end(struct chat_reply *r, struct buf *out)
{
	int rc = 0;

	if (chat_reply_failure(r) != NULL)
		return say_failure(r, out);
	if (r->request->include_usage)
		rc = chat_chunk_usage(&r->form, &r->usage, out);
	return rc != 0 ? rc : sse_data(out, "[DONE]");
}

static int
choices_json(const struct chat_reply *r, struct buf *out)
{
	int rc = buf_puts(out, ",\"choices\":[");

	for (unsigned i = 0; rc == 0 && i < r->request->n; i++) {
		const struct choice *c = &r->choices[i];

		if (i > 0)
			rc = buf_putc(out, ',');
		if (rc == 0)
			rc = chat_body_choice(
			    &c->body, i, finish_name(r, c->finish), out);
	}
	return rc != 0 ? rc : buf_putc(out, ']');
}

int
chat_reply_body(struct chat_reply *r, struct buf *out)
{
	int rc = buf_putc(out, '{');

	if (rc == 0)
		rc = chat_identity_json(out, r->id, "chat.completion",
		    r->created, r->request->model, r->fingerprint);
	if (rc == 0)
		rc = choices_json(r, out);
	if (rc == 0)
		rc = buf_puts(out, ",\"usage\":");
	if (rc == 0)
		rc = chat_usage_json(&r->usage, out);
	return rc != 0 ? rc : buf_puts(out, "}\n");
}
