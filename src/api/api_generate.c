#include "api/api_generate.h"

#include <errno.h>

#include "api/api.h"
#include "api/api_cwd.h"
#include "api/api_jobs.h"
#include "api/api_pick.h"
#include "api/api_recall.h"
#include "api/api_unread.h"
#include "base/clock.h"
#include "base/limits.h"
#include "dialect/session.h"
#include "http/http_reply.h"
#include "http/http_route.h"
#include "http/http_stream.h"
#include "system/random_id.h"

struct generate {
	struct http_request *http;
	const struct dialect *dialect;
	struct api_parser_task task; /* has the request and its form */
	bool parsing; /* parked for it */
	struct generation *request;
	struct form *form;
	struct api_recall recall;
	bool recalling; /* what it refers to; parked */
	struct api_pick pick;
	struct api_cwd cwd;
	bool resolving; /* of its working directory; parked */
	struct api_jobs jobs;
	struct reply *reply;
	int64_t created; /* the reply, Unix seconds */
	struct http_stream stream;
	bool streaming; /* the SSE response is queued */
	bool last_words; /* reply_end was called */
	int64_t next_ping; /* CLOCK_NEVER: not a stream, or off */
	struct api_unread unread;
};

static struct generate *
state(struct http_request *r)
{
	return r->state;
}

static struct reply *
make_reply(struct generate *g)
{
	char id[48], fingerprint[128];
	struct identity identity = { .id = id,
		.created = g->created,
		.fingerprint = fingerprint,
		.request_id = g->http->id };

	random_id(id, sizeof(id), "", 12);
	engines_fingerprint(
	    api_of(g->http)->engines, fingerprint, sizeof(fingerprint));
	return reply_new(g->dialect, g->request, g->form, &identity);
}

static int64_t
ping_after(const struct generate *g)
{
	int64_t interval = g->http->context->settings->sse_ping;

	if (!g->form->stream || interval == 0)
		return CLOCK_NEVER;
	return clock_after(interval);
}

/* Notes when the first SSE chunk, and the first with content, go out. */
static void
note_first(struct generate *g)
{
	struct latency *l = g->http->latency;

	if (l->first_sse == 0)
		latency_first_sse(l);
	if (l->first_content_sse == 0 && reply_has_content(g->reply)) {
		l->first_content_sse = clock_now();
		latency_reach(l, JOURNAL_FIRST);
		histogram_observe(&g->http->context->stats->first_token,
		    l->first_content_sse - l->started);
	}
}

/* Before the caller can refer to it. */
static void
keep(struct generate *g)
{
	api_recall_keep(&g->recall, g->http, g->reply, g->created);
}

/* The closing chunks, or the error object; then the request is decided. */
static int
say_last_words(struct generate *g, struct buf *out)
{
	const struct error *failure = reply_failure(g->reply);
	int rc;

	if (failure != NULL)
		g->http->outcome = failure->kind;
	g->last_words = true;
	rc = reply_end(g->reply, out);
	if (rc == 0)
		keep(g);
	return rc;
}

/* All that a stream has to say now goes to `out`. */
static int
stream_step(struct generate *g, struct buf *out)
{
	size_t before = out->len;
	int64_t start = clock_now();
	int rc = api_jobs_read(&g->jobs, g->reply, out);

	if (rc == 0 && reply_done(g->reply))
		rc = say_last_words(g, out);
	else if (rc == 0 && out->len == before && start >= g->next_ping)
		rc = reply_ping(g->reply, out);
	if (rc != 0)
		return rc;
	if (out->len > before) {
		phase_add(&g->http->latency->http, PHASE_RESPONSE_BUILD, start);
		note_first(g);
		g->next_ping = ping_after(g);
	} else {
		api_jobs_wake_at(&g->jobs, g->next_ping);
	}
	return 0;
}

static enum http_stream_result
fill_stream(void *arg, struct buf *out)
{
	struct generate *g = arg;

	api_unread_set(&g->unread, 0);
	if (api_jobs_client_gone(&g->jobs))
		return HTTP_STREAM_BROKEN;
	if (g->last_words)
		return HTTP_STREAM_ENDED;
	if (stream_step(g, out) != 0) {
		g->http->outcome = ERROR_INTERNAL;
		return HTTP_STREAM_BROKEN;
	}
	api_unread_set(&g->unread, out->len);
	return g->last_words ? HTTP_STREAM_ENDED : HTTP_STREAM_MORE;
}

