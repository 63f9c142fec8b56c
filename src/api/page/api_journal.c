#include "api/page/api_journal.h"

#include <errno.h>
#include <stdlib.h>

#include "api/store/api_ask.h"
#include "base/clock.h"
#include "base/limits.h"
#include "dialect/sse.h"
#include "http/http_reply.h"
#include "http/http_route.h"
#include "http/http_stream.h"
#include "stats/journal.h"

/* What changes more often is told together: nobody sees it sooner. */
#define BREATH (NS_PER_S / 4)

struct watching {
	struct http_request *http;
	struct journal *journal;
	struct journal_watcher watcher;
	struct api_wait wait;
	struct http_stream stream;
	uint64_t revision; /* as far as it was told */
	int64_t next; /* no sooner than this */
	int64_t next_ping; /* CLOCK_NEVER: off */
	bool ended; /* the last words are said */
};

void
api_journal_get(struct http_request *r)
{
	struct journal_view view;
	struct buf body;

	buf_init(&body, LIMIT_PAGE);
	if (journal_read(r->context->stats->journal, NULL, 0, &view) == 0 &&
	    journal_json(&view, clock_now(), &body) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		http_reply_no_memory(r);
	journal_view_free(&view);
	buf_free(&body);
}

/* Any thread, under the journal's lock. */
static void
on_change(void *arg)
{
	struct watching *w = arg;

	http_park_wake(&w->http->park);
}

static int64_t
ping_after(const struct watching *w)
{
	int64_t interval = w->http->context->settings->sse_ping;

	return interval == 0 ? CLOCK_NEVER : clock_after(interval);
}

static void
wake_at(struct watching *w, int64_t deadline)
{
	watch_set_deadline(w->wait.watch, &w->wait.entry, deadline);
}

/* All that has changed since the last time. */
static int
tell_changes(struct watching *w, int64_t now, struct buf *out)
{
	struct journal_view view;
	int rc = journal_read(w->journal, &w->watcher, w->revision, &view);

	if (rc == 0)
		rc = journal_events(&view, now, out);
	if (rc == 0 && view.closed) {
		w->ended = true;
		rc = buf_puts(out, "event: end\ndata: {}\n\n");
	}
	if (rc == 0)
		w->revision = view.revision;
	journal_view_free(&view);
	return rc;
}

static int
tell(struct watching *w, int64_t now, struct buf *out)
{
	int rc = tell_changes(w, now, out);

	if (rc == 0 && out->len == 0 && now >= w->next_ping)
		rc = sse_comment(out, "");
	if (out->len > 0) {
		w->next = clock_add(now, BREATH);
		w->next_ping = ping_after(w);
	} else {
		wake_at(w, w->next_ping);
	}
	return rc;
}

static enum http_stream_result
fill(void *arg, struct buf *out)
{
	struct watching *w = arg;
	int64_t now = clock_now();

	if (atomic_load(&w->wait.gone))
		return HTTP_STREAM_BROKEN;
	if (w->ended)
		return HTTP_STREAM_ENDED;
	if (now < w->next && !journal_is_closed(w->journal)) {
		wake_at(w, w->next);
		return HTTP_STREAM_MORE;
	}
	if (tell(w, now, out) != 0)
		return HTTP_STREAM_BROKEN;
	return w->ended ? HTTP_STREAM_ENDED : HTTP_STREAM_MORE;
}

static void
refuse(struct http_request *r, int rc)
{
	if (rc == -ENOSPC)
		http_reply_kind(r, ERROR_OVERLOADED,
		    "As many as may already watch the journal.");
	else
		http_reply_kind(
		    r, ERROR_SHUTTING_DOWN, "The server is shutting down.");
}

/* The stream's head goes out at once, whatever there is to say. */
static void
begin(struct watching *w)
{
	const struct api_kept *kept = w->http->context->routes->arg;
	struct error error = ERROR_INIT;
	int rc = api_wait_begin(&w->wait, w->http, kept->watch, &error);

	if (rc != 0) {
		http_reply_error(w->http, &error);
	} else {
		rc = journal_watch(w->journal, &w->watcher, on_change, w);
		if (rc != 0)
			refuse(w->http, rc);
		else
			http_stream_start(&w->stream);
	}
	error_free(&error);
}

void
api_journal_watch(struct http_request *r)
{
	struct watching *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		http_reply_no_memory(r);
		return;
	}
	r->state = w;
	w->http = r;
	w->journal = r->context->stats->journal;
	w->next_ping = ping_after(w);
	http_stream_init(&w->stream, r, LIMIT_PAGE, fill, w);
	begin(w);
}

void
api_journal_over(struct http_request *r)
{
	struct watching *w = r->state;

	if (w == NULL)
		return;
	api_wait_end(&w->wait);
	journal_unwatch(w->journal, &w->watcher);
	http_stream_free(&w->stream);
	free(w);
	r->state = NULL;
}
