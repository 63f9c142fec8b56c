#include "codex/codex_catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json/jsonw.h"
#include "json/jsonx.h"

/* serde_json's own limit. */
enum {
	DEPTH_MAX = 128
};

/* Far above any model's real window, so that Codex never steps in first. */
#define WINDOW_TOKENS 100000000
#define COMPACT_TOKENS 90000000

json_t *
codex_catalog_parse(const char *bytes, size_t len)
{
	const char *start = memchr(bytes, '{', len);
	char why[JSONX_ERROR_MAX];
	json_t *root, *models;

	if (start == NULL ||
	    jsonx_parse(start, len - (size_t)(start - bytes), DEPTH_MAX, &root,
		why) != 0)
		return NULL;
	if (!json_is_object(root) ||
	    jsonx_get_array(root, "models", &models) != 0 ||
	    json_array_size(models) == 0) {
		json_decref(root);
		return NULL;
	}
	return root;
}

static int
derive_model(json_t *model)
{
	static const char *const off[] = { "tool_mode", "multi_agent_version",
		"apply_patch_tool_type" };
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		if (json_object_get(model, off[i]) != NULL)
			failed |= json_object_set_new(
			    model, off[i], json_null());
	}
	failed |= json_object_set_new(
	    model, "experimental_supported_tools", json_array());
	failed |= json_object_set_new(
	    model, "context_window", json_integer(WINDOW_TOKENS));
	failed |= json_object_set_new(
	    model, "max_context_window", json_integer(WINDOW_TOKENS));
	failed |= json_object_set_new(
	    model, "auto_compact_token_limit", json_integer(COMPACT_TOKENS));
	failed |= json_object_set_new(model, "truncation_policy",
	    json_pack("{s:s,s:i}", "mode", "tokens", "limit", WINDOW_TOKENS));
	return failed != 0 ? -ENOMEM : 0;
}

int
codex_catalog_derive(const json_t *catalog, struct buf *out)
{
	json_t *copy = json_deep_copy(catalog), *model;
	struct jsonw w;
	size_t i;

	if (copy == NULL)
		return -ENOMEM;
	jsonw_begin(&w, out);
	json_array_foreach(json_object_get(copy, "models"), i, model) {
		if (json_is_object(model))
			jsonw_fail(&w, derive_model(model));
	}
	jsonw_tree(&w, NULL, copy);
	json_decref(copy);
	return jsonw_end(&w);
}
