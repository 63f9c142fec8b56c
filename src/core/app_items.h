/*
 * app_items.h - messages as `codex app-server` takes them: items of the
 * Responses API for thread/inject_items.
 * Pure; any thread. Errors are those of buf; `out` then holds what it held.
 * Time and memory are in proportion to the messages.
 *
 * What becomes of a message (seen in the model's request, doc/codex.md):
 *
 *	system, developer	message, role developer: Codex drops system
 *	user			message, texts and images in their order
 *	assistant		message, then a function_call each; without
 *				text and with calls no message at all
 *	tool, function		function_call_output: a string when there is
 *				one text, else the parts
 *
 * Texts and arguments arrive byte for byte, empty ones too; functions go by
 * the names of tool_names.h. A refusal is a text, since Codex takes no other
 * kind. The role's `name` has no place in an item and is left out. The old
 * function_call has no id and gets one, of the message's index.
 */
#ifndef CORE_APP_ITEMS_H
#define CORE_APP_ITEMS_H

#include "base/buf.h"
#include "core/chat_request.h"

/*
 * Appends the items of all messages, with commas between and no brackets
 * around them. The messages have passed app_history_check: Codex drops an
 * output without its call.
 */
MUST_CHECK int app_items_append(const struct chat_request *r, struct buf *out);

#endif
