/*
 * app_tools.h - the caller's functions as `codex app-server` takes them.
 * Pure; any thread. Errors are those of buf; `out` then holds what it held.
 */
#ifndef CORE_APP_TOOLS_H
#define CORE_APP_TOOLS_H

#include "base/buf.h"
#include "core/chat_request.h"

/*
 * Appends thread/start's dynamicTools, an array of {"type":"function",
 * "name","description","inputSchema"}, in the caller's order and under the
 * names of tool_names.h. "[]" when there are none or tool_choice is none.
 */
MUST_CHECK int app_tools_append(const struct chat_request *r, struct buf *out);

/*
 * Appends the sentence that asks for what Codex cannot force: tool_choice
 * required, or a named function. Nothing when neither is asked for.
 */
MUST_CHECK int
app_tools_instruction(const struct chat_request *r, struct buf *out);

#endif