/*
 * Before the status line: a failure that comes before any output gets a real
 * HTTP status. True when a response is queued.
 */
static bool
start_stream(struct generate *g)
{
	struct buf *out = &g->stream.out;
	const struct error *failure;
	int rc = api_jobs_read(&g->jobs, g->reply, out);

	failure = reply_failure(g->reply);
	if (rc != 0) {
		http_reply_no_memory(g->http);
		return true;
	}
	if (failure != NULL && out->len == 0) {
		http_reply_error(g->http, failure);
		return true;
	}
	rc = stream_step(g, out);
	if (rc != 0)
		http_reply_no_memory(g->http);
	else if (out->len > 0)
		http_stream_start(&g->stream);
	g->streaming = out->len > 0;
	api_unread_set(&g->unread, out->len);
	return rc != 0 || g->streaming;
}

static void
reply_body(struct generate *g)
{
	int64_t start = clock_now();
	struct buf body;

	buf_init(&body, LIMIT_REPLY);
	if (reply_end(g->reply, &body) != 0) {
		http_reply_no_memory(g->http);
	} else if (!api_unread_take(&g->unread, body.len)) {
		http_reply_kind(g->http, ERROR_OVERLOADED,
		    "Clients have left too much of their answers unread for "
		    "this one to be kept, too.");
	} else {
		keep(g);
		http_reply(g->http, MHD_HTTP_OK, HTTP_JSON, &body);
	}
	buf_free(&body);
	phase_add(&g->http->latency->http, PHASE_RESPONSE_BUILD, start);
}

/* True when a response is queued. */
static bool
finish_body(struct generate *g)
{
	int rc = api_jobs_read(&g->jobs, g->reply, &g->stream.out);

	if (rc != 0) {
		http_reply_no_memory(g->http);
		return true;
	}
	if (reply_has_content(g->reply))
		latency_reach(g->http->latency, JOURNAL_FIRST);
	if (!reply_done(g->reply)) {
		api_jobs_wake_at(&g->jobs, CLOCK_NEVER);
		return false;
	}
	if (reply_failure(g->reply) != NULL)
		http_reply_error(g->http, reply_failure(g->reply));
	else
		reply_body(g);
	return true;
}

/* Answers as far as one can, then parks. */
static void
advance(struct generate *g)
{
	for (;;) {
		if (api_jobs_client_gone(&g->jobs)) {
			g->http->abort = true;
			return;
		}
		if (g->form->stream ? start_stream(g) : finish_body(g))
			return;
		if (http_park_suspend(&g->http->park))
			return;
	}
}

static int
submit(struct generate *g, const char *cwd, struct error *ret_error)
{
	int rc;

	g->created = clock_unix_seconds();
	g->reply = make_reply(g);
	if (g->reply == NULL)
		return -ENOMEM;
	rc = api_jobs_init(&g->jobs, g->http, g->request, cwd, &g->pick);
	return rc != 0 ? rc : api_jobs_submit(&g->jobs, ret_error);
}

/* Before there is a reply that would name the field in its dialect's words. */
static void
refuse(struct generate *g, int rc, struct error *e)
{
	dialect_name_fault(g->dialect, g->request, g->form, e);
	if (rc == -ENOMEM)
		http_reply_no_memory(g->http);
	else
		http_reply_error(g->http, e);
}

/* The working directory is known. */
static void
run_in(struct generate *g, const char *cwd)
{
	struct error error = ERROR_INIT;
	int rc = submit(g, cwd, &error);

	if (rc != 0)
		refuse(g, rc, &error);
	else
		advance(g);
	error_free(&error);
}

/* Parks until the working directory is known. */
static void
await_cwd(struct generate *g)
{
	struct error error = ERROR_INIT;
	enum api_cwd_state state;
	char *cwd = NULL;

	do
		state = api_cwd_look(&g->cwd, &cwd, &error);
	while (state == API_CWD_WAITING && !http_park_suspend(&g->http->park));
	if (state == API_CWD_WAITING)
		return;
	g->resolving = false;
	api_cwd_end(&g->cwd);
	if (state == API_CWD_RESOLVED)
		run_in(g, cwd);
	else if (state == API_CWD_FAILED)
		refuse(g, -EINVAL, &error);
	else
		g->http->abort = true;
	free(cwd);
	error_free(&error);
}

