#include "api/aside/api_wait.h"

#include "base/clock.h"

/* The watch's thread. */
static void
on_watch(void *arg, enum watch_event event)
{
	struct api_wait *w = arg;

	if (event == WATCH_HANGUP)
		atomic_store(&w->gone, true);
	http_park_wake(&w->http->park);
}

int
api_wait_begin(struct api_wait *w, struct http_request *r, struct watch *watch,
    struct error *ret_error)
{
	int64_t limit = r->context->settings->timeout;
	int64_t begun = r->latency != NULL ? r->latency->started : clock_now();
	int rc;

	w->http = r;
	w->deadline = limit == 0 ? CLOCK_NEVER : clock_add(begun, limit);
	rc = watch_add(
	    watch, &w->entry, http_request_socket(r), w->deadline, on_watch, w);
	if (rc != 0)
		return error_set(ret_error, ERROR_INTERNAL,
		    "The connection cannot be watched: %s.", strerror(-rc));
	w->watch = watch;
	return 0;
}

void
api_wait_end(struct api_wait *w)
{
	if (w->watch != NULL)
		watch_remove(w->watch, &w->entry);
	w->watch = NULL;
}
