/*
 * openai_object.h - parts of the objects that OpenAI's APIs with choices
 * answer. Pure.
 *
 * Source: OpenAI API reference, "The chat completion object", "The completion
 * object".
 */
#ifndef DIALECT_OPENAI_OBJECT_H
#define DIALECT_OPENAI_OBJECT_H

#include "dialect/dialect.h"
#include "json/jsonw.h"

/* What such an object calls itself. */
struct openai_kind {
	const char *prefix; /* of its id */
	const char *object;
};

/*
 * Makes `ret_head` what all objects of a reply begin with, up to their choices:
 * id, object, created, model and system_fingerprint; where they are `events`,
 * from an event's beginning on. To be freed whatever it returns. Errors: those
 * of buf.
 */
MUST_CHECK int
openai_head_init(struct buf *ret_head, const struct openai_kind *kind,
    const struct identity *identity, const char *model, bool events);

/*
 * "estimated_tokens":n, a member of the details of usage: so many of the tokens
 * are not what Codex has counted. Nothing when none.
 */
void openai_estimated_json(struct jsonw *w, uint64_t n);

/* "usage":{...} */
void openai_usage_json(struct jsonw *w, const struct usage *usage);

/*
 * The last words of a stream that fails, as reply_ops has it: the error object
 * and nothing else.
 */
MUST_CHECK int
openai_stream_failed(void *writer, const struct error *e, struct buf *out);

#endif
