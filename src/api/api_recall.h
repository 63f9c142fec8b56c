/*
 * api_recall.h - what a request refers to, looked up in the store before it
 * goes to an engine; and its answer, kept for those that will refer to it.
 *
 * Life cycle, on the HTTP thread: api_recall_begin; while api_recall_look says
 * WAITING, park; the request is whole when it says RESOLVED; api_recall_keep
 * once its answer is there, and before that api_recall_done; api_recall_end in
 * any case.
 */
#ifndef API_API_RECALL_H
#define API_API_RECALL_H

#include "api/aside/api_parser.h"
#include "api/store/api_ask.h"
#include "dialect/reply.h"

struct api_recall {
	struct http_request *http;
	const struct dialect *dialect;
	struct api_asking asking;
	struct found *found; /* one for each reference; of what was looked up */
	struct text *items; /* of all of them */
	struct api_parser_task task; /* puts them into the request */
	bool parsing; /* it is the parser's */
	/* What the caller wrote in the place of items, by its index there. */
	struct arena arena;
	struct api_reference *references;
	size_t n_references;
};

enum api_recall_state {
	API_RECALL_WAITING,
	API_RECALL_RESOLVED,
	API_RECALL_FAILED, /* `ret_error` is set */
	API_RECALL_GONE /* nobody waits for an answer */
};

/*
 * Looks up what `request` refers to, if anything: *ret_any. Errors: -ENOMEM;
 * -EINVAL with `ret_error` set.
 */
MUST_CHECK int api_recall_begin(struct api_recall *c, struct http_request *r,
    struct generation *request, struct form *form, bool *ret_any,
    struct error *ret_error);
enum api_recall_state
api_recall_look(struct api_recall *c, struct error *ret_error);
/* It is resolved: lets go of all but what api_recall_keep needs. */
void api_recall_done(struct api_recall *c);
/* Also before a begin. */
void api_recall_end(struct api_recall *c);

/* Before the last words go out. A failure of the reply's keeps nothing. */
void api_recall_keep(const struct api_recall *c, struct http_request *r,
    struct reply *reply, int64_t created);

#endif
