/*
 * rpc_schemas.h - functions whose parameters Codex cuts down. Pure; any
 * thread.
 *
 * Of a schema of more than 5,000 bytes Codex takes away the descriptions, and
 * while it is still longer what stands in $defs, what is nested deeper than
 * two objects, and alternatives (doc/codex.md). No setting and no other form
 * of a function changes that. So the model is told such a schema in full, in
 * a message of its own; and not in the function's description, the length of
 * which the model's server may limit.
 */
#ifndef RPC_RPC_SCHEMAS_H
#define RPC_RPC_SCHEMAS_H

#include "base/buf.h"
#include "conversation/generation.h"

/*
 * Appends the text of that message; nothing when no function that is offered
 * needs it. Errors: those of buf, and -ENOMEM; `out` then holds what it held.
 */
MUST_CHECK int rpc_schemas_append(const struct generation *g, struct buf *out);

/*
 * Whether Codex may cut this one down, compact JSON. Never false of one that
 * it does.
 */
bool rpc_schema_is_cut(struct text schema);

#endif
