#include "models/model_name.h"

#include <errno.h>

static int
set(struct model_name *n, const char *model, size_t len)
{
	n->known = true;
	if (model == NULL)
		return 0;
	n->model = strndup(model, len);
	return n->model != NULL ? 0 : -ENOMEM;
}

/* "NAME:high", "NAME-high": the length of NAME, or 0. */
static size_t
model_before_effort(
    const struct codex_models *models, const char *name, const char **effort)
{
	const char *end = name + strlen(name), *sep = end;
	const char *found;

	while (sep > name && *sep != ':' && *sep != '-')
		sep--;
	if (sep == name ||
	    (found = codex_models_effort_named(
		 sep + 1, (size_t)(end - sep - 1))) == NULL)
		return 0;
	for (size_t i = 0; models != NULL && i < models->n; i++) {
		const char *model = models->v[i].name;

		if (strlen(model) == (size_t)(sep - name) &&
		    memcmp(model, name, (size_t)(sep - name)) == 0) {
			*effort = found;
			return (size_t)(sep - name);
		}
	}
	return 0;
}

/* Steps 3 to 5. */
static int
read_own(const struct settings *s, const struct codex_models *models,
    const char *name, struct model_name *n)
{
	size_t len;

	n->agent = strcmp(name, SETTINGS_AGENT_MODEL) == 0;
	if (n->agent || strcmp(name, SETTINGS_LOCAL_MODEL) == 0)
		return set(
		    n, s->model, s->model != NULL ? strlen(s->model) : 0);
	if (codex_models_find(models, name) != NULL)
		return set(n, name, strlen(name));
	len = model_before_effort(models, name, &n->effort);
	return len > 0 ? set(n, name, len) : 0;
}

/* Steps 1 to 5. */
static int
read_step(const struct settings *s, const struct codex_models *models,
    const char *name, struct model_name *n)
{
	const char *target = settings_alias(s, name);
	int rc = read_own(s, models, target != NULL ? target : name, n);

	if (rc == 0 && target != NULL && !n->known)
		rc = set(n, target, strlen(target));
	return rc;
}

int
model_name_read(const struct settings *s, const struct codex_models *models,
    const char *name, struct model_name *ret_name)
{
	struct model_name n = { NULL };
	const char *rest = name;
	int rc = read_step(s, models, rest, &n);

	while (rc == 0 && !n.known && (rest = strchr(rest, '/')) != NULL)
		rc = read_step(s, models, ++rest, &n);
	if (rc == 0 && !n.known) {
		rc = set(&n, name, strlen(name));
		n.known = false;
	}
	if (rc != 0)
		model_name_free(&n);
	else
		*ret_name = n;
	return rc;
}

void
model_name_free(struct model_name *n)
{
	free(n->model);
	n->model = NULL;
}

static bool
begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

int
model_name_stand_in(const struct settings *s, const char *name,
    const char *prefix, struct model_name *n)
{
	const char *slash = strchr(name, '/');

	if (n->known || prefix == NULL ||
	    (!begins(name, prefix) &&
		(slash == NULL || !begins(slash + 1, prefix))))
		return 0;
	model_name_free(n);
	return read_own(s, NULL, SETTINGS_LOCAL_MODEL, n);
}

const char *
model_name_effort(const struct model_name *n, const struct generation *g)
{
	return g->effort != NULL ? g->effort : n->effort;
}

/* The last one counts, as with Codex. TOML: the quotes are no part of it. */
static const char *
configured(const struct settings *s)
{
	static const char key[] = "model=";
	const char *value = NULL;

	for (size_t i = 0; i < s->codex_config.n; i++) {
		if (strncmp(s->codex_config.v[i], key, strlen(key)) == 0)
			value = s->codex_config.v[i] + strlen(key);
	}
	return value;
}

void
model_name_real(const struct settings *s, const struct codex_models *models,
    const struct model_name *n, char out[MODEL_NAME_REAL_MAX])
{
	const char *config = configured(s);
	const struct codex_model *model;

	if (n->model != NULL) {
		snprintf(out, MODEL_NAME_REAL_MAX, "%s", n->model);
	} else if (config != NULL) {
		config += strspn(config, "\"'");
		snprintf(out, MODEL_NAME_REAL_MAX, "%.*s",
		    (int)strcspn(config, "\"'"), config);
	} else {
		model = codex_models_find(models, NULL);
		snprintf(out, MODEL_NAME_REAL_MAX, "%s",
		    model != NULL ? model->name : "");
	}
}
