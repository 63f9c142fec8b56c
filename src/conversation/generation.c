#include "conversation/generation.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct generation *
generation_new(size_t cap)
{
	struct generation *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	atomic_init(&g->refs, 1);
	arena_init(&g->arena, cap);
	g->choices = 1;
	g->first = g;
	return g;
}

struct generation *
generation_beside(struct generation *first)
{
	struct generation *g = arena_array(&first->arena, 1, sizeof(*g));
	struct generation **at = &first->beside;

	if (g == NULL)
		return NULL;
	memcpy(g, first, sizeof(*g));
	g->items = NULL;
	g->n_items = 0;
	g->decoded = 0;
	g->beside = NULL;
	while (*at != NULL)
		at = &(*at)->beside;
	*at = g;
	return g;
}

unsigned
generation_choices(const struct generation *first)
{
	unsigned n = 0;

	for (const struct generation *g = first; g != NULL; g = g->beside)
		n += g->choices;
	return n;
}

bool
generation_is_alone(const struct generation *g)
{
	return g->first->beside == NULL && g->choices == 1;
}

struct generation *
generation_of(struct generation *first, unsigned choice)
{
	struct generation *g = first;

	while (choice >= g->choices) {
		choice -= g->choices;
		g = g->beside;
		BUG_ON(g == NULL);
	}
	return g;
}

struct generation *
generation_ref(struct generation *g)
{
	atomic_fetch_add_explicit(&g->first->refs, 1, memory_order_relaxed);
	return g;
}

void
generation_unref(struct generation *g)
{
	if (g == NULL)
		return;
	g = g->first;
	if (atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
		return;
	json_decref(g->schema);
	arena_free(&g->arena);
	free(g);
}

bool
generation_offers(const struct generation *g, const struct tool *t)
{
	return t->offered && g->choice != CHOICE_NONE;
}

bool
generation_offers_tools(const struct generation *g)
{
	for (size_t i = 0; i < g->n_tools; i++) {
		if (generation_offers(g, &g->tools[i]))
			return true;
	}
	return false;
}

static bool
is_at(const struct item *i, struct place place)
{
	return i->place.outer == place.outer && i->place.inner == place.inner;
}

bool
generation_demands_call(const struct generation *g)
{
	return g->choice == CHOICE_NAMED ||
	    (g->choice == CHOICE_REQUIRED && generation_offers_tools(g));
}

const struct item *
generation_find(
    const struct generation *g, enum item_kind kind, struct place place)
{
	for (size_t i = 0; i < g->n_items; i++) {
		if (g->items[i].kind == kind && is_at(&g->items[i], place))
			return &g->items[i];
	}
	return NULL;
}
