/*
 * openai_error.h - an error in the words of OpenAI's APIs, which are also those
 * of every path that belongs to no dialect. Pure; any thread.
 */
#ifndef DIALECT_OPENAI_ERROR_H
#define DIALECT_OPENAI_ERROR_H

#include "base/buf.h"
#include "conversation/error.h"

/* "invalid_request_error" and the like. */
const char *openai_error_type(enum error_kind kind);

/*
 * Appends {"error":{"message":...,"type":...,"param":...,"code":...}}; the
 * id of the request has no place in it. Errors are those of buf.
 */
MUST_CHECK int openai_error_json(
    const struct error *e, const char *request_id, struct buf *out);

#endif
