#include "core/codex_models.h"

#include <errno.h>

#include "base/jsonx.h"

/* From the least to the most, as all models order those that they know. */
static const char *const ranks[] = { "none", "minimal", "low", "medium", "high",
	"xhigh", "max", "ultra" };

static int
rank_of(const char *effort)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++) {
		if (strcmp(ranks[i], effort) == 0)
			return (int)i;
	}
	return -1;
}

/* ---- reading ---- */

static bool
takes_images(const json_t *model)
{
	json_t *list, *value;
	size_t i;

	if (jsonx_get_array(model, "input_modalities", &list) != 0)
		return true;
	json_array_foreach(list, i, value) {
		if (json_is_string(value) &&
		    strcmp(json_string_value(value), "image") == 0)
			return true;
	}
	return false;
}

static int
read_efforts(const json_t *model, struct codex_model *out)
{
	json_t *list, *level;
	const char *effort;
	size_t i;
	int rc = 0;

	if (jsonx_get_array(model, "supported_reasoning_levels", &list) != 0)
		return 0;
	out->has_efforts = true;
	json_array_foreach(list, i, level) {
		if (rc == 0 && jsonx_get_string(level, "effort", &effort) == 0)
			rc = strv_add(&out->efforts, effort);
	}
	return rc;
}

static int
read_model(const json_t *model, const char *name, struct codex_model *out)
{
	const char *visibility = "";

	out->name = strdup(name);
	if (out->name == NULL)
		return -ENOMEM;
	(void)jsonx_get_string(model, "visibility", &visibility);
	out->visible = strcmp(visibility, "list") == 0;
	out->images = takes_images(model);
	out->priority = INT64_MAX;
	(void)jsonx_get_int(model, "priority", &out->priority);
	return read_efforts(model, out);
}

int
codex_models_read(const json_t *catalog, struct codex_models *ret_models)
{
	const json_t *list = json_object_get(catalog, "models");
	struct codex_models m = { NULL, 0 };
	const char *name;
	json_t *model;
	size_t i;
	int rc = 0;

	m.v = calloc(json_array_size(list) + 1, sizeof(*m.v));
	if (m.v == NULL)
		return -ENOMEM;
	json_array_foreach(list, i, model) {
		if (rc == 0 && jsonx_get_string(model, "slug", &name) == 0)
			rc = read_model(model, name, &m.v[m.n++]);
	}
	if (rc != 0) {
		codex_models_free(&m);
		return rc;
	}
	*ret_models = m;
	return 0;
}

void
codex_models_free(struct codex_models *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].name);
		strv_free(&m->v[i].efforts);
	}
	free(m->v);
	*m = (struct codex_models){ NULL, 0 };
}

size_t
codex_models_visible(const struct codex_models *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->v[i].visible;
	return n;
}

int
codex_models_names(const struct codex_models *m, struct strv *out)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < m->n; i++) {
		if (m->v[i].visible)
			rc = strv_add(out, m->v[i].name);
	}
	return rc;
}

/* ---- looking up ---- */

static const struct codex_model *
find_default(const struct codex_models *m)
{
	const struct codex_model *best = NULL;

	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].visible &&
		    (best == NULL || m->v[i].priority < best->priority))
			best = &m->v[i];
	}
	return best;
}

static const struct codex_model *
find(const struct codex_models *m, const char *name)
{
	if (name == NULL)
		return find_default(m);
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->v[i].name, name) == 0)
			return &m->v[i];
	}
	return NULL;
}

static bool
has_image(const struct chat_message *message)
{
	for (size_t i = 0; i < message->n_parts; i++) {
		if (message->parts[i].kind == CHAT_PART_IMAGE)
			return true;
	}
	return false;
}

static int
check_images(const struct codex_model *model, const struct chat_request *r,
    struct api_error *ret_error)
{
	char param[64];

	for (size_t i = 0; !model->images && i < r->n_messages; i++) {
		if (!has_image(&r->messages[i]))
			continue;
		snprintf(param, sizeof(param), "messages[%zu].content", i);
		return api_error_set_param(ret_error,
		    API_ERROR_UNSUPPORTED_PARAMETER, param,
		    "The model '%.100s' takes no images.", model->name);
	}
	return 0;
}

static bool
knows(const struct codex_model *model, const char *effort)
{
	for (size_t i = 0; i < model->efforts.n; i++) {
		if (strcmp(model->efforts.v[i], effort) == 0)
			return true;
	}
	return false;
}

static int
check_effort(const struct codex_model *model, const char *effort,
    struct api_error *ret_error)
{
	if (effort == NULL || !model->has_efforts || knows(model, effort))
		return 0;
	if (model->efforts.n == 0)
		return api_error_set_param(ret_error,
		    API_ERROR_UNSUPPORTED_PARAMETER, "reasoning_effort",
		    "The model '%.100s' knows no reasoning effort.",
		    model->name);
	if (rank_of(effort) >= 0)
		return 0;
	return api_error_set_param(ret_error, API_ERROR_INVALID_VALUE,
	    "reasoning_effort",
	    "'%.64s' is no reasoning effort; the model '%.100s' knows %s to "
	    "%s.",
	    effort, model->name, model->efforts.v[0],
	    model->efforts.v[model->efforts.n - 1]);
}

int
codex_models_check(const struct codex_models *m, const char *name,
    const struct chat_request *r, struct api_error *ret_error)
{
	const struct codex_model *model = find(m, name);
	int rc;

	if (model == NULL)
		return 0;
	rc = check_images(model, r, ret_error);
	return rc != 0 ? rc
		       : check_effort(model, r->reasoning_effort, ret_error);
}

const char *
codex_models_effort(
    const struct codex_models *m, const char *name, const char *effort)
{
	const struct codex_model *model = find(m, name);
	int wanted = effort != NULL ? rank_of(effort) : -1;
	int least = INT32_MAX;
	const char *best = NULL; /* a model that knows none gets none */

	if (model == NULL || wanted < 0 || knows(model, effort))
		return effort;
	for (size_t i = 0; i < model->efforts.n; i++) {
		int rank = rank_of(model->efforts.v[i]);
		/* Doubled, so that of two as near the lower one is nearer. */
		int distance = 2 * abs(rank - wanted) + (rank > wanted);

		if (rank >= 0 && distance < least) {
			least = distance;
			best = model->efforts.v[i];
		}
	}
	return best;
}
