#include "http/chat_jobs.h"

#include <errno.h>

#include "base/clock.h"

int
chat_jobs_init(struct chat_jobs *c, struct http_request *r,
    struct chat_request *request, const char *cwd)
{
	const struct settings *s = r->context->settings;
	int64_t deadline = s->timeout == 0
	    ? CLOCK_NEVER
	    : clock_add(r->latency->started, s->timeout);

	memset(c, 0, sizeof(*c));
	c->http = r;
	c->armed = CLOCK_NEVER;
	c->queue_deadline = CLOCK_NEVER;
	atomic_init(&c->gone, false);
	for (unsigned i = 0; i < request->n; i++) {
		c->job[i] = job_new(request, i, cwd,
		    settings_model(s, request->model), deadline, r->latency);
		if (c->job[i] == NULL)
			return -ENOMEM;
		c->n++;
	}
	return 0;
}

/* Called under a channel's lock. */
static void
on_event(void *arg)
{
	http_park_wake(arg);
}

/* The watch's thread. */
static void
on_watch(void *arg, enum watch_event event)
{
	struct chat_jobs *c = arg;

	if (event == WATCH_HANGUP) {
		atomic_store(&c->gone, true);
		for (unsigned i = 0; i < c->n; i++)
			dispatch_cancel(c->http->context->dispatch, c->job[i],
			    JOB_CANCEL_HANGUP);
	}
	http_park_wake(&c->http->park);
}

static int
client_socket(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}

int
chat_jobs_submit(struct chat_jobs *c, struct api_error *ret_error)
{
	struct http_context *context = c->http->context;
	int rc;

	for (unsigned i = 0; i < c->n; i++)
		channel_set_wake_hook(
		    c->job[i]->channel, on_event, &c->http->park);
	rc = dispatch_submit(context->dispatch, c->job, c->n, ret_error);
	if (rc != 0)
		return rc;
	if (context->settings->queue_timeout != 0)
		c->queue_deadline = clock_after(
		    context->settings->queue_timeout);
	if (c->job[0]->deadline < c->queue_deadline)
		c->queue_deadline = c->job[0]->deadline;
	c->armed = c->queue_deadline;
	rc = watch_add(context->watch, &c->watch, client_socket(c->http),
	    c->armed, on_watch, c);
	if (rc != 0)
		return api_error_set(ret_error, API_ERROR_INTERNAL,
		    "The connection cannot be watched: %s.", strerror(-rc));
	return 0;
}

static bool
is_final(const struct event *e)
{
	return e->kind == EVENT_FINISHED || e->kind == EVENT_FAILED;
}

static int
read_one(
    struct chat_jobs *c, unsigned i, struct chat_reply *reply, struct buf *out)
{
	struct channel_item *item, *next;
	bool closed;
	int rc = 0;

	item = channel_take(c->job[i]->channel, &closed);
	for (; item != NULL; item = next) {
		struct event *e = event_of(item);

		next = item->next;
		if (rc == 0)
			rc = chat_reply_event(reply, i, e, out);
		c->ended[i] = c->ended[i] || is_final(e);
		event_free(e);
	}
	if (rc == 0 && closed && !c->ended[i])
		rc = -EPIPE;
	return rc;
}

static void
cancel_unneeded(struct chat_jobs *c, const struct chat_reply *reply)
{
	struct dispatch *d = c->http->context->dispatch;
	bool failed = chat_reply_failure(reply) != NULL;

	for (unsigned i = 0; i < c->n; i++) {
		if (c->ended[i] || c->stopped[i])
			continue;
		if (!failed && !chat_reply_stopped(reply, i))
			continue;
		c->stopped[i] = true;
		dispatch_cancel(d, c->job[i],
		    failed ? JOB_CANCEL_HANGUP : JOB_CANCEL_STOPPED);
	}
}

int
chat_jobs_read(struct chat_jobs *c, struct chat_reply *reply, struct buf *out)
{
	int rc = 0;

	if (clock_now() >= c->queue_deadline) {
		c->queue_deadline = CLOCK_NEVER;
		dispatch_expire(c->http->context->dispatch);
	}
	for (unsigned i = 0; rc == 0 && i < c->n; i++) {
		if (!c->ended[i])
			rc = read_one(c, i, reply, out);
	}
	if (rc == 0)
		cancel_unneeded(c, reply);
	return rc;
}

bool
chat_jobs_client_gone(const struct chat_jobs *c)
{
	return atomic_load(&c->gone);
}

/*
 * Lazy: a deadline that is only put off stays armed as it is, so that a busy
 * stream costs the watch nothing; it wakes early once and is set anew.
 */
void
chat_jobs_wake_at(struct chat_jobs *c, int64_t deadline)
{
	if (c->queue_deadline < deadline)
		deadline = c->queue_deadline;
	if (c->armed <= deadline && c->armed > clock_now())
		return;
	if (c->armed == deadline)
		return;
	c->armed = deadline;
	watch_set_deadline(c->http->context->watch, &c->watch, deadline);
}

void
chat_jobs_free(struct chat_jobs *c)
{
	struct http_context *context = c->http->context;

	watch_remove(context->watch, &c->watch);
	for (unsigned i = 0; i < c->n; i++) {
		channel_set_wake_hook(c->job[i]->channel, NULL, NULL);
		if (!c->ended[i])
			dispatch_cancel(
			    context->dispatch, c->job[i], JOB_CANCEL_HANGUP);
		job_unref(c->job[i]);
	}
	c->n = 0;
}
