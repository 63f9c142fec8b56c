/*
 * completions_reply.h - the two writers of a completion, a stream of chunks
 * and one body; and what both share. Pure.
 *
 * Only the answer proper is written: the API has no place for reasoning and
 * commentary.
 */
#ifndef DIALECT_COMPLETIONS_COMPLETIONS_REPLY_H
#define DIALECT_COMPLETIONS_COMPLETIONS_REPLY_H

#include "dialect/completions/completions_form.h"
#include "dialect/openai_object.h"

extern const struct reply_ops completions_stream, completions_whole;

extern const struct openai_kind completions_kind;

/* What the caller sent as the prompt of this choice. */
struct text
completions_prompt(const struct generation *request, unsigned choice);

/* {"text":...: a choice up to its text; then what follows it. */
void completions_open_choice(struct jsonw *w, unsigned choice);
void completions_close_choice(struct jsonw *w, enum finish_reason reason);

#endif
