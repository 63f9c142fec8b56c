/*
 * forced_call.h - a call that the model can be held to. Pure; any thread.
 *
 * Codex knows no tool_choice, but it holds the model to an output schema. So
 * where one function alone may be called, and has to be, its parameters are
 * made the schema of the answer, and the answer is the call's arguments.
 */
#ifndef DIALECT_FORCED_CALL_H
#define DIALECT_FORCED_CALL_H

#include "base/compiler.h"
#include "conversation/generation.h"

/*
 * Sets g->forced and the schema of a request that has been read, if it demands
 * a call of one function whose parameters strict mode takes (strict_schema.h).
 * What format its text should have counts no longer then. Else leaves it as it
 * is. -ENOMEM.
 */
MUST_CHECK int forced_call_find(struct generation *g);

#endif
