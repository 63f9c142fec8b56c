/*
 * api_pick.h - what a request's model name stands for, and which engine gets
 * it. HTTP thread.
 */
#ifndef API_API_PICK_H
#define API_API_PICK_H

#include "dialect/dialect.h"
#include "engine/engines.h"
#include "http/http_request.h"

struct api_pick {
	struct model_name name;
	struct dispatch *dispatch; /* borrowed; NULL: none has it */
};

/*
 * Fills in `ret_pick`, has the engine look at the request, and notes both for
 * headers and log line. Errors: -ENOMEM, or -EINVAL with `ret_error` set;
 * `ret_pick` is to be freed in each case.
 */
MUST_CHECK int api_pick(struct http_request *r, const struct generation *g,
    struct api_pick *ret_pick, struct error *ret_error);
void api_pick_free(struct api_pick *p);

/* Notes what headers and log line tell of a request from the beginning. */
void api_pick_note(struct http_request *r, const struct generation *g,
    const struct form *form);

#endif
