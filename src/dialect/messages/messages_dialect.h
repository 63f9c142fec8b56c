/*
 * messages_dialect.h - POST /v1/messages as a dialect.
 *
 * The wire format is that of the Anthropic API reference ("Create a Message",
 * "Streaming Messages", "Count tokens in a Message", "Errors").
 */
#ifndef DIALECT_MESSAGES_MESSAGES_DIALECT_H
#define DIALECT_MESSAGES_MESSAGES_DIALECT_H

#include "dialect/dialect.h"

/* Of this provider; codex-local stands for those that are not known here. */
#define MESSAGES_MODELS "claude-"

extern const struct dialect messages_dialect;

/*
 * POST /v1/messages/count_tokens, which needs no max_tokens; it has no writers,
 * for nothing is answered but a number.
 */
extern const struct dialect messages_count_dialect;

#endif
