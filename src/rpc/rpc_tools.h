/*
 * rpc_tools.h - the caller's functions as `codex app-server` takes them.
 * Pure; any thread. Errors are those of buf; `out` then holds what it held.
 */
#ifndef RPC_RPC_TOOLS_H
#define RPC_RPC_TOOLS_H

#include "base/buf.h"
#include "conversation/generation.h"

/* Is the model told of any? One that is forced is none (generation.h). */
bool rpc_tools_offered(const struct generation *g);

/*
 * Appends thread/start's dynamicTools, an array of {"type":"function",
 * "name","description","inputSchema"}, in the caller's order and under the
 * names of tool_names.h; those of a namespace stand together, in
 * {"type":"namespace","name","description","tools"}, where its first one does.
 * "[]" when none is offered. A freeform tool is a
 * function of one text, `input`; its format stands in the description, and so
 * does what Codex leaves out of a schema (rpc_lost.h).
 */
MUST_CHECK int rpc_tools_append(const struct generation *g, struct buf *out);

/*
 * Appends the descriptions of namespaces that are longer than Codex takes, for
 * the model to be told in another way; there they are cut. Nothing when none
 * is.
 */
MUST_CHECK int
rpc_tools_long_spaces(const struct generation *g, struct buf *out);

/*
 * The input of a freeform tool, out of the arguments of its function; where
 * the model has not kept to that form, it is the arguments as they stand. On
 * success *ret_input is the caller's, with a NUL behind it. -ENOMEM.
 */
MUST_CHECK int
rpc_tools_input(struct text arguments, char **ret_input, size_t *ret_len);

/*
 * Appends what the model is told of tool_choice required, or of a named
 * function: of one that is forced, what its answer is the arguments of, else
 * the sentence that asks for what Codex cannot force. Nothing when neither is
 * asked for.
 */
MUST_CHECK int
rpc_tools_instruction(const struct generation *g, struct buf *out);

#endif
