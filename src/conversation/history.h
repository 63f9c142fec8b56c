/*
 * history.h - whether calls and results of a conversation belong together.
 * Pure; any thread.
 *
 * For engines that give Codex the conversation as items: it drops an output
 * without a call silently, and answers a call without one with "aborted". The
 * exec engine, which sends text, does not ask.
 *
 * Calls are answered by results up to the next user or assistant message, in
 * any order; anything else may stand between, also what the caller has written
 * in one message with calls or results. A call is answered once, and its
 * id may be used again from then on. A call without an id is answered by one
 * result without an id, of its function's name.
 */
#ifndef CONVERSATION_HISTORY_H
#define CONVERSATION_HISTORY_H

#include "conversation/error.h"
#include "conversation/generation.h"

/*
 * Returns 0; -EINVAL with INVALID_VALUE, the message naming the id (or the
 * function), at FIELD_CALL or FIELD_RESULT with its place; or -ENOMEM with
 * INTERNAL. Takes O(n log n).
 */
MUST_CHECK int
history_check(const struct generation *g, struct error *ret_error);

#endif
