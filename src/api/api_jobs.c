#include "api/api_jobs.h"

#include <errno.h>

#include "api/api.h"
#include "base/clock.h"

int
api_jobs_init(struct api_jobs *c, struct http_request *r,
    struct generation *request, const char *cwd, const struct api_pick *pick)
{
	const struct settings *s = r->context->settings;
	int64_t deadline = s->timeout == 0
	    ? CLOCK_NEVER
	    : clock_add(r->latency->started, s->timeout);

	memset(c, 0, sizeof(*c));
	c->http = r;
	c->dispatch = pick->dispatch;
	c->armed = CLOCK_NEVER;
	c->queue_deadline = CLOCK_NEVER;
	atomic_init(&c->gone, false);
	for (unsigned i = 0; i < generation_choices(request); i++) {
		c->job[i] = job_new(generation_of(request, i), i, cwd,
		    &pick->name, deadline, r->latency);
		if (c->job[i] == NULL)
			return -ENOMEM;
		memcpy(c->job[i]->owner, r->owner, sizeof(r->owner));
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
	struct api_jobs *c = arg;

	if (event == WATCH_HANGUP) {
		atomic_store(&c->gone, true);
		for (unsigned i = 0; i < c->n; i++)
			dispatch_cancel(
			    c->dispatch, c->job[i], JOB_CANCEL_HANGUP);
	}
	http_park_wake(&c->http->park);
}

int
api_jobs_submit(struct api_jobs *c, struct error *ret_error)
{
	struct api *api = api_of(c->http);
	int rc;

	for (unsigned i = 0; i < c->n; i++)
		channel_set_wake_hook(
		    c->job[i]->channel, on_event, &c->http->park);
	latency_reach(c->http->latency, JOURNAL_QUEUED);
	rc = dispatch_submit(c->dispatch, c->job, c->n, ret_error);
	if (rc != 0)
		return rc;
	if (api->settings->queue_timeout != 0)
		c->queue_deadline = clock_after(api->settings->queue_timeout);
	if (c->job[0]->deadline < c->queue_deadline)
		c->queue_deadline = c->job[0]->deadline;
	c->armed = c->queue_deadline;
	rc = watch_add(api->kept.watch, &c->watch, http_request_socket(c->http),
	    c->armed, on_watch, c);
	if (rc != 0)
		return error_set(ret_error, ERROR_INTERNAL,
		    "The connection cannot be watched: %s.", strerror(-rc));
	return 0;
}

static bool
is_final(const struct event *e)
{
	return e->kind == EVENT_FINISHED || e->kind == EVENT_FAILED;
}

static int
read_items(struct api_jobs *c, unsigned i, struct channel_item *item,
    struct reply *reply, struct buf *out)
{
	struct channel_item *next;
	int rc = 0;

	for (; item != NULL; item = next) {
		struct event *e = event_of(item);

		next = item->next;
		c->ended[i] = c->ended[i] || is_final(e);
		if (rc == 0)
			rc = reply_event(reply, i, e, out);
		else
			event_free(e);
	}
	return rc;
}

/*
 * No more than there is room for at once: the rest waits in the channel, where
 * it is counted, and takes a sixth of what it may take as JSON. Either all is
 * read or something is written, with which the caller comes back.
 */
static int
read_one(struct api_jobs *c, unsigned i, struct reply *reply, struct buf *out)
{
	size_t enough = out->len + LIMIT_STREAM_SLICE;
	struct channel_item *items;
	bool closed = false;
	int rc = 0;

	while (rc == 0 && out->len < enough) {
		items = channel_take_some(
		    c->job[i]->channel, LIMIT_STREAM_SLICE, &closed);
		if (items == NULL)
			break;
		rc = read_items(c, i, items, reply, out);
	}
	if (rc == 0 && closed && !c->ended[i])
		rc = -EPIPE;
	return rc;
}

static void
cancel_unneeded(struct api_jobs *c, const struct reply *reply)
{
	bool failed = reply_failure(reply) != NULL;

	for (unsigned i = 0; i < c->n; i++) {
		if (c->ended[i] || c->stopped[i])
			continue;
		if (!failed && !reply_stopped(reply, i))
			continue;
		c->stopped[i] = true;
		dispatch_cancel(c->dispatch, c->job[i],
		    failed ? JOB_CANCEL_HANGUP : JOB_CANCEL_STOPPED);
	}
}

int
api_jobs_read(struct api_jobs *c, struct reply *reply, struct buf *out)
{
	int rc = 0;

	if (clock_now() >= c->queue_deadline) {
		c->queue_deadline = CLOCK_NEVER;
		dispatch_expire(c->dispatch);
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
api_jobs_client_gone(const struct api_jobs *c)
{
	return atomic_load(&c->gone);
}

/*
 * Lazy: a deadline that is only put off stays armed as it is, so that a busy
 * stream costs the watch nothing; it wakes early once and is set anew.
 */
void
api_jobs_wake_at(struct api_jobs *c, int64_t deadline)
{
	if (c->queue_deadline < deadline)
		deadline = c->queue_deadline;
	if (c->armed <= deadline && c->armed > clock_now())
		return;
	if (c->armed == deadline)
		return;
	c->armed = deadline;
	watch_set_deadline(api_of(c->http)->kept.watch, &c->watch, deadline);
}

static bool
was_given_up(const struct api_jobs *c, unsigned i, const struct error *failure)
{
	enum error_kind kind = failure != NULL ? failure->kind : ERROR_NONE;

	return !c->ended[i] || kind == ERROR_CLIENT_GONE ||
	    kind == ERROR_TIMEOUT || kind == ERROR_SHUTTING_DOWN;
}

void
api_jobs_settle(const struct api_jobs *c, struct reply *reply)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (job_was_asked(c->job[i]) &&
		    was_given_up(c, i, reply_failure(reply)))
			reply_cut(reply, i);
	}
}

void
api_jobs_free(struct api_jobs *c)
{
	struct api *api = api_of(c->http);

	watch_remove(api->kept.watch, &c->watch);
	for (unsigned i = 0; i < c->n; i++) {
		channel_set_wake_hook(c->job[i]->channel, NULL, NULL);
		if (!c->ended[i])
			dispatch_cancel(
			    c->dispatch, c->job[i], JOB_CANCEL_HANGUP);
		job_unref(c->job[i]);
	}
	c->n = 0;
}
