#include "http/http_chat.h"

#include <errno.h>

#include "base/clock.h"
#include "http/body_parser.h"
#include "http/chat_jobs.h"
#include "http/http_reply.h"
#include "http/http_stream.h"
#include "runtime/random_id.h"
#include "runtime/root.h"

/* What may wait in a stream's buffer is what its jobs may have waiting, as
 * JSON in which each byte may take six. */
#define STREAM_BUFFER_MAX (6 * JOB_BACKLOG_MAX)

struct chat {
	struct http_request *http;
	struct body_task task; /* parsing */
	bool parsing;
	struct chat_request *request;
	struct chat_jobs jobs;
	struct chat_reply *reply;
	struct http_stream stream;
	bool streaming; /* the SSE response is queued */
	bool last_words; /* chat_reply_end was appended */
	int64_t next_ping; /* CLOCK_NEVER: not a stream, or off */
};

static struct chat *
state(struct http_request *r)
{
	return r->state;
}

static void
fail(struct http_request *r, enum api_error_kind kind, const char *message)
{
	struct api_error e = API_ERROR_INIT;

	api_error_set(&e, kind, "%s", message);
	http_reply_error(r, &e);
	api_error_free(&e);
}

static void
fail_out_of_memory(struct http_request *r)
{
	fail(r, API_ERROR_INTERNAL, "The server is out of memory.");
}

static struct chat_reply *
make_reply(struct chat *c)
{
	struct engine *engine = dispatch_engine(c->http->context->dispatch);
	char id[48], fingerprint[128];

	random_id(id, sizeof(id), "chatcmpl-", 12);
	engine->ops->fingerprint(engine, fingerprint, sizeof(fingerprint));
	return chat_reply_new(
	    c->request, id, clock_unix_seconds(), fingerprint);
}

/*
 * The default is the operator's own word: it needs no root around it, and so
 * no look at its links either, which would be a call a component.
 */
static int
default_cwd(const struct settings *s, char **ret_cwd)
{
	*ret_cwd = strdup(s->default_cwd);
	return *ret_cwd != NULL ? 0 : -ENOMEM;
}

static int
resolve_cwd(struct chat *c, char **ret_cwd, struct api_error *ret_error)
{
	const struct settings *s = c->http->context->settings;
	struct latency *l = c->http->latency;
	int64_t start = clock_now();
	int rc = c->request->cwd == NULL
	    ? default_cwd(s, ret_cwd)
	    : root_resolve(c->request->cwd, &s->allowed_root, ret_cwd);

	phase_add(&l->http, PHASE_CWD_RESOLVE, start);
	if (rc == 0 || rc == -ENOMEM)
		return rc;
	return api_error_set_param(ret_error, API_ERROR_CWD_NOT_ALLOWED,
	    "metadata.cwd",
	    "metadata.cwd must be the absolute path of an existing directory "
	    "inside an allowed root (--allowed-root).");
}

static int64_t
ping_after(const struct chat *c)
{
	int64_t interval = c->http->context->settings->sse_ping;

	if (!c->request->stream || interval == 0)
		return CLOCK_NEVER;
	return clock_after(interval);
}

/* Notes when the first SSE chunk, and the first with content, go out. */
static void
note_first(struct chat *c)
{
	struct latency *l = c->http->latency;

	if (l->first_sse == 0)
		latency_first_sse(l);
	if (l->first_content_sse == 0 && chat_reply_has_content(c->reply)) {
		l->first_content_sse = clock_now();
		histogram_observe(&c->http->context->stats->first_token,
		    l->first_content_sse - l->started);
	}
}

/* The closing chunks, or the error object; then the request is decided. */
static int
say_last_words(struct chat *c, struct buf *out)
{
	const struct api_error *failure = chat_reply_failure(c->reply);

	if (failure != NULL)
		c->http->outcome = failure->kind;
	c->last_words = true;
	return chat_reply_end(c->reply, out);
}

/* All that a stream has to say now goes to `out`. */
static int
stream_step(struct chat *c, struct buf *out)
{
	size_t before = out->len;
	int64_t start = clock_now();
	int rc = chat_jobs_read(&c->jobs, c->reply, out);

	if (rc == 0 && chat_reply_done(c->reply))
		rc = say_last_words(c, out);
	else if (rc == 0 && out->len == before && start >= c->next_ping)
		rc = chat_reply_ping(c->reply, out);
	if (rc != 0)
		return rc;
	if (out->len > before) {
		phase_add(&c->http->latency->http, PHASE_RESPONSE_BUILD, start);
		note_first(c);
		c->next_ping = ping_after(c);
	} else {
		chat_jobs_wake_at(&c->jobs, c->next_ping);
	}
	return 0;
}

static enum http_stream_result
fill_stream(void *arg, struct buf *out)
{
	struct chat *c = arg;

	if (chat_jobs_client_gone(&c->jobs))
		return HTTP_STREAM_BROKEN;
	if (c->last_words)
		return HTTP_STREAM_ENDED;
	if (stream_step(c, out) != 0) {
		c->http->outcome = API_ERROR_INTERNAL;
		return HTTP_STREAM_BROKEN;
	}
	return c->last_words ? HTTP_STREAM_ENDED : HTTP_STREAM_MORE;
}

/*
 * Before the status line: a failure that comes before any output gets a real
 * HTTP status. True when a response is queued.
 */
