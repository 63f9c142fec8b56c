/*
 * codex_models.h - what Codex's model catalog says of each model, for
 * /v1/models and for checking requests before they cost anything. Pure.
 *
 * Source: `codex debug models`, {"models":[{slug, visibility, priority,
 * input_modalities, supported_reasoning_levels:[{effort}]}]}, 0.122.0 to
 * 0.169.0. A member that is absent forbids nothing.
 */
#ifndef CORE_CODEX_MODELS_H
#define CORE_CODEX_MODELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"
#include "core/api_error.h"
#include "core/chat_request.h"

struct codex_model {
	char *name;
	bool visible; /* is offered to users */
	bool images; /* takes them as input */
	bool has_efforts; /* the catalog says which it knows */
	struct strv efforts;
	int64_t priority; /* of the visible ones the least is the default */
};

struct codex_models {
	struct codex_model *v; /* in the catalog's order */
	size_t n;
};

/* Errors: -ENOMEM; what was read is then freed. */
MUST_CHECK int
codex_models_read(const json_t *catalog, struct codex_models *ret_models);
void codex_models_free(struct codex_models *m);

/* How many are visible. */
size_t codex_models_visible(const struct codex_models *m);

/* Appends the names of the visible ones. Errors: -ENOMEM. */
MUST_CHECK int
codex_models_names(const struct codex_models *m, struct strv *out);

/*
 * Checks what `name` (NULL: the default) cannot do: image parts, an effort
 * when it knows none at all or one that is no effort. -EINVAL with
 * UNSUPPORTED_PARAMETER or INVALID_VALUE set. A model that the catalog does
 * not have is Codex's to judge.
 */
MUST_CHECK int
codex_models_check(const struct codex_models *m, const char *name,
    const struct chat_request *r, struct api_error *ret_error);

/*
 * The effort nearest to `effort` that the model knows, of two that are as
 * near the lower; `effort` itself (NULL included) when nothing is known of
 * it. Borrowed from either.
 */
const char *codex_models_effort(
    const struct codex_models *m, const char *name, const char *effort);

#endif
