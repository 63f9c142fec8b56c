/*
 * responses_reply.h - the two writers of a response: a stream of events, and
 * one object. Both gather the output in the same way, since the last event of
 * a stream has all of it; so it is one writer, which as a stream tells what it
 * does.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_REPLY_H
#define DIALECT_RESPONSES_RESPONSES_REPLY_H

#include "dialect/dialect.h"

extern const struct reply_ops responses_stream, responses_whole;

#endif
