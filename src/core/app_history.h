/*
 * app_history.h - whether tool calls and results of a request belong
 * together. Pure; any thread.
 *
 * For engines that give Codex the messages as items: it drops an output
 * without a call silently, and answers a call without one with "aborted". The
 * exec engine, which sends text, does not ask.
 *
 * Calls of an assistant message are answered by the tool messages up to the
 * next user or assistant message, in any order; system and developer messages
 * may stand between. Each id is there once, and answered once. Later messages
 * may use it again. The old function_call is answered by one function message
 * of its name.
 */
#ifndef CORE_APP_HISTORY_H
#define CORE_APP_HISTORY_H

#include "core/api_error.h"
#include "core/chat_request.h"

/*
 * Returns 0; -EINVAL with INVALID_VALUE, the message naming the id (or the
 * function), `param` being messages[i].tool_call_id, .tool_calls,
 * .function_call or .name; or -ENOMEM with INTERNAL. Takes O(n log n).
 */
MUST_CHECK int
app_history_check(const struct chat_request *r, struct api_error *ret_error);

#endif
