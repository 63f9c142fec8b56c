/*
 * store_answers: what is kept is found by its owner alone, a chain is whole or
 * not there, and what was not used for longest makes room.
 */
#include "store/store_answers.h"

#include "base/limits.h"

#include "unit/oom.h"
#include "unit/store_rig.h"

START_TEST(what_is_kept_is_found)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "r1", ""), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r1"), "bbbbbbbbbb");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r1-in"), "<r1-in>");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r1-out"), "<r1-out>");
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r1-in"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r1"), "ENOENT");
	ck_assert_uint_eq(counter_get(&rig_counts.kept), 1);
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 1);
	ck_assert_int_gt(gauge_get(&rig_counts.bytes), 10);
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("r1")), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r1"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r1-in"), "ENOENT");
	rig_close_empty();
}
END_TEST

START_TEST(each_owner_has_his_own)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "r1", ""), 0);
	ck_assert_int_eq(rig_keep("", "r2", ""), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "you", "r1"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_get, "", "r1"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_chain, "you", "r1"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "you", "r1-in"), "ENOENT");
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("you"), text_of("r1")), -ENOENT);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r2"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "", "r2"), "<r2-in><r2-out>");
	/* Who goes on from another's answer has none of it. */
	ck_assert_int_eq(rig_keep("you", "r3", "r1"), 0);
	ck_assert_str_eq(rig_read(store_answers_chain, "you", "r3"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r1"), "bbbbbbbbbb");
	store_db_close(rig);
}
END_TEST

START_TEST(a_chain_is_whole_and_in_order)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(rig_keep("me", "b", "a"), 0);
	ck_assert_int_eq(rig_keep("me", "b2", "a"), 0);
	ck_assert_int_eq(rig_keep("me", "c", "b"), 0);
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "c"),
	    "<a-in><a-out><b-in><b-out><c-in><c-out>");
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "b2"),
	    "<a-in><a-out><b2-in><b2-out>");
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("b")), 0);
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "c"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "me", "a"), "<a-in><a-out>");
	store_db_close(rig);
}
END_TEST

/* An item that the request referred to stands where it did. */
START_TEST(what_was_referred_to_is_kept_again)
{
	struct store_item items[] = { { text_of("x"), text_of("<x>"), false },
		{ text_of("a-out"), text_of("<a-out>"), false },
		{ text_of("y"), text_of("<y>"), true } };
	struct store_answer b = { .owner = text_of("me"),
		.id = text_of("b"),
		.items = items,
		.n_items = 3 };

	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(store_answers_keep(rig, &b), 0);
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("a")), 0);
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "me", "b"), "<x><a-out><y>");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "a-out"), "<a-out>");
	/* Also where it was gone before. */
	b.id = text_of("c");
	b.owner = text_of("you");
	ck_assert_int_eq(store_answers_keep(rig, &b), 0);
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "you", "c"), "<x><a-out><y>");
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("you"), text_of("c")), 0);
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("b")), 0);
	rig_close_empty();
}
END_TEST

START_TEST(a_chain_has_an_end)
{
	char id[16], previous[16] = "";
	struct store_rows rows;

	rig_open(NULL, (uint64_t)64 * RIG_MAX);
	for (size_t i = 0; i <= LIMIT_STORE_CHAIN; i++) {
		struct store_answer a = { .owner = text_of("me"),
			.previous = text_of(previous) };

		snprintf(id, sizeof(id), "r%zu", i);
		a.id = text_of(id);
		ck_assert_int_eq(store_answers_keep(rig, &a), 0);
		snprintf(previous, sizeof(previous), "%s", id);
	}
	store_rows_init(&rows, 4096);
	ck_assert_int_eq(
	    store_answers_chain(rig, text_of("me"), text_of("r10000"), &rows),
	    -E2BIG);
	ck_assert_int_eq(
	    store_answers_chain(rig, text_of("me"), text_of("r9999"), &rows),
	    0);
	store_rows_free(&rows);
	store_db_close(rig);
}
END_TEST

START_TEST(what_is_too_long_is_not_cut)
{
	struct store_rows rows;

	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	store_rows_init(&rows, 18); /* <a-in><a-out> and their ids are 23 */
	ck_assert_int_eq(
	    store_answers_chain(rig, text_of("me"), text_of("a"), &rows),
	    -EMSGSIZE);
	store_rows_free(&rows);
	store_db_close(rig);
}
END_TEST

START_TEST(the_least_used_makes_room)
{
	char id[16];

	/* Each has some 10 KiB: there is room for six. */
	rig_open(NULL, 70 * 1024);
	for (int i = 0; i < 6; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		ck_assert_int_eq(rig_keep_all("me", id, "", "", 10240), 0);
	}
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 6);
	/* A body, an item, a page of them: all of it is use. */
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r0-in"), "<r0-in>");
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "me", "r2"), "<r2-in><r2-out>");
	for (int i = 6; i < 8; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		ck_assert_int_eq(rig_keep_all("me", id, "", "", 10240), 0);
	}
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r0-in"), "<r0-in>");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r1-in"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r2-in"), "<r2-in>");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r3-in"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r4-in"), "<r4-in>");
	ck_assert_uint_eq(counter_get(&rig_counts.evicted), 2);
	ck_assert_int_le(gauge_get(&rig_counts.bytes), 70 * 1024);
	/* What is larger than all of it pushes nothing out. */
	ck_assert_int_eq(
	    rig_keep_all("me", "huge", "", "", 71 * 1024), -EMSGSIZE);
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 6);
	ck_assert_uint_eq(counter_get(&rig_counts.dropped), 1);
	store_db_close(rig);
}
END_TEST

