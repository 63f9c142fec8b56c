/*
 * rpc_items.h - a conversation as `codex app-server` takes it: items of the
 * Responses API for thread/inject_items.
 * Pure; any thread. Time and memory are in proportion to the items.
 *
 * What becomes of an item (seen in the model's request, doc/codex.md):
 *
 *	message		message, texts and images in their order; system goes
 *			as developer, which Codex does not drop; an empty one
 *			of the assistant beside its calls is none at all
 *	call		function_call, by the name of tool_names.h; the input
 *			of a freeform tool as {"input":...}
 *	result		function_call_output: a string when there is one
 *			text, else the parts
 *	reasoning	the same, if it is encrypted; else nothing
 *	other		as it is
 *
 * Texts and arguments arrive byte for byte, empty ones too. A refusal is a
 * text, since Codex takes no other kind. The speaker's `name` has no place in
 * an item and is left out, and so are ids. A call without an id gets one, of
 * its place.
 */
#ifndef RPC_RPC_ITEMS_H
#define RPC_RPC_ITEMS_H

#include "conversation/generation.h"
#include "json/jsonw.h"

/*
 * Writes all items as elements of the array that is open, encrypted reasoning
 * only if `reasoning`. They have passed history_check: Codex drops an output
 * without its call.
 */
void
rpc_items_put(struct jsonw *json, const struct generation *g, bool reasoning);

/* The same of those from this one on. */
void
rpc_items_put_from(struct jsonw *json, const struct generation *g, size_t from);

/* Whether there is any encrypted reasoning among them. */
bool rpc_items_reasoning(const struct generation *g);

#endif
