/*
 * request.h - what sim_model reads in a Responses API request.
 *
 * All functions take the parsed body's "input" array, or NULL for none, and
 * append to `out`. Errors are those of buf. Pure; any thread.
 */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Text of the last message with role "user", its parts one a line. */
MUST_CHECK int request_last_user(const json_t *input, struct buf *out);

/* A JSON array with the text of every input item. */
MUST_CHECK int request_all_texts(const json_t *input, struct buf *out);

/* True when the last input item is the output of a tool. */
bool request_ends_in_tool_output(const json_t *input);

/* The outputs of the tools at the end of the input, "; " between them. */
MUST_CHECK int request_tool_outputs(const json_t *input, struct buf *out);

/* How often the tools have answered since the last user message. */
int64_t request_tool_rounds(const json_t *input);

/* All their outputs since then, "; " between them. */
MUST_CHECK int request_all_tool_outputs(const json_t *input, struct buf *out);

/* Whether reasoning that is encrypted is among the items. */
bool request_has_sealed(const json_t *input);

#endif