static int
begin_cwd(struct generate *g, struct error *ret_error)
{
	int rc = api_cwd_begin(&g->cwd, g->http, g->request->cwd, ret_error);

	g->resolving = rc == 0;
	return rc;
}

/*
 * The default directory is the operator's own word: it needs no root around
 * it, and so no look at its links either.
 */
static void
run_in_default(struct generate *g)
{
	phase_add(&g->http->latency->http, PHASE_CWD_RESOLVE, clock_now());
	run_in(g, g->http->context->settings->default_cwd);
}

/* The request is whole. */
static void
run_whole(struct generate *g)
{
	struct error error = ERROR_INIT;
	int rc = api_pick(g->http, g->request, &g->pick, &error);

	if (rc == 0 && g->request->cwd != NULL)
		rc = begin_cwd(g, &error);
	if (rc != 0)
		refuse(g, rc, &error);
	else if (g->resolving)
		await_cwd(g);
	else
		run_in_default(g);
	error_free(&error);
}

/* Parks until it is known what the request refers to. */
static void
await_recall(struct generate *g)
{
	struct error error = ERROR_INIT;
	enum api_recall_state state;

	do
		state = api_recall_look(&g->recall, &error);
	while (
	    state == API_RECALL_WAITING && !http_park_suspend(&g->http->park));
	if (state == API_RECALL_WAITING)
		return;
	g->recalling = false;
	api_recall_done(&g->recall);
	if (state == API_RECALL_RESOLVED)
		run_whole(g);
	else if (state == API_RECALL_FAILED)
		refuse(g, -EINVAL, &error);
	else
		g->http->abort = true;
	error_free(&error);
}

/* The body has become a request. */
static void
run(struct generate *g)
{
	struct error error = ERROR_INIT;
	int rc;

	api_pick_note(g->http, g->request, g->form);
	g->next_ping = ping_after(g);
	rc = api_recall_begin(
	    &g->recall, g->http, g->request, g->form, &g->recalling, &error);
	if (rc != 0)
		refuse(g, rc, &error);
	else if (g->recalling)
		await_recall(g);
	else
		run_whole(g);
	error_free(&error);
}

static const char *
header_of(const void *http, const char *name, size_t *ret_len)
{
	return http_request_header(http, name, ret_len);
}

/* Takes over what the parser made of the body. */
static void
parsed(struct generate *g)
{
	struct api_parser_task *t = &g->task;

	g->parsing = false;
	if (t->rc != 0) {
		http_reply_error(g->http, &t->error);
		return;
	}
	g->request = t->request;
	g->form = t->form;
	if (session_read(g->request, header_of, g->http) != 0)
		http_reply_no_memory(g->http);
	else
		run(g);
}

void
api_generate_begin(struct http_request *r)
{
	struct generate *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		http_reply_no_memory(r);
		return;
	}
	r->state = g;
	g->http = r;
	g->dialect = r->route->dialect;
	g->unread.all = &r->context->stats->unread;
	http_stream_init(&g->stream, r, LIMIT_STREAM_BUFFER, fill_stream, g);
	g->parsing = api_parser_take(api_of(r)->kept.parser, &g->task, r);
	if (!g->parsing)
		parsed(g);
}

void
api_generate_resume(struct http_request *r)
{
	struct generate *g = state(r);

	if (g->parsing)
		parsed(g);
	else if (g->recalling)
		await_recall(g);
	else if (g->resolving)
		await_cwd(g);
	else
		advance(g);
}

void
api_generate_end(struct http_request *r)
{
	struct generate *g = state(r);
	struct usage usage;

	if (g == NULL)
		return;
	api_recall_end(&g->recall);
	api_cwd_end(&g->cwd);
	if (g->reply != NULL) {
		api_jobs_settle(&g->jobs, g->reply);
		api_jobs_free(&g->jobs);
		usage = reply_usage(g->reply);
		r->latency->usage = usage;
		stats_tokens(r->context->stats, &usage);
		if (r->key != NULL) {
			counter_add(&r->key->tokens_input, usage.input);
			counter_add(&r->key->tokens_output, usage.output);
		}
	}
	reply_free(g->reply);
	api_pick_free(&g->pick);
	http_stream_free(&g->stream);
	api_unread_set(&g->unread, 0);
	api_parser_drop(api_of(r)->kept.parser, &g->task);
	free(g);
	r->state = NULL;
}
