#include "core/chat_reply.h"

#include <errno.h>

#include "base/jsonw.h"
#include "base/sse.h"
#include "core/chat_chunk.h"
#include "core/stop_filter.h"

enum {
	TOOL_CALLS_MAX = 128,
	ID_MAX = 64,
	FINGERPRINT_MAX = 128
};

struct tool_call {
	char *id, *name;
	struct buf arguments;
};

/* One choice of the reply. */
struct choice {
	struct stop_filter filter;
	bool begun; /* stream: its role was said */
	bool ended; /* its closing chunk was said, or it failed */
	bool stopped;
	enum finish_reason finish;
	struct buf piece; /* what the filter let through of one event */
	/* not a stream: what it will say */
	struct buf content, reasoning;
	struct tool_call *calls;
	size_t n_calls;
};

struct chat_reply {
	struct chat_request *request;
	char id[ID_MAX];
	char fingerprint[FINGERPRINT_MAX];
	int64_t created;
	struct chat_chunk_form form;
	struct choice choices[CHAT_N_MAX];
	struct usage usage;
	struct api_error failure;
	bool has_content;
};

static const char *
finish_name(enum finish_reason reason)
{
	switch (reason) {
	case FINISH_TOOL_CALLS:
		return "tool_calls";
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
choice_init(struct choice *c, const struct chat_request *request)
{
	stop_filter_init(&c->filter, request->stop, request->n_stop);
	buf_init(&c->piece, CHAT_REPLY_MAX);
	buf_init(&c->content, CHAT_REPLY_MAX);
	buf_init(&c->reasoning, CHAT_REPLY_MAX);
}

static void
choice_free(struct choice *c)
{
	stop_filter_free(&c->filter);
	buf_free(&c->piece);
	buf_free(&c->content);
	buf_free(&c->reasoning);
	for (size_t i = 0; i < c->n_calls; i++) {
		free(c->calls[i].id);
		free(c->calls[i].name);
		buf_free(&c->calls[i].arguments);
	}
	free(c->calls);
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
	snprintf(r->id, sizeof(r->id), "%s", id);
	snprintf(r->fingerprint, sizeof(r->fingerprint), "%s", fingerprint);
	r->failure = (struct api_error)API_ERROR_INIT;
	for (unsigned i = 0; i < request->n; i++)
		choice_init(&r->choices[i], request);
	if (chat_chunk_form_init(&r->form, r->id, created, request->model,
		r->fingerprint, request->include_usage) != 0) {
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
	chat_request_unref(r->request);
	free(r);
}

/* ---- a stream's chunks ---- */

static int
say_role(struct chat_reply *r, unsigned i, struct buf *out)
{
	int rc = chat_chunk_open(&r->form, i, out);

	if (rc == 0)
		rc = buf_puts(out,
		    "\"role\":\"assistant\",\"content\":\"\","
		    "\"refusal\":null");
	if (rc == 0)
		rc = chat_chunk_close(&r->form, NULL, out);
	return rc;
}

/* Clients drop what comes in a stream before the role. */
static int
open_chunk(struct chat_reply *r, unsigned i, struct buf *out)
{
	int rc = 0;

	if (!r->choices[i].begun)
		rc = say_role(r, i, out);
	r->choices[i].begun = true;
	return rc != 0 ? rc : chat_chunk_open(&r->form, i, out);
}

static int
say_text(struct chat_reply *r, unsigned i, const char *member, const char *text,
    size_t len, struct buf *out)
{
	int rc;

	if (len == 0)
		return 0;
	r->has_content = true;
	rc = open_chunk(r, i, out);
	if (rc == 0)
		rc = buf_printf(out, "\"%s\":", member);
	if (rc == 0)
		rc = jsonw_string(out, text, len);
	return rc != 0 ? rc : chat_chunk_close(&r->form, NULL, out);
}

static int
say_tool_call(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	int rc = open_chunk(r, i, out);

	r->has_content = true;
	if (rc == 0)
		rc = buf_printf(
		    out, "\"tool_calls\":[{\"index\":%u,\"id\":", e->call);
	if (rc == 0)
		rc = jsonw_cstring(out, event_tool_id(e));
	if (rc == 0)
		rc = buf_puts(
		    out, ",\"type\":\"function\",\"function\":{\"name\":");
	if (rc == 0)
		rc = jsonw_cstring(out, event_tool_name(e));
	if (rc == 0)
		rc = buf_puts(out, ",\"arguments\":\"\"}}]");
	return rc != 0 ? rc : chat_chunk_close(&r->form, NULL, out);
}

static int
say_tool_arguments(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	int rc = open_chunk(r, i, out);

	if (rc == 0)
		rc = buf_printf(out,
		    "\"tool_calls\":[{\"index\":%u,\"function\":"
		    "{\"arguments\":",
		    e->call);
	if (rc == 0)
		rc = jsonw_string(out, e->text, e->len);
	if (rc == 0)
		rc = buf_puts(out, "}}]");
	return rc != 0 ? rc : chat_chunk_close(&r->form, NULL, out);
}

static int
say_end(struct chat_reply *r, unsigned i, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = 0;

	c->ended = true;
	if (!r->request->stream)
		return 0;
	rc = open_chunk(r, i, out);
	return rc != 0
	    ? rc
	    : chat_chunk_close(&r->form, finish_name(c->finish), out);
}

/* ---- a body's contents ---- */

static int
keep_tool_call(struct choice *c, const struct event *e)
{
	struct tool_call *calls, *call;

	if (c->n_calls == TOOL_CALLS_MAX)
		return -EMSGSIZE;
	calls = reallocarray(
	    c->calls, c->n_calls + 1, sizeof(struct tool_call));
	if (calls == NULL)
		return -ENOMEM;
	c->calls = calls;
	call = &calls[c->n_calls];
	buf_init(&call->arguments, CHAT_REPLY_MAX);
	call->id = strdup(event_tool_id(e));
	call->name = strdup(event_tool_name(e));
	c->n_calls++;
	return call->id == NULL || call->name == NULL ? -ENOMEM : 0;
}

static int
keep_tool_arguments(struct choice *c, const struct event *e)
{
	if (e->call >= c->n_calls)
		return 0;
	return buf_append(&c->calls[e->call].arguments, e->text, e->len);
}

/* ---- events ---- */

static int
hand_on_content(struct chat_reply *r, unsigned i, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc;

	if (r->request->stream)
		rc = say_text(
		    r, i, "content", c->piece.data, c->piece.len, out);
	else
		rc = c->piece.len == 0
		    ? 0
		    : buf_append(&c->content, c->piece.data, c->piece.len);
	buf_reset(&c->piece);
	return rc;
}

static int
end_choice(struct chat_reply *r, unsigned i, enum finish_reason reason,
    struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = stop_filter_finish(&c->filter, &c->piece);

	if (rc == 0)
		rc = hand_on_content(r, i, out);
	c->finish = reason;
	return rc != 0 ? rc : say_end(r, i, out);
}

static int
on_content(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	struct choice *c = &r->choices[i];
	int rc = stop_filter_feed(&c->filter, e->text, e->len, &c->piece);

	if (rc == 0)
		rc = hand_on_content(r, i, out);
	if (rc != 0 || !c->filter.stopped)
		return rc;
	c->stopped = true;
	return end_choice(r, i, FINISH_STOP, out);
}

static int
on_reasoning(
    struct chat_reply *r, unsigned i, const struct event *e, struct buf *out)
{
	if (r->request->stream)
		return say_text(
		    r, i, "reasoning_content", e->text, e->len, out);
	return buf_append(&r->choices[i].reasoning, e->text, e->len);
}

static void
add_usage(struct usage *sum, const struct usage *u)
{
	sum->input += u->input;
	sum->cached_input += u->cached_input;
	sum->output += u->output;
	sum->reasoning_output += u->reasoning_output;
}

static void
on_failed(struct chat_reply *r, unsigned i, const struct api_error *error)
{
	r->choices[i].ended = true;
	if (r->failure.kind != API_ERROR_NONE)
		return;
	if (error->param != NULL)
		api_error_set_param(&r->failure, error->kind, error->param,
		    "%s", error->message != NULL ? error->message : "");
	else
		api_error_set(&r->failure, error->kind, "%s",
		    error->message != NULL ? error->message
					   : api_error_code(error->kind));
	r->failure.retry_after = error->retry_after;
}

int
chat_reply_event(struct chat_reply *r, unsigned choice, const struct event *e,
    struct buf *out)
{
	struct choice *c = &r->choices[choice];
	bool stream = r->request->stream;

	/* A stop string may have ended the choice before its numbers came. */
	if (e->kind == EVENT_USAGE)
		add_usage(&r->usage, &e->usage);
	if (c->ended)
		return 0;
	switch (e->kind) {
	case EVENT_CONTENT:
		return on_content(r, choice, e, out);
	case EVENT_REASONING:
		return on_reasoning(r, choice, e, out);
	case EVENT_TOOL_CALL:
		return stream ? say_tool_call(r, choice, e, out)
			      : keep_tool_call(c, e);
	case EVENT_TOOL_ARGUMENTS:
		return stream ? say_tool_arguments(r, choice, e, out)
			      : keep_tool_arguments(c, e);
	case EVENT_FINISHED:
		return end_choice(r, choice, e->finish, out);
	case EVENT_FAILED:
		on_failed(r, choice, &e->error);
		return 0;
	case EVENT_USAGE:
		break;
	}
	return 0;
}

bool
chat_reply_done(const struct chat_reply *r)
{
	if (r->failure.kind != API_ERROR_NONE)
		return true;
	for (unsigned i = 0; i < r->request->n; i++) {
		if (!r->choices[i].ended)
			return false;
	}
	return true;
}

const struct api_error *
chat_reply_failure(const struct chat_reply *r)
{
	return r->failure.kind != API_ERROR_NONE ? &r->failure : NULL;
}

bool
chat_reply_stopped(const struct chat_reply *r, unsigned choice)
{
	return r->choices[choice].stopped;
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

/* ---- the rest of a stream ---- */

int
chat_reply_ping(struct chat_reply *r, struct buf *out)
{
	for (unsigned i = 0; i < r->request->n; i++) {
		struct choice *c = &r->choices[i];

		if (c->ended)
			continue;
		c->begun = true;
		return say_role(r, i, out);
	}
	return 0;
}

static int
say_failure(struct chat_reply *r, struct buf *out)
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

	if (r->failure.kind != API_ERROR_NONE)
		return say_failure(r, out);
	if (r->request->include_usage)
		rc = chat_chunk_usage(&r->form, &r->usage, out);
	return rc != 0 ? rc : sse_data(out, "[DONE]");
}

/* ---- the body ---- */

static int
body_tool_calls(const struct choice *c, struct buf *out)
{
	int rc = buf_puts(out, ",\"tool_calls\":[");

	for (size_t i = 0; rc == 0 && i < c->n_calls; i++) {
		const struct tool_call *call = &c->calls[i];

		rc = buf_puts(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		if (rc == 0)
			rc = jsonw_cstring(out, call->id);
		if (rc == 0)
			rc = buf_puts(out,
			    ",\"type\":\"function\",\"function\":{\"name\":");
		if (rc == 0)
			rc = jsonw_cstring(out, call->name);
		if (rc == 0)
			rc = buf_puts(out, ",\"arguments\":");
		if (rc == 0)
			rc = jsonw_string(
			    out, call->arguments.data, call->arguments.len);
		if (rc == 0)
			rc = buf_puts(out, "}}");
	}
	return rc != 0 ? rc : buf_puts(out, "]");
}

static int
body_message(const struct choice *c, struct buf *out)
{
	int rc = buf_puts(out, "{\"role\":\"assistant\",\"content\":");

	if (rc == 0)
		rc = c->content.len == 0 && c->n_calls > 0
		    ? buf_puts(out, "null")
		    : jsonw_string(out, c->content.data, c->content.len);
	if (rc == 0)
		rc = buf_puts(out, ",\"refusal\":null");
	if (rc == 0 && c->reasoning.len > 0) {
		rc = buf_puts(out, ",\"reasoning_content\":");
		if (rc == 0)
			rc = jsonw_string(
			    out, c->reasoning.data, c->reasoning.len);
	}
	if (rc == 0 && c->n_calls > 0)
		rc = body_tool_calls(c, out);
	return rc != 0 ? rc : buf_puts(out, "}");
}

static int
body_choice(const struct choice *c, unsigned i, struct buf *out)
{
	int rc = buf_printf(
	    out, "%s{\"index\":%u,\"message\":", i > 0 ? "," : "", i);

	if (rc == 0)
		rc = body_message(c, out);
	if (rc == 0)
		rc = buf_printf(out,
		    ",\"logprobs\":null,\"finish_reason\":\"%s\"}",
		    finish_name(c->finish));
	return rc;
}

int
chat_reply_body(struct chat_reply *r, struct buf *out)
{
	int rc = buf_puts(out, "{");

	if (rc == 0)
		rc = chat_chunk_identity(out, r->id, "chat.completion",
		    r->created, r->request->model, r->fingerprint);
	if (rc == 0)
		rc = buf_puts(out, ",\"choices\":[");
	for (unsigned i = 0; rc == 0 && i < r->request->n; i++)
		rc = body_choice(&r->choices[i], i, out);
	if (rc == 0)
		rc = buf_puts(out, "],\"usage\":");
	if (rc == 0)
		rc = chat_usage_json(&r->usage, out);
	return rc != 0 ? rc : buf_puts(out, "}\n");
}
