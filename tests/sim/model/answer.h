/*
 * answer.h - what a request gets, whichever way it came: the script in its last
 * user message, carried out as far as waits and errors go.
 *
 * Life cycle: answer_make, send what it says, answer_free.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "plan.h"

struct answer {
	enum answer_kind {
		ANSWER_STREAM, /* the plan */
		ANSWER_ERROR, /* status, error, retry_after */
		ANSWER_NOTHING /* the client hung up, or the server stops */
	} kind;
	unsigned status;
	json_t *error; /* the body, or NULL = no memory */
	int64_t retry_after; /* seconds; -1: not said */

	/* Of a WebSocket; see script.h. */
	int64_t goodbye;
	int64_t close;
	bool forget;
};

/* False when the client hung up, or the server stops, before the deadline. */
typedef bool answer_wait(void *arg, int64_t deadline);

/*
 * The answer to request `n`. `body` is what was asked, with all items that the
 * model sees; NULL: no JSON. A stream is appended to `plan`, which is empty.
 * `wait` is called for the script's silence before any answer. Errors: -ENOMEM.
 */
MUST_CHECK int answer_make(const json_t *body, uint64_t n, answer_wait *wait,
    void *arg, struct plan *plan, struct answer *ret_answer);

void answer_free(struct answer *a);

#endif
