/*
 * openai_fields.h - members that the bodies of several of OpenAI's APIs have,
 * with the same name and meaning. They read into r->generation and return what
 * reader.h says. Any thread.
 *
 * Source: OpenAI API reference, "Create chat completion" and "Create
 * completion".
 */
#ifndef DIALECT_OPENAI_FIELDS_H
#define DIALECT_OPENAI_FIELDS_H

#include "dialect/dialect.h"
#include "dialect/reader.h"

/* Stands for a model that the caller leaves out; see settings_model. */
#define OPENAI_MODEL_UNSAID "codex-local"

enum {
	OPENAI_N_MAX = 8 /* answers to one conversation */
};

MUST_CHECK int openai_model(struct reader *r, const json_t *root);

/* stream, and stream_options.include_usage where there is a stream. */
MUST_CHECK int openai_stream(
    struct reader *r, const json_t *root, struct form *form, bool *ret_usage);

/* n, from 1 to OPENAI_N_MAX. */
MUST_CHECK int openai_n(struct reader *r, const json_t *root);

/* stop: a string, or up to STOP_MAX of them. */
MUST_CHECK int openai_stop(struct reader *r, const json_t *root);

/* reasoning_effort */
MUST_CHECK int openai_effort(struct reader *r, const json_t *root);
/* The same as the member `key` of `object`. */
MUST_CHECK int openai_effort_in(
    struct reader *r, const json_t *object, const char *key, const char *param);
MUST_CHECK int openai_service_tier(struct reader *r, const json_t *root);

/*
 * prompt_cache_key, or else user, as the name of the conversation, unless it
 * has one. What is no string names none; that is for the dialect to refuse.
 * Before generation_beside, which copies it.
 */
MUST_CHECK int openai_conversation(struct reader *r, const json_t *root);

/* metadata.cwd; what else metadata has is the caller's own. */
MUST_CHECK int openai_cwd(struct reader *r, const json_t *root);

#endif
