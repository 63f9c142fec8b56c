/*
 * chat_stream.h - the writer of a streamed chat completion: chunks as
 * server-sent events.
 */
#ifndef DIALECT_CHAT_CHAT_STREAM_H
#define DIALECT_CHAT_CHAT_STREAM_H

#include "dialect/dialect.h"

extern const struct reply_ops chat_stream;

#endif
