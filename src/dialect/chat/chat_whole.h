/*
 * chat_whole.h - the writer of a chat completion as one body.
 */
#ifndef DIALECT_CHAT_CHAT_WHOLE_H
#define DIALECT_CHAT_CHAT_WHOLE_H

#include "dialect/dialect.h"

extern const struct reply_ops chat_whole;

#endif
