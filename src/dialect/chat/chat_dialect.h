/*
 * chat_dialect.h - POST /v1/chat/completions as a dialect.
 *
 * The wire format is that of the OpenAI API reference ("Create chat
 * completion", "The chat completion object", "The chat completion chunk
 * object").
 */
#ifndef DIALECT_CHAT_CHAT_DIALECT_H
#define DIALECT_CHAT_CHAT_DIALECT_H

#include "dialect/dialect.h"

extern const struct dialect chat_dialect;

#endif
