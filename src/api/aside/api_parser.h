/*
 * api_parser.h - threads that parse large request bodies, so that a body of
 * 30 MB does not hold up everybody's streams on the HTTP thread.
 *
 * The smallest body goes first, and one thread is kept for those that are not
 * large: a request of 400 KB never waits for bodies of 24 MB. A large one
 * that has waited for API_PARSER_PATIENCE goes first, so that it comes to its
 * turn all the same.
 *
 * Life cycle of a task: the HTTP thread fills it in, submits it and parks
 * the connection. The task belongs to the parser until the park is woken,
 * which nobody else does meanwhile; then the result is there, and the body is
 * freed already.
 *
 * Lock: one mutex; nothing is called while it is held.
 */
#ifndef API_ASIDE_API_PARSER_H
#define API_ASIDE_API_PARSER_H

#include <stdbool.h>

#include "dialect/dialect.h"
#include "http/http_body.h"
#include "http/http_request.h"

enum {
	/* Parsing this much takes about a millisecond. */
	API_PARSER_THRESHOLD = 256 * 1024,
	/* A body beyond this is large: it takes a tenth of a second. */
	API_PARSER_LARGE = 2 * 1024 * 1024,
	API_PARSER_THREADS_MIN = 2,
	API_PARSER_THREADS_MAX = 4
};

#define API_PARSER_PATIENCE (5 * NS_PER_S)

struct api_parser;

struct api_parser_task {
	const struct dialect *dialect;
	struct http_body body; /* freed as soon as it is parsed */
	struct http_park *park; /* woken when done */
	bool counts; /* its tokens are asked for */
	/* With `found`, which is borrowed, nothing is read: the request, which
	 * then stands below, is resolved. */
	const struct found *found;
	size_t n_found;
	/* the result */
	int rc;
	struct generation *request;
	struct form *form;
	struct error error;
	uint64_t tokens; /* where they were asked for */

	size_t size; /* of what is resolved, set by who submits it */

	struct api_parser_task *next; /* private, as all below */
	bool large;
	int64_t since;
};

/* As many threads as there are processors, within the bounds. -errno. */
MUST_CHECK int api_parser_start(struct api_parser **ret_parser);

/*
 * Finishes what is queued and joins; submissions fail from then on. May be
 * repeated.
 */
void api_parser_stop(struct api_parser *p);
void api_parser_free(struct api_parser *p);

/* Errors: -EPIPE stopping; the task is then still the caller's. */
MUST_CHECK int
api_parser_submit(struct api_parser *p, struct api_parser_task *task);

/* What the threads do, on the caller's: for bodies that are soon parsed. */
void api_parser_read(struct api_parser_task *task);

/*
 * All of it for a request's handler, with a task that is all zeros, but for
 * `counts`: reads its
 * body by its route's dialect, a large one on the threads. True: the
 * connection is parked, and the result is there when it is resumed; else the
 * result is there. What it makes is the task's, until api_parser_drop.
 */
MUST_CHECK bool api_parser_take(
    struct api_parser *p, struct api_parser_task *task, struct http_request *r);

/* Frees what is in a task that nobody waits for; the task is the caller's. */
void api_parser_drop(struct api_parser *p, struct api_parser_task *task);

/*
 * A request that held much memory is over: a moment later, when no body is
 * parsed, a thread gives back to the system what lies free. At most once a
 * second; costs nothing while nothing was held.
 */
void api_parser_tidy(struct api_parser *p);

#endif