static bool
start_stream(struct chat *c)
{
	struct buf *out = &c->stream.out;
	const struct api_error *failure;
	int rc = chat_jobs_read(&c->jobs, c->reply, out);

	failure = chat_reply_failure(c->reply);
	if (rc != 0) {
		fail_out_of_memory(c->http);
		return true;
	}
	if (failure != NULL && out->len == 0) {
		http_reply_error(c->http, failure);
		return true;
	}
	rc = stream_step(c, out);
	if (rc != 0)
		fail_out_of_memory(c->http);
	else if (out->len > 0)
		http_stream_start(&c->stream);
	c->streaming = out->len > 0;
	return rc != 0 || c->streaming;
}

static void
reply_body(struct chat *c)
{
	int64_t start = clock_now();
	struct buf body;

	buf_init(&body, CHAT_REPLY_MAX);
	if (chat_reply_body(c->reply, &body) == 0)
		http_reply(c->http, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		fail_out_of_memory(c->http);
	buf_free(&body);
	phase_add(&c->http->latency->http, PHASE_RESPONSE_BUILD, start);
}

/* True when a response is queued. */
static bool
finish_body(struct chat *c)
{
	int rc = chat_jobs_read(&c->jobs, c->reply, &c->stream.out);

	if (rc != 0) {
		fail_out_of_memory(c->http);
		return true;
	}
	if (!chat_reply_done(c->reply)) {
		chat_jobs_wake_at(&c->jobs, CLOCK_NEVER);
		return false;
	}
	if (chat_reply_failure(c->reply) != NULL)
		http_reply_error(c->http, chat_reply_failure(c->reply));
	else
		reply_body(c);
	return true;
}

/* Answers as far as one can, then parks. */
static void
advance(struct chat *c)
{
	for (;;) {
		if (chat_jobs_client_gone(&c->jobs)) {
			c->http->abort = true;
			return;
		}
		if (c->request->stream ? start_stream(c) : finish_body(c))
			return;
		if (http_park_suspend(&c->http->park))
			return;
	}
}

static int
submit(struct chat *c, struct api_error *ret_error)
{
	struct engine *engine = dispatch_engine(c->http->context->dispatch);
	char *cwd = NULL;
	int rc = engine->ops->accept(engine, c->request, ret_error);

	if (rc == 0)
		rc = resolve_cwd(c, &cwd, ret_error);
	if (rc == 0) {
		c->reply = make_reply(c);
		rc = c->reply != NULL ? 0 : -ENOMEM;
	}
	if (rc == 0)
		rc = chat_jobs_init(&c->jobs, c->http, c->request, cwd);
	if (rc == 0)
		rc = chat_jobs_submit(&c->jobs, ret_error);
	free(cwd);
	return rc;
}

/* The body has become a request. */
static void
run(struct chat *c)
{
	struct api_error error = API_ERROR_INIT;
	struct latency *l = c->http->latency;
	int rc;

	l->stream = c->request->stream;
	snprintf(l->model, sizeof(l->model), "%s", c->request->model);
	c->next_ping = ping_after(c);
	rc = submit(c, &error);
	if (rc == -ENOMEM)
		fail_out_of_memory(c->http);
	else if (rc != 0)
		http_reply_error(c->http, &error);
	else
		advance(c);
	api_error_free(&error);
}

/* Takes over what the parser made of the body. */
static void
parsed(struct chat *c)
{
	struct body_task *t = &c->task;

	c->parsing = false;
	buf_free(&c->http->body);
	if (t->rc != 0) {
		http_reply_error(c->http, &t->error);
		return;
	}
	c->request = t->request;
	t->request = NULL;
	run(c);
}

void
http_chat_begin(struct http_request *r)
{
	struct chat *c = calloc(1, sizeof(*c));
	struct body_task *t;

	if (c == NULL) {
		fail_out_of_memory(r);
		return;
	}
	r->state = c;
	c->http = r;
	http_stream_init(&c->stream, r, STREAM_BUFFER_MAX, fill_stream, c);
	t = &c->task;
	t->body = r->body.len > 0 ? r->body.data : "";
	t->len = r->body.len;
	t->park = &r->park;
	/* During the drain nothing parks any more; parsing is short enough. */
	c->parsing = t->len > BODY_PARSER_THRESHOLD &&
	    !atomic_load(&r->context->draining) &&
	    body_parser_submit(r->context->parser, t) == 0;
	if (c->parsing && http_park_suspend(&r->park))
		return;
	if (!c->parsing)
		t->rc = chat_request_parse(
		    t->body, t->len, &t->request, &t->error);
	parsed(c);
}

void
http_chat_resume(struct http_request *r)
{
	struct chat *c = state(r);

	if (c->parsing)
		parsed(c);
	else
		advance(c);
}

void
http_chat_end(struct http_request *r)
{
	struct chat *c = state(r);
	struct usage usage;

	if (c == NULL)
		return;
	if (c->reply != NULL) {
		chat_jobs_free(&c->jobs);
		usage = chat_reply_usage(c->reply);
		stats_tokens(r->context->stats, &usage);
		if (r->key != NULL) {
			counter_add(&r->key->tokens_input, usage.input);
			counter_add(&r->key->tokens_output, usage.output);
		}
	}
	chat_reply_free(c->reply);
	chat_request_unref(c->request);
	chat_request_unref(c->task.request);
	api_error_free(&c->task.error);
	http_stream_free(&c->stream);
	free(c);
	r->state = NULL;
}
