/*
 * messages_error.h - an error in the words of Anthropic's API. Pure; any
 * thread.
 *
 * Source: Anthropic API reference, "Errors". How its clients act on a status
 * decides which one an error gets: Claude Code tries 401 again without end, and
 * everything from 500 on many times, but takes 403 at its word.
 */
#ifndef DIALECT_MESSAGES_MESSAGES_ERROR_H
#define DIALECT_MESSAGES_MESSAGES_ERROR_H

#include "base/buf.h"
#include "conversation/error.h"
#include "json/jsonw.h"

/* The status of an answer that is this error. */
int messages_error_status(enum error_kind kind);

/* Writes the envelope, an object without name. */
void messages_error_put(
    struct jsonw *w, const struct error *e, const char *request_id);

/*
 * Appends {"type":"error","error":{"type":...,"message":...},
 * "request_id":...}. Errors are those of buf.
 */
MUST_CHECK int messages_error_json(
    const struct error *e, const char *request_id, struct buf *out);

#endif
