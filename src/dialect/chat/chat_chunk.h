/*
 * chat_chunk.h - the bytes of one streamed chat completion chunk. Pure.
 *
 * All chunks of a reply begin alike (id, created, model, ...), so that part
 * is built once and appended as it is.
 *
 * Each function appends one whole SSE event, or nothing. Errors are those of
 * buf.
 */
#ifndef DIALECT_CHAT_CHAT_CHUNK_H
#define DIALECT_CHAT_CHAT_CHUNK_H

#include "dialect/chat/chat_form.h"

/* What is constant in all chunks of a reply. */
struct chat_chunk_form {
	struct buf prefix; /* "data: {...,"choices":[" */
	bool null_usage; /* every chunk says "usage":null */
	bool old_calls; /* a call is a function_call */
};

/* `form` may be freed whether this worked or not. Errors: -ENOMEM. */
MUST_CHECK int chat_chunk_form_init(struct chat_chunk_form *form,
    const struct chat_form *asked, const struct identity *identity,
    const char *model);
void chat_chunk_form_free(struct chat_chunk_form *form);

/*
 * An empty text. With the role it must be a choice's first: some clients drop
 * what comes before it, and others join all the roles that come.
 */
MUST_CHECK int chat_chunk_empty(const struct chat_chunk_form *form,
    unsigned choice, bool role, struct buf *out);

/* A piece of text; `name` is "content" or "reasoning_content". */
MUST_CHECK int
chat_chunk_text(const struct chat_chunk_form *form, unsigned choice,
    const char *name, const char *text, size_t len, struct buf *out);

/* What a call's ITEM_BEGIN or ARGUMENTS says. */
MUST_CHECK int chat_chunk_call(const struct chat_chunk_form *form,
    unsigned choice, const struct event *e, struct buf *out);

/* The encrypted reasoning in `e` (chat_details.h), the choice's `index`th. */
MUST_CHECK int chat_chunk_detail(const struct chat_chunk_form *form,
    unsigned choice, const struct event *e, unsigned index, struct buf *out);

/* The closing chunk of a choice. */
MUST_CHECK int chat_chunk_finish(const struct chat_chunk_form *form,
    unsigned choice, const char *reason, struct buf *out);

/* The last chunk of include_usage: no choices, and the numbers. */
MUST_CHECK int chat_chunk_usage(const struct chat_chunk_form *form,
    const struct usage *usage, struct buf *out);

#endif