/* What was gone on from was deleted while the answer was being made. */
START_TEST(an_answer_without_what_led_to_it)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "b", "deleted"), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "b"), "bbbbbbbbbb");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "b-in"), "<b-in>");
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "b"), "ENOENT");
	ck_assert_uint_eq(counter_get(&rig_counts.kept), 1);
	store_db_close(rig);
}
END_TEST

START_TEST(an_id_is_given_once)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "r1", ""), 0);
	ck_assert_int_eq(rig_keep("you", "r1", ""), -EIO);
	ck_assert_uint_eq(counter_get(&rig_counts.faults), 1);
	ck_assert_uint_eq(counter_get(&rig_counts.dropped), 1);
	ck_assert_str_eq(
	    rig_read(store_answers_item, "you", "r1-in"), "ENOENT");
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("r1")), 0);
	rig_close_empty();
}
END_TEST

static const char *
page(const char *id, bool ascending, size_t limit, const char *after)
{
	struct store_page p = {
		.ascending = ascending, .limit = limit, .after = text_of(after)
	};
	static char said[4200];
	struct store_rows rows;
	int rc;

	store_rows_init(&rows, 4096);
	rc = store_answers_input(rig, text_of("me"), text_of(id), &p, &rows);
	snprintf(said, sizeof(said), "%s%s",
	    rc == 0 ? rig_join(&rows) : strerrorname_np(-rc),
	    rows.more ? "+" : "");
	store_rows_free(&rows);
	return said;
}

START_TEST(pages_of_a_requests_items)
{
	static const char *const ids[] = { "1", "2", "3", "4", "5" };
	struct store_item items[6] = { { .output = false } };
	struct store_answer a = { .owner = text_of("me"),
		.id = text_of("r"),
		.items = items,
		.n_items = 6 };

	for (size_t i = 0; i < 5; i++)
		items[i].id = items[i].json = text_of(ids[i]);
	items[5] = (struct store_item){ text_of("out"), text_of("out"), true };
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(store_answers_keep(rig, &a), 0);
	ck_assert_str_eq(page("r", true, 20, ""), "12345");
	ck_assert_str_eq(page("r", false, 20, ""), "54321");
	ck_assert_str_eq(page("r", true, 5, ""), "12345");
	ck_assert_str_eq(page("r", true, 2, ""), "12+");
	ck_assert_str_eq(page("r", true, 2, "2"), "34+");
	ck_assert_str_eq(page("r", true, 2, "4"), "5");
	ck_assert_str_eq(page("r", false, 2, "4"), "32+");
	ck_assert_str_eq(page("r", false, 1, "1"), "");
	ck_assert_str_eq(page("r", true, 2, "out"), "ESRCH");
	ck_assert_str_eq(page("r", true, 2, "6"), "ESRCH");
	ck_assert_str_eq(page("q", true, 2, ""), "ENOENT");
	store_db_close(rig);
}
END_TEST

/* Each item once, however the pages are turned. */
START_TEST(pages_with_an_item_twice)
{
	static const char *const ids[] = { "1", "x", "2", "x", "3", "x" };
	struct store_item items[ARRAY_SIZE(ids)];
	struct store_answer a = { .owner = text_of("me"),
		.id = text_of("r"),
		.items = items,
		.n_items = ARRAY_SIZE(items) };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		items[i] = (struct store_item){ text_of(ids[i]),
			text_of(ids[i]), false };
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(store_answers_keep(rig, &a), 0);
	ck_assert_str_eq(page("r", true, 20, ""), "1x23");
	ck_assert_str_eq(page("r", true, 2, ""), "1x+");
	ck_assert_str_eq(page("r", true, 2, "x"), "23");
	ck_assert_str_eq(page("r", false, 20, ""), "32x1");
	ck_assert_str_eq(page("r", false, 3, ""), "32x+");
	ck_assert_str_eq(page("r", false, 3, "x"), "1");
	/* Another answer with the same item is of no matter. */
	a.id = text_of("s");
	ck_assert_int_eq(store_answers_keep(rig, &a), 0);
	ck_assert_str_eq(page("s", true, 3, ""), "1x2+");
	ck_assert_str_eq(page("s", true, 3, "2"), "3");
	/* What the model is given has it where it stood. */
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "s"), "1x2x3x");
	store_db_close(rig);
}
END_TEST

static int
look_at_chain(void)
{
	struct store_rows rows;
	int rc;

	store_rows_init(&rows, 4096);
	rc = store_answers_chain(rig, text_of("me"), text_of("b"), &rows);
	store_rows_free(&rows);
	return rc;
}

START_TEST(memory_runs_out)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(rig_keep("me", "b", "a"), 0);
	OOM_EACH(look_at_chain(), (void)0);
	store_db_close(rig);
}
END_TEST

UNIT_MAIN("store_answers", what_is_kept_is_found, each_owner_has_his_own,
    a_chain_is_whole_and_in_order, what_was_referred_to_is_kept_again,
    a_chain_has_an_end, what_is_too_long_is_not_cut, the_least_used_makes_room,
    an_answer_without_what_led_to_it, an_id_is_given_once,
    pages_of_a_requests_items, pages_with_an_item_twice, memory_runs_out)
