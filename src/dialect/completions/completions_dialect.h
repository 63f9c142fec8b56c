/*
 * completions_dialect.h - POST /v1/completions as a dialect: text goes on
 * where a prompt ends. It is the API that came before chat completions.
 *
 * The wire format is that of the OpenAI API reference ("Create completion",
 * "The completion object").
 */
#ifndef DIALECT_COMPLETIONS_COMPLETIONS_DIALECT_H
#define DIALECT_COMPLETIONS_COMPLETIONS_DIALECT_H

#include "dialect/dialect.h"

extern const struct dialect completions_dialect;

#endif
