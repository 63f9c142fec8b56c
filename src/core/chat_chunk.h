/*
 * chat_chunk.h - the bytes of one streamed chat completion chunk. Pure.
 *
 * All chunks of a reply begin alike (id, created, model, ...), so that part
 * is built once and appended as it is.
 */
#ifndef CORE_CHAT_CHUNK_H
#define CORE_CHAT_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/event.h"

/* What is constant in all chunks, and in the body of a whole completion. */
struct chat_chunk_form {
	struct buf prefix; /* "data: {...,"choices":[" */
	bool null_usage; /* every chunk says "usage":null */
};

/* Errors: -ENOMEM. Free with chat_chunk_form_free in any case. */
MUST_CHECK int
chat_chunk_form_init(struct chat_chunk_form *f, const char *id, int64_t created,
    const char *model, const char *fingerprint, bool null_usage);
void chat_chunk_form_free(struct chat_chunk_form *f);

/*
 * Appends id, object, created, model and system_fingerprint as members,
 * without braces.
 */
MUST_CHECK int
chat_chunk_identity(struct buf *b, const char *id, const char *object,
    int64_t created, const char *model, const char *fingerprint);

/*
 * A chunk is opened with its choice, its delta's members are appended by the
 * caller, and it is closed; `finish` is a constant, or NULL for null.
 */
MUST_CHECK int chat_chunk_open(
    const struct chat_chunk_form *f, unsigned choice, struct buf *out);
MUST_CHECK int chat_chunk_close(
    const struct chat_chunk_form *f, const char *finish, struct buf *out);

/* The last chunk of include_usage: no choices, and the numbers. */
MUST_CHECK int chat_chunk_usage(const struct chat_chunk_form *f,
    const struct usage *usage, struct buf *out);

/* Appends the usage object. */
MUST_CHECK int chat_usage_json(const struct usage *usage, struct buf *out);

#endif
