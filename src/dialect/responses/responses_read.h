/*
 * responses_read.h - reads the body of a POST /v1/responses.
 *
 * Source: OpenAI API reference, "Create a model response"; the items as Codex
 * takes them, doc/codex.md. Any thread.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_READ_H
#define DIALECT_RESPONSES_RESPONSES_READ_H

#include "dialect/responses/responses_form.h"

/*
 * On success *ret_generation is one reference, and what `ret_form` holds is
 * the caller's, for responses_form_clear. Errors: those of reader_run.
 *
 * The answer that is gone on from, or the conversation, is the first of the
 * request's references and stands before the other items, behind the
 * instructions.
 */
MUST_CHECK int
responses_read(const char *body, size_t len, struct generation **ret_generation,
    struct responses_form *ret_form, struct error *ret_error);

/* Frees what the reader has put into it, and zeroes it. */
void responses_form_clear(struct responses_form *form);

/* dialect.h: "input[2].content[0].image_url" and the like. */
bool responses_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX]);

#endif
