#include "models/codex_models.h"

#include <errno.h>
#include <stdatomic.h>

#include "json/jsonw.h"
#include "json/jsonx.h"

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

const char *
codex_models_effort_named(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++) {
		if (strlen(ranks[i]) == len && memcmp(ranks[i], word, len) == 0)
			return ranks[i];
	}
	return NULL;
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
	const char *visibility = "", *display = NULL;

	out->name = strdup(name);
	if (out->name == NULL)
		return -ENOMEM;
	(void)jsonx_get_string(model, "display_name", &display);
	if (display != NULL && (out->display_name = strdup(display)) == NULL)
		return -ENOMEM;
	(void)jsonx_get_string(model, "visibility", &visibility);
	out->visible = strcmp(visibility, "list") == 0;
	out->images = takes_images(model);
	(void)jsonx_get_int(model, "context_window", &out->context_window);
	out->priority = INT64_MAX;
	(void)jsonx_get_int(model, "priority", &out->priority);
	return read_efforts(model, out);
}

static int
read_all(const json_t *list, struct codex_models *m)
{
	const char *name;
	json_t *model;
	size_t i;
	int rc = 0;

	json_array_foreach(list, i, model) {
		if (rc == 0 && jsonx_get_string(model, "slug", &name) == 0)
			rc = read_model(model, name, &m->v[m->n++]);
	}
	return rc;
}

int
codex_models_read(const json_t *catalog, struct codex_models **ret_models)
{
	const json_t *list = json_object_get(catalog, "models");
	struct codex_models *m = calloc(1, sizeof(*m));
	int rc;

	if (m == NULL)
		return -ENOMEM;
	atomic_init(&m->refs, 1);
	m->v = calloc(json_array_size(list) + 1, sizeof(*m->v));
	rc = m->v != NULL ? read_all(list, m) : -ENOMEM;
	if (rc != 0) {
		codex_models_unref(m);
		return rc;
	}
	*ret_models = m;
	return 0;
}

struct codex_models *
codex_models_ref(struct codex_models *m)
{
	if (m != NULL)
		atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void
codex_models_unref(struct codex_models *m)
{
	if (m == NULL)
		return;
	if (atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].name);
		free(m->v[i].display_name);
		strv_free(&m->v[i].efforts);
	}
	free(m->v);
	free(m);
}

size_t
codex_models_visible(const struct codex_models *m)
{
	size_t n = 0;

	for (size_t i = 0; m != NULL && i < m->n; i++)
		n += m->v[i].visible;
	return n;
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

const struct codex_model *
codex_models_find(const struct codex_models *m, const char *name)
{
	if (m == NULL)
		return NULL;
	if (name == NULL)
		return find_default(m);
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->v[i].name, name) == 0)
			return &m->v[i];
	}
	return NULL;
}

static bool
has_image(const struct item *item)
{
	for (size_t i = 0; i < item->n_parts; i++) {
		if (item->parts[i].kind == PART_IMAGE)
			return true;
	}
	return false;
}

static int
check_images(const struct codex_model *model, const struct generation *g,
    struct error *ret_error)
{
	for (size_t i = 0; !model->images && i < g->n_items; i++) {
		struct place at = { g->items[i].place.outer, PLACE_ALL };

		if (has_image(&g->items[i]))
			return error_set_at(ret_error,
			    ERROR_UNSUPPORTED_PARAMETER, FIELD_IMAGE, at,
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
    struct error *ret_error)
{
	if (effort == NULL || !model->has_efforts || knows(model, effort))
		return 0;
	/* That it should make none is what it does. */
	if (model->efforts.n == 0 && strcmp(effort, ranks[0]) == 0)
		return 0;
	if (model->efforts.n == 0)
		return error_set_at(ret_error, ERROR_UNSUPPORTED_PARAMETER,
		    FIELD_EFFORT, PLACE_NONE,
		    "The model '%.100s' knows no reasoning effort.",
		    model->name);
	if (rank_of(effort) >= 0)
		return 0;
	return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_EFFORT,
	    PLACE_NONE,
	    "'%.64s' is no reasoning effort; the model '%.100s' knows %s to "
	    "%s.",
	    effort, model->name, model->efforts.v[0],
	    model->efforts.v[model->efforts.n - 1]);
}

int
codex_models_check(const struct codex_models *m, const char *name,
    const char *effort, const struct generation *g, struct error *ret_error)
{
	const struct codex_model *model = codex_models_find(m, name);
	int rc;

	if (model == NULL)
		return 0;
	rc = check_images(model, g, ret_error);
	return rc != 0 ? rc : check_effort(model, effort, ret_error);
}

const char *
codex_models_effort(
    const struct codex_models *m, const char *name, const char *effort)
{
	const struct codex_model *model = codex_models_find(m, name);
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

/* ---- showing ---- */

static void
put_model(struct jsonw *w, const struct codex_model *model, bool is_default)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "name", model->name);
	if (model->context_window > 0)
		jsonw_i64(w, "context_window", model->context_window);
	else
		jsonw_null(w, "context_window");
	jsonw_array(w, "efforts");
	for (size_t i = 0; i < model->efforts.n; i++)
		jsonw_str(w, NULL, model->efforts.v[i]);
	jsonw_close(w);
	jsonw_bool(w, "images", model->images);
	jsonw_bool(w, "default", is_default);
	jsonw_close(w);
}

int
codex_models_json(const struct codex_models *m, struct buf *out)
{
	const struct codex_model *first = codex_models_find(m, NULL);
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_array(&w, NULL);
	for (size_t i = 0; m != NULL && i < m->n; i++) {
		if (m->v[i].visible)
			put_model(&w, &m->v[i], &m->v[i] == first);
	}
	jsonw_close(&w);
	return jsonw_end(&w);
}
