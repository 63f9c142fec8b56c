/*
 * rpc_lost.h - what Codex leaves out of a function's parameters. Pure; any
 * thread.
 *
 * Of a schema that it does not cut down (rpc_schemas.h) Codex passes on types,
 * descriptions, enum, const, properties, required, additionalProperties,
 * items, minItems, anyOf, oneOf, allOf and references, and leaves out all else
 * (doc/codex.md). So that the model knows what the caller asks for, those of
 * them that say something of the values are told in the description.
 */
#ifndef RPC_RPC_LOST_H
#define RPC_RPC_LOST_H

#include "base/buf.h"
#include "base/text.h"

/*
 * Appends "\n\nOf the parameters:\n- at[]: minimum 0, pattern \"^a\"\n..."
 * for `schema`, JSON; nothing when nothing is lost. Errors: those of buf, and
 * -ENOMEM; `out` then holds what it held.
 */
MUST_CHECK int rpc_lost_append(struct text schema, struct buf *out);

#endif
