/*
 * responses_dialect.h - POST /v1/responses as a dialect.
 *
 * The wire format is that of the OpenAI API reference ("Create a model
 * response", "The response object", "Streaming events"), held also against
 * that of Open Responses (openresponses.org).
 */
#ifndef DIALECT_RESPONSES_RESPONSES_DIALECT_H
#define DIALECT_RESPONSES_RESPONSES_DIALECT_H

#include "dialect/dialect.h"

extern const struct dialect responses_dialect;

/*
 * What a conversation is given (responses_kept.h): bodies are read, and nobody
 * answers. It has no writers.
 */
extern const struct dialect responses_given_dialect;

#endif
