/*
 * responses_kept.h - reads what has to do with the store: the body of a
 * request about a conversation, and the items that references stand for.
 *
 * Source: OpenAI API reference, "Conversations". Any thread.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_KEPT_H
#define DIALECT_RESPONSES_RESPONSES_KEPT_H

#include "dialect/responses/responses_form.h"

/*
 * As responses_read, of what a conversation is given: {"items":[...],
 * "metadata":{...}}, each of which may be absent; a field at fault is named
 * accordingly. The form's `echo` is the metadata, its `input` the items, none
 * of which is a reference.
 */
MUST_CHECK int responses_read_conversation(const char *body, size_t len,
    struct generation **ret_generation, struct responses_form *ret_form,
    struct error *ret_error);

/*
 * dialect.h: puts items that were kept in the place of references. They have
 * no place of their own (PLACE_NONE), since the caller did not write them.
 */
MUST_CHECK int responses_resolve(struct generation *g, struct form *form,
    const struct found *found, size_t n, struct error *ret_error);

#endif
