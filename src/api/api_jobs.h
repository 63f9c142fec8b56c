/*
 * api_jobs.h - the jobs of one request (one a choice) as the HTTP
 * side sees them: submitted together, read together, cancelled together.
 *
 * Also the eye on the client: a hang-up cancels the jobs from the watch's
 * thread at once, and deadlines wake the connection. The HTTP thread calls
 * all functions here.
 */
#ifndef API_API_JOBS_H
#define API_API_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "api/api_pick.h"
#include "conversation/generation.h"
#include "dialect/reply.h"
#include "engine/job.h"
#include "http/http_request.h"
#include "thread/watch.h"

struct api_jobs {
	struct http_request *http;
	struct dispatch *dispatch; /* of the engine that has them */
	struct job *job[CHOICES_MAX]; /* immutable once submitted */
	bool ended[CHOICES_MAX]; /* its final event was seen */
	bool stopped[CHOICES_MAX]; /* was cancelled by a stop string */
	unsigned n;
	struct watch_entry watch;
	int64_t armed; /* the deadline that the watch has */
	int64_t queue_deadline; /* CLOCK_NEVER once looked at */
	_Atomic bool gone; /* the client hung up */
};

/* Makes the jobs. Errors: -ENOMEM. api_jobs_free in any case. */
MUST_CHECK int api_jobs_init(struct api_jobs *c, struct http_request *r,
    struct generation *request, const char *cwd, const struct api_pick *pick);

/*
 * Submits them all and begins to watch the client.
 * Errors: -EINVAL with `ret_error` set.
 */
MUST_CHECK int api_jobs_submit(struct api_jobs *c, struct error *ret_error);

/*
 * Hands all events that wait to `reply`, whose chunks go to `out`, and
 * cancels what need not go on. Errors: those of reply_event; -EPIPE when
 * a job ended without a final event (memory is out).
 */
MUST_CHECK int
api_jobs_read(struct api_jobs *c, struct reply *reply, struct buf *out);

bool api_jobs_client_gone(const struct api_jobs *c);

/* Has the connection woken at `deadline` or earlier. */
void api_jobs_wake_at(struct api_jobs *c, int64_t deadline);

/*
 * Tells the reply which jobs are given up, or were, while the model answered
 * them. To be called before api_jobs_free.
 */
void api_jobs_settle(const struct api_jobs *c, struct reply *reply);

/* Cancels what still runs and lets go of everything. */
void api_jobs_free(struct api_jobs *c);

#endif
