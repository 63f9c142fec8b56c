/*
 * completions_read.h - reads and checks a POST /v1/completions body.
 *
 * Source of the fields: OpenAI API reference, "Create completion".
 */
#ifndef DIALECT_COMPLETIONS_COMPLETIONS_READ_H
#define DIALECT_COMPLETIONS_COMPLETIONS_READ_H

#include "dialect/completions/completions_form.h"

/*
 * On success *ret_generation is one reference, with a generation beside it for
 * each further prompt, and `ret_form` is filled in. On failure -EINVAL with
 * `ret_error` set, or -ENOMEM with INTERNAL. Takes time in proportion to the
 * body. Any thread.
 *
 * A prompt is a message of the user. What is to stand behind the answer
 * (`suffix`) is told in one of the developer before it.
 */
MUST_CHECK int completions_read(const char *body, size_t len,
    struct generation **ret_generation, struct completions_form *ret_form,
    struct error *ret_error);

#endif
