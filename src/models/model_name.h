/*
 * model_name.h - what a caller's model name stands for. Pure.
 *
 * The first of these that fits:
 *
 *	1. an alias (--model-alias NAME=MODEL)
 *	2. an alias pattern (NAME*=MODEL), in the order given
 *	3. codex-local and codex-agent
 *	4. a model of the catalog
 *	5. such a model with an effort behind it, NAME:high or NAME-high
 *	6. what stands behind the first "/", by the same order
 *
 * else Codex gets the name as it is, unless it is one of another provider's
 * that codex-local stands for (model_name_stand_in). A pattern does not take
 * codex-local or codex-agent. The MODEL of an alias may be what 3 to 5 take.
 */
#ifndef MODELS_MODEL_NAME_H
#define MODELS_MODEL_NAME_H

#include <stdbool.h>

#include "models/codex_models.h"
#include "settings/settings.h"

enum {
	MODEL_NAME_REAL_MAX = 257
};

struct model_name {
	char *model; /* for Codex; owned; NULL: its own default */
	const char *effort; /* that was said with the name, or NULL; constant */
	bool agent; /* it asks for Codex's agent, which looks at files */
	bool known; /* false: none of these, Codex gets it as it is */
};

/*
 * Fills in `ret_name`. `models` may be NULL: nothing is known of them then.
 * Errors: -ENOMEM.
 */
MUST_CHECK int
model_name_read(const struct settings *s, const struct codex_models *models,
    const char *name, struct model_name *ret_name);
void model_name_free(struct model_name *n);

/*
 * Makes of a name that is not known, and begins with `prefix`, or does so
 * behind its first "/", what codex-local is. A prefix of NULL begins none.
 * `n` is what model_name_read made of `name`. Errors: -ENOMEM.
 */
MUST_CHECK int model_name_stand_in(const struct settings *s, const char *name,
    const char *prefix, struct model_name *n);

/* What the request says, else what the name says; NULL: neither. Borrowed. */
const char *
model_name_effort(const struct model_name *n, const struct generation *g);

/*
 * The model that answers: where Codex is left to choose, what --codex-config
 * or its catalog says. Empty when that is not known. Longer ones are cut.
 */
void
model_name_real(const struct settings *s, const struct codex_models *models,
    const struct model_name *n, char out[MODEL_NAME_REAL_MAX]);

#endif
