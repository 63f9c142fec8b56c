/*
 * responses.h - the events of a Responses API stream, as a script wants them.
 */
#ifndef SIM_RESPONSES_H
#define SIM_RESPONSES_H

#include <jansson.h>
#include <stdint.h>

#include "base/compiler.h"
#include "plan.h"
#include "script.h"

struct responses_input {
	uint64_t n; /* number of the request; makes ids unique */
	const char *model; /* may be NULL */
	const json_t *input; /* the request's input array, or NULL */
	const struct buf *last_user; /* text of the last user message */
};

/*
 * Appends the whole answer to the empty `plan`. Errors: -ENOMEM. Pure.
 */
MUST_CHECK int responses_build(const struct script *s,
    const struct responses_input *in, struct plan *plan);

#endif
