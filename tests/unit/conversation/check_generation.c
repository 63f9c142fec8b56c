#include "conversation/generation.h"

#include <pthread.h>

#include "unit/oom.h"
#include "unit/unit.h"

enum {
	CAP = 65536
};

static int
make(void)
{
	struct generation *g = generation_new(CAP);
	int rc = g == NULL ? -ENOMEM : 0;

	generation_unref(g);
	return rc;
}

START_TEST(a_new_one_is_for_one_choice)
{
	struct generation *g = generation_new(CAP);

	ck_assert_ptr_nonnull(g);
	ck_assert_uint_eq(g->choices, 1);
	ck_assert_int_eq(g->choice, CHOICE_UNSET);
	ck_assert_int_eq(g->format, FORMAT_TEXT);
	ck_assert(!generation_offers_tools(g));
	generation_unref(g);
	generation_unref(NULL);
	OOM_EACH(make(), (void)0);
}
END_TEST

static void *
hold_and_drop(void *arg)
{
	for (int i = 0; i < 10000; i++)
		generation_unref(generation_ref(arg));
	return NULL;
}

/* The last reference frees all, the schema too (a leak fails the test). */
START_TEST(references_are_counted)
{
	struct generation *g = generation_new(CAP);
	pthread_t threads[4];
	struct text t = text_of("kept");

	g->schema = json_object();
	ck_assert_int_eq(arena_text(&g->arena, t, &t), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, hold_and_drop, g), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	json_incref(g->schema);
	t.s = NULL;
	{
		json_t *schema = g->schema;

		generation_unref(g);
		ck_assert_uint_eq(schema->refcount, 1);
		json_decref(schema);
	}
}
END_TEST

START_TEST(tools_are_offered_or_not)
{
	struct tool tools[2] = { { .offered = false }, { .offered = true } };
	struct generation g = { .tools = tools, .n_tools = 2 };

	ck_assert(!generation_offers(&g, &tools[0]));
	ck_assert(generation_offers(&g, &tools[1]));
	ck_assert(generation_offers_tools(&g));
	g.choice = CHOICE_NONE;
	ck_assert(!generation_offers(&g, &tools[1]));
	ck_assert(!generation_offers_tools(&g));
	g.choice = CHOICE_AUTO;
	g.n_tools = 1;
	ck_assert(!generation_offers_tools(&g));
}
END_TEST

START_TEST(items_are_found_by_their_place)
{
	struct item items[] = { { .kind = ITEM_MESSAGE, .place = { 0, 0 } },
		{ .kind = ITEM_CALL, .place = { 0, 0 } },
		{ .kind = ITEM_CALL, .place = { 0, 1 } } };
	struct generation g = { .items = items, .n_items = 3 };

	ck_assert_ptr_eq(
	    generation_find(&g, ITEM_CALL, (struct place){ 0, 0 }), &items[1]);
	ck_assert_ptr_eq(
	    generation_find(&g, ITEM_CALL, (struct place){ 0, 1 }), &items[2]);
	ck_assert_ptr_null(
	    generation_find(&g, ITEM_RESULT, (struct place){ 0, 0 }));
}
END_TEST

START_TEST(items_tell_what_they_are)
{
	struct part parts[] = { { .text = { "", 0 } }, { .text = { "x", 1 } } };
	struct item i = { .role = ROLE_ASSISTANT, .parts = parts };
	struct item other = { .place = { 1, 0 } };

	ck_assert(item_is_message(&i, ROLE_ASSISTANT));
	ck_assert(!item_is_message(&i, ROLE_USER));
	ck_assert(item_is_empty(&i));
	i.n_parts = 1;
	ck_assert(item_is_empty(&i));
	i.n_parts = 2;
	ck_assert(!item_is_empty(&i));
	i.kind = ITEM_CALL;
	ck_assert(!item_is_message(&i, ROLE_ASSISTANT));
	ck_assert(!item_is_beside(&i, &other));
	other.place.outer = 0;
	ck_assert(item_is_beside(&i, &other));
	ck_assert_str_eq(item_role_name(ROLE_DEVELOPER), "developer");
}
END_TEST

UNIT_MAIN("generation", a_new_one_is_for_one_choice, references_are_counted,
    tools_are_offered_or_not, items_are_found_by_their_place,
    items_tell_what_they_are)
