/*
 * codex_models.h - what Codex's model catalog says of each model, for
 * /v1/models, for what a model's name means, and for checking requests before
 * they cost anything.
 *
 * Source: `codex debug models`, {"models":[{slug, display_name, visibility,
 * priority, context_window, input_modalities,
 * supported_reasoning_levels:[{effort}]}]}, 0.122.0 to 0.171.0. A member that
 * is absent forbids nothing.
 *
 * Immutable and counted; any thread. All functions take NULL for a catalog of
 * which nothing is known.
 */
#ifndef MODELS_CODEX_MODELS_H
#define MODELS_CODEX_MODELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strv.h"
#include "conversation/error.h"
#include "conversation/generation.h"

struct codex_model {
	char *name;
	char *display_name; /* NULL: not told */
	int64_t context_window; /* tokens; 0: not told */
	bool visible; /* is offered to users */
	bool images; /* takes them as input */
	bool has_efforts; /* the catalog says which it knows */
	struct strv efforts;
	int64_t priority; /* of the visible ones the least is the default */
};

struct codex_models {
	struct codex_model *v; /* in the catalog's order */
	size_t n;
	_Atomic unsigned refs; /* private */
};

/* One reference. Errors: -ENOMEM. */
MUST_CHECK int
codex_models_read(const json_t *catalog, struct codex_models **ret_models);
struct codex_models *codex_models_ref(struct codex_models *m);
void codex_models_unref(struct codex_models *m);

/* How many are visible. */
size_t codex_models_visible(const struct codex_models *m);

/*
 * The model of that name, or for NULL the default; NULL: there is none.
 * Borrowed.
 */
const struct codex_model *
codex_models_find(const struct codex_models *m, const char *name);

/*
 * The effort that the first `len` bytes of `word` name, from "none" to
 * "ultra"; NULL: it is none. A constant.
 */
const char *codex_models_effort_named(const char *word, size_t len);

/*
 * Appends the visible ones as a JSON array, for people to look at:
 * [{"name","context_window","efforts":[...],"images","default"}], the window
 * null where it is not known. Errors are those of buf.
 */
MUST_CHECK int codex_models_json(const struct codex_models *m, struct buf *out);

/*
 * Checks what `name` (NULL: the default) cannot do: image parts, `effort`
 * when it knows none at all or one that is no effort. -EINVAL with
 * UNSUPPORTED_PARAMETER or INVALID_VALUE set, at FIELD_IMAGE (the item) or
 * FIELD_EFFORT. A model that the catalog does not have is Codex's to judge.
 */
MUST_CHECK int
codex_models_check(const struct codex_models *m, const char *name,
    const char *effort, const struct generation *g, struct error *ret_error);

/*
 * The effort nearest to `effort` that the model knows, of two that are as
 * near the lower; `effort` itself (NULL included) when nothing is known of
 * it. Borrowed from either.
 */
const char *codex_models_effort(
    const struct codex_models *m, const char *name, const char *effort);

#endif
