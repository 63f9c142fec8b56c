/*
 * chat_jobs.h - the jobs of one chat completion (one a choice) as the HTTP
 * side sees them: submitted together, read together, cancelled together.
 *
 * Also the eye on the client: a hang-up cancels the jobs from the watch's
 * thread at once, and deadlines wake the connection. The HTTP thread calls
 * all functions here.
 */
#ifndef HTTP_CHAT_JOBS_H
#define HTTP_CHAT_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/chat_reply.h"
#include "http/http_request.h"

struct chat_jobs {
	struct http_request *http;
	struct job *job[CHAT_N_MAX]; /* immutable once submitted */
	bool ended[CHAT_N_MAX]; /* its final event was seen */
	bool stopped[CHAT_N_MAX]; /* was cancelled by a stop string */
	unsigned n;
	struct watch_entry watch;
	int64_t armed; /* the deadline that the watch has */
	int64_t queue_deadline; /* CLOCK_NEVER once looked at */
	_Atomic bool gone; /* the client hung up */
};

/* Makes the jobs. Errors: -ENOMEM. chat_jobs_free in any case. */
MUST_CHECK int chat_jobs_init(struct chat_jobs *c, struct http_request *r,
    struct chat_request *request, const char *cwd);

/*
 * Submits them all and begins to watch the client.
 * Errors: -EINVAL with `ret_error` set.
 */
MUST_CHECK int
chat_jobs_submit(struct chat_jobs *c, struct api_error *ret_error);

/*
 * Hands all events that wait to `reply`, whose chunks go to `out`, and
 * cancels what need not go on. Errors: those of chat_reply_event; -EPIPE when
 * a job ended without a final event (memory is out).
 */
MUST_CHECK int
chat_jobs_read(struct chat_jobs *c, struct chat_reply *reply, struct buf *out);

bool chat_jobs_client_gone(const struct chat_jobs *c);

/* Has the connection woken at `deadline` or earlier. */
void chat_jobs_wake_at(struct chat_jobs *c, int64_t deadline);

/* Cancels what still runs and lets go of everything. */
void chat_jobs_free(struct chat_jobs *c);

#endif
