/*
 * api_wait.h - while a request is parked for something that is done on
 * another thread: whether its client hangs up meanwhile, or its time is over.
 * Either wakes it.
 *
 * Life cycle, on the HTTP thread: api_wait_begin; api_wait_end in any case.
 */
#ifndef API_ASIDE_API_WAIT_H
#define API_ASIDE_API_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "http/http_request.h"
#include "thread/watch.h"

struct api_wait {
	struct http_request *http;
	struct watch *watch; /* NULL: not begun */
	struct watch_entry entry;
	int64_t deadline; /* --timeout-seconds from the request's beginning */
	_Atomic bool gone; /* the client hung up */
};

/* Errors: -EINVAL with `ret_error` set. */
MUST_CHECK int api_wait_begin(struct api_wait *w, struct http_request *r,
    struct watch *watch, struct error *ret_error);
/* May be repeated, also before a begin. */
void api_wait_end(struct api_wait *w);

#endif
