/*
 * openai_format.h - the form in which an answer is wanted, as OpenAI's APIs
 * say it. They read into r->generation and return what reader.h says. Any
 * thread.
 *
 * Source: OpenAI API reference, "Create chat completion" and "Create a model
 * response".
 */
#ifndef DIALECT_OPENAI_FORMAT_H
#define DIALECT_OPENAI_FORMAT_H

#include "dialect/reader.h"

/*
 * A format, which is at `where`: "response_format". `flat`: the members of a
 * schema stand beside its type, else in a json_schema of their own.
 */
MUST_CHECK int openai_format(
    struct reader *r, const json_t *format, const char *where, bool flat);

/* low, medium or high, as the member `key` of `object`. */
MUST_CHECK int openai_verbosity_in(
    struct reader *r, const json_t *object, const char *key, const char *param);

#endif
