/*
 * openai_choice.h - which of its tools a request wants to be called, in the
 * form that OpenAI's APIs give it. They read into r->generation, whose tools
 * are known, and return what reader.h says. Any thread.
 *
 * Source: OpenAI API reference, "Create chat completion" and "Create a model
 * response".
 */
#ifndef DIALECT_OPENAI_CHOICE_H
#define DIALECT_OPENAI_CHOICE_H

#include "dialect/reader.h"

/* Whether an entry of allowed_tools is none that the generation has. */
typedef bool openai_skip_fn(const json_t *entry);

/* none, auto or required, a string at `param`. */
MUST_CHECK int
openai_choice_word(struct reader *r, const json_t *value, const char *param);

/* The tool whose name is in `object`, where it is at `param`. */
MUST_CHECK int
openai_choice_name(struct reader *r, const json_t *object, const char *param);

/* tool_choice, an object; `skip` may be NULL. */
MUST_CHECK int
openai_choice(struct reader *r, const json_t *choice, openai_skip_fn *skip);

#endif
