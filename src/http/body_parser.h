/*
 * body_parser.h - a thread that parses large request bodies, so that a body
 * of 30 MB does not hold up everybody's streams on the HTTP thread.
 *
 * Life cycle of a task: the HTTP thread fills it in, submits it and parks
 * the connection. The task and its bytes belong to the parser until the park
 * is woken, which nobody else does meanwhile; then the result is there.
 */
#ifndef HTTP_BODY_PARSER_H
#define HTTP_BODY_PARSER_H

#include <stdbool.h>

#include "core/chat_request.h"
#include "http/http_park.h"
#include "runtime/queue.h"

/* Parsing this much takes about a millisecond. */
enum {
	BODY_PARSER_THRESHOLD = 256 * 1024
};

struct body_parser;

struct body_task {
	struct queue_node node;
	const char *body;
	size_t len;
	struct http_park *park; /* woken when done */
	/* the result */
	int rc;
	struct chat_request *request;
	struct api_error error;
};

/* `capacity`: most tasks at once. Errors: -errno. */
MUST_CHECK int
body_parser_start(size_t capacity, struct body_parser **ret_parser);

/* Finishes what is queued, joins and frees. */
void body_parser_stop(struct body_parser *p);

/* Errors: -EAGAIN too many tasks, -EPIPE stopping. */
MUST_CHECK int
body_parser_submit(struct body_parser *p, struct body_task *task);

#endif
