/*
 * What counts as a catalog can be derived, and the copy is a catalog with the
 * same models. Input: what "codex debug models" printed.
 */
#include "codex/codex_catalog.h"
#include "models/codex_models.h"
#include "fuzz.h"

static void
models_of(const json_t *catalog, struct strv *ret)
{
	struct codex_models *models;

	strv_init(ret);
	fuzz_must(codex_models_read(catalog, &models));
	for (size_t i = 0; i < models->n; i++) {
		if (models->v[i].visible)
			fuzz_must(strv_add(ret, models->v[i].name));
	}
	codex_models_unref(models);
}

static void
check_copy(const json_t *catalog)
{
	struct strv before, after;
	struct buf b;
	json_t *copy;

	buf_init(&b, SIZE_MAX);
	fuzz_must(codex_catalog_derive(catalog, &b));
	copy = codex_catalog_parse(b.data, b.len);
	FUZZ_ASSERT(copy != NULL);
	models_of(catalog, &before);
	models_of(copy, &after);
	FUZZ_ASSERT(before.n == after.n);
	for (size_t i = 0; i < before.n; i++)
		FUZZ_ASSERT(strcmp(before.v[i], after.v[i]) == 0);
	strv_free(&before);
	strv_free(&after);
	json_decref(copy);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *catalog = codex_catalog_parse(
	    size > 0 ? (const char *)data : "", size);

	if (catalog != NULL)
		check_copy(catalog);
	json_decref(catalog);
	return 0;
}
