#include "engine/codex.h"

#include <stdatomic.h>

struct codex *
codex_new(void)
{
	struct codex *c = calloc(1, sizeof(*c));

	if (c != NULL)
		atomic_init(&c->refs, 1);
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
	strv_free(&c->env);
	strv_free(&c->models);
	free(c);
}
