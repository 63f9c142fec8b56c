#include "engine/setup/codex.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/limits.h"
#include "system/fdio.h"

/* The real one is half a megabyte. */
struct codex *
codex_new(void)
{
	struct codex *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	atomic_init(&c->refs, 1);
	buf_init(&c->catalog_text, LIMIT_CATALOG);
	exec_reads_init(&c->reads);
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
	free(c->workspace);
	free(c->catalog);
	buf_free(&c->catalog_text);
	strv_free(&c->env);
	codex_models_unref(c->models);
	exec_reads_free(&c->reads);
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

static bool
is_there(const char *path)
{
	return path == NULL || access(path, F_OK) == 0;
}

bool
codex_is_whole(const struct codex *c)
{
	return is_there(c->home) && is_there(c->catalog) &&
	    is_there(c->workspace);
}
