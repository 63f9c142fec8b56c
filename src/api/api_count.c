#include "api/api_count.h"

#include <errno.h>

#include "api/api.h"
#include "api/api_recall.h"
#include "base/limits.h"
#include "http/http_reply.h"
#include "http/http_route.h"

struct counting {
	struct http_request *http;
	struct api_parser_task task; /* has the request and its form */
	bool parsing; /* parked for it */
	struct api_recall recall; /* what it refers to */
};

static void
refuse(struct counting *c, int rc, struct error *e)
{
	dialect_name_fault(c->task.dialect, c->task.request, c->task.form, e);
	if (rc == -ENOMEM)
		http_reply_no_memory(c->http);
	else
		http_reply_error(c->http, e);
}

static void
answer(struct counting *c, uint64_t tokens)
{
	struct buf body;

	buf_init(&body, LIMIT_PAGE);
	if (c->task.dialect->count(tokens, &body) != 0)
		http_reply_no_memory(c->http);
	else
		http_reply(c->http, MHD_HTTP_OK, HTTP_JSON, &body);
	buf_free(&body);
}

/* Parks until it is known what the request refers to. */
static void
await_recall(struct counting *c)
{
	struct error error = ERROR_INIT;
	enum api_recall_state state;

	do
		state = api_recall_look(&c->recall, &error);
	while (
	    state == API_RECALL_WAITING && !http_park_suspend(&c->http->park));
	if (state == API_RECALL_RESOLVED)
		answer(c, c->recall.task.tokens);
	else if (state == API_RECALL_FAILED)
		refuse(c, -EINVAL, &error);
	else if (state == API_RECALL_GONE)
		c->http->abort = true;
	error_free(&error);
}

/* The body has become a request. */
static void
run(struct counting *c)
{
	struct error error = ERROR_INIT;
	bool refers;
	int rc = api_recall_begin(&c->recall, c->http, c->task.request,
	    c->task.form, &refers, &error);

	c->recall.task.counts = true;
	if (rc != 0)
		refuse(c, rc, &error);
	else if (refers)
		await_recall(c);
	else
		answer(c, c->task.tokens);
	error_free(&error);
}

static void
parsed(struct counting *c)
{
	c->parsing = false;
	if (c->task.rc != 0)
		http_reply_error(c->http, &c->task.error);
	else
		run(c);
}

void
api_count_begin(struct http_request *r)
{
	struct counting *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		http_reply_no_memory(r);
		return;
	}
	r->state = c;
	c->http = r;
	c->task.counts = true;
	c->parsing = api_parser_take(api_of(r)->kept.parser, &c->task, r);
	if (!c->parsing)
		parsed(c);
}

void
api_count_resume(struct http_request *r)
{
	struct counting *c = r->state;

	if (c->parsing)
		parsed(c);
	else
		await_recall(c);
}

void
api_count_end(struct http_request *r)
{
	struct counting *c = r->state;

	if (c == NULL)
		return;
	api_recall_end(&c->recall);
	api_parser_drop(api_of(r)->kept.parser, &c->task);
	free(c);
	r->state = NULL;
}
