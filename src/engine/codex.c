#include "engine/codex.h"

#include <stdatomic.h>

#include "runtime/fdio.h"

/* The real one is half a megabyte. */
#define CATALOG_MAX ((size_t)16 * 1024 * 1024)

struct codex *
codex_new(void)
{
	struct codex *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	atomic_init(&c->refs, 1);
	buf_init(&c->catalog_text, CATALOG_MAX);
	return c;
}

struct codex *
codex_ref(struct codex *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void
codex_unref(struct codex *c)
{
	if (c == NULL)
		return;
	if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	codex_binary_free(&c->binary);
	free(c->version);
	free(c->home);
	free(c->catalog);
	buf_free(&c->catalog_text);
	strv_free(&c->env);
	codex_models_free(&c->models);
	free(c);
}

int
codex_write_catalog(const struct codex *c)
{
	if (c->catalog == NULL)
		return 0;
	return file_write_atomic(
	    c->catalog, c->catalog_text.data, c->catalog_text.len, 0600);
}
