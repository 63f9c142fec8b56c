/*
 * format.h - the format that an answer is to have: what the model is told of
 * it, and whether its answer keeps to it. Pure; any thread.
 */
#ifndef CONVERSATION_FORMAT_H
#define CONVERSATION_FORMAT_H

#include "base/buf.h"
#include "conversation/error.h"
#include "conversation/generation.h"

/*
 * Appends what asks for a format that engines cannot force: any JSON object,
 * or a schema that strict mode does not take. Nothing where there is none.
 * Errors: those of buf; `out` then holds what it held.
 */
MUST_CHECK int
answer_format_instruction(const struct generation *g, struct buf *out);

/*
 * Checks a whole answer: FORMAT_OBJECT must be a JSON object, a schema must be
 * kept to (schema_check.h). Where the format was asked for in words it may
 * stand in a code fence (fence_filter.h). Returns 0; -EINVAL with an UPSTREAM
 * error that says why, or, out of memory, with INTERNAL. Text is always fine.
 */
MUST_CHECK int answer_format_check(const struct generation *g,
    const char *answer, size_t len, struct error *ret_error);

#endif
