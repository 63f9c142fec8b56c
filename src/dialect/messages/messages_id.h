/*
 * messages_id.h - what the answers of this dialect hand out in a form of their
 * own, and get back in the history: the ids of calls, and sealed reasoning.
 * Pure.
 */
#ifndef DIALECT_MESSAGES_MESSAGES_ID_H
#define DIALECT_MESSAGES_MESSAGES_ID_H

#include "base/text.h"

/*
 * Before the id of each call, since that of a tool_use begins so. Who has ids
 * of another provider in his history gets them shortened, in call and result
 * alike.
 */
#define MESSAGES_CALL_PREFIX "toolu_"

/*
 * Before the encrypted reasoning, which is the signature of a block of
 * thinking. The colon is in no signature of another provider's: those are
 * base64.
 */
#define MESSAGES_SEAL_PREFIX "codex:"

/* The call that the id of a tool_use stands for. */
struct text messages_call_of(struct text id);

/* What is sealed in a signature; empty: it is not one of ours. */
struct text messages_sealed_in(struct text signature);

#endif
