/*
 * chat_chunk.h - the bytes of one streamed chat completion chunk. Pure.
 *
 * All chunks of a reply begin alike (id, created, model, ...), so that part
 * is built once and appended as it is.
 *
 * Each function appends one whole SSE event. Errors are those of buf; part
 * of the event may then stand in `out`.
 */
#ifndef CORE_CHAT_CHUNK_H
#define CORE_CHAT_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/event.h"

/* What is constant in all chunks of a reply. */
struct chat_chunk_form {
	struct buf prefix; /* "data: {...,"choices":[" */
	bool null_usage; /* every chunk says "usage":null */
	bool old_calls; /* a call is a function_call */
};

/* `form` may be freed whether this worked or not. Errors: -ENOMEM. */
MUST_CHECK int chat_chunk_form_init(struct chat_chunk_form *form,
    const char *id, int64_t created, const char *model, const char *fingerprint,
    bool null_usage, bool old_calls);
void chat_chunk_form_free(struct chat_chunk_form *form);

/* The role, without which some clients drop what follows. */
MUST_CHECK int chat_chunk_role(
    const struct chat_chunk_form *form, unsigned choice, struct buf *out);

/* A piece of text; `kind` is EVENT_CONTENT or EVENT_REASONING. */
MUST_CHECK int
chat_chunk_text(const struct chat_chunk_form *form, unsigned choice,
    enum event_kind kind, const char *text, size_t len, struct buf *out);

/* What an EVENT_TOOL_CALL or EVENT_TOOL_ARGUMENTS says. */
MUST_CHECK int chat_chunk_tool_call(const struct chat_chunk_form *form,
    unsigned choice, const struct event *e, struct buf *out);
MUST_CHECK int chat_chunk_tool_arguments(const struct chat_chunk_form *form,
    unsigned choice, const struct event *e, struct buf *out);

/* The closing chunk of a choice. */
MUST_CHECK int chat_chunk_finish(const struct chat_chunk_form *form,
    unsigned choice, const char *reason, struct buf *out);

/* The last chunk of include_usage: no choices, and the numbers. */
MUST_CHECK int chat_chunk_usage(const struct chat_chunk_form *form,
    const struct usage *usage, struct buf *out);

/*
 * What chunks and bodies share: appends id, object, created, model and
 * system_fingerprint as members without braces; the usage object.
 */
MUST_CHECK int
chat_identity_json(struct buf *out, const char *id, const char *object,
    int64_t created, const char *model, const char *fingerprint);
MUST_CHECK int chat_usage_json(const struct usage *usage, struct buf *out);

#endif
