/*
 * store_conversations: items belong to a conversation, an answer, or both.
 */
#include "store/store_conversations.h"

#include "unit/store_rig.h"

static int
make(const char *owner, const char *id)
{
	struct store_conversation c = { .owner = text_of(owner),
		.id = text_of(id),
		.metadata = text_of("{}"),
		.created = 1000 };
	struct store_item first = { .id = text_of("i0"),
		.json = text_of("<i0>") };

	return store_conversations_new(rig, &c, &first, 1);
}

static const char *
all(const char *owner, const char *id)
{
	return rig_read(store_conversations_all, owner, id);
}

static int
drop(const char *id, const char *item)
{
	return store_conversations_drop(
	    rig, text_of("me"), text_of(id), text_of(item));
}

START_TEST(items_come_from_callers_and_answers)
{
	struct store_item more = { .id = text_of("i1"),
		.json = text_of("<i1>") };

	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(make("me", "c"), 0);
	ck_assert_int_eq(rig_keep_all("me", "r", "", "c", 10), 0);
	ck_assert_int_eq(
	    store_conversations_add(rig, text_of("me"), text_of("c"), &more, 1),
	    0);
	ck_assert_str_eq(all("me", "c"), "<i0><r-in><r-out><i1>");
	ck_assert_str_eq(all("you", "c"), "ENOENT");
	ck_assert_int_eq(store_conversations_add(
			     rig, text_of("you"), text_of("c"), &more, 1),
	    -ENOENT);
	/* What a later answer goes on from is what there was. */
	ck_assert_str_eq(
	    rig_read(store_answers_chain, "me", "r"), "<i0><r-in><r-out>");
	ck_assert_int_eq(rig_keep("me", "s", "r"), 0);
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "s"),
	    "<i0><r-in><r-out><s-in><s-out>");
	store_db_close(rig);
}
END_TEST

START_TEST(an_item_goes_with_its_last_owner)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(make("me", "c"), 0);
	ck_assert_int_eq(rig_keep_all("me", "r", "", "c", 10), 0);
	/* An item that is taken out is still the answer's. */
	ck_assert_int_eq(drop("c", "r-in"), 0);
	ck_assert_int_eq(drop("c", "r-in"), -ESRCH);
	ck_assert_str_eq(all("me", "c"), "<i0><r-out>");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r-in"), "<r-in>");
	/* Without the answer the conversation has its items. */
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("r")), 0);
	ck_assert_str_eq(all("me", "c"), "<i0><r-out>");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r-in"), "ENOENT");
	ck_assert_int_eq(drop("c", "i0"), 0);
	ck_assert_int_eq(rig_keep_all("me", "q", "", "c", 10), 0);
	ck_assert_int_eq(
	    store_conversations_delete(rig, text_of("you"), text_of("c")),
	    -ENOENT);
	ck_assert_int_eq(
	    store_conversations_delete(rig, text_of("me"), text_of("c")), 0);
	ck_assert_str_eq(all("me", "c"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r-out"), "ENOENT");
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "q-out"), "<q-out>");
	/* What it went on from is gone, and that is said. */
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "q"), "ENOENT");
	ck_assert_int_eq(
	    store_answers_delete(rig, text_of("me"), text_of("q")), 0);
	rig_close_empty();
}
END_TEST

START_TEST(an_answer_to_one_that_is_gone)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(rig_keep_all("me", "r", "", "gone", 10), 0);
	ck_assert_str_eq(rig_read(store_answers_item, "me", "r-in"), "<r-in>");
	ck_assert_int_eq(make("you", "c"), 0);
	ck_assert_int_eq(rig_keep_all("me", "s", "", "c", 10), 0);
	ck_assert_str_eq(all("you", "c"), "<i0>");
	store_db_close(rig);
}
END_TEST

START_TEST(metadata)
{
	struct store_rows rows;
	int64_t created = 0, bytes;

	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(make("me", "c"), 0);
	bytes = gauge_get(&rig_counts.bytes);
	ck_assert_int_eq(store_conversations_change(rig, text_of("me"),
			     text_of("c"), text_of("{\"a\":\"b\"}")),
	    0);
	ck_assert_int_eq(gauge_get(&rig_counts.bytes), bytes + 7);
	ck_assert_int_eq(store_conversations_change(
			     rig, text_of("you"), text_of("c"), text_of("{}")),
	    -ENOENT);
	store_rows_init(&rows, 4096);
	ck_assert_int_eq(store_conversations_get(
			     rig, text_of("me"), text_of("c"), &rows, &created),
	    0);
	ck_assert_str_eq(rig_join(&rows), "{\"a\":\"b\"}");
	ck_assert_int_eq(created, 1000);
	store_rows_free(&rows);
	store_db_close(rig);
}
END_TEST

START_TEST(one_item)
{
	struct store_rows rows;

	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(make("me", "c"), 0);
	store_rows_init(&rows, 4096);
	ck_assert_int_eq(store_conversations_item(rig, text_of("me"),
			     text_of("c"), text_of("i1"), &rows),
	    -ESRCH);
	ck_assert_int_eq(store_conversations_item(rig, text_of("me"),
			     text_of("d"), text_of("i0"), &rows),
	    -ENOENT);
	ck_assert_int_eq(store_conversations_item(rig, text_of("me"),
			     text_of("c"), text_of("i0"), &rows),
	    0);
	ck_assert_str_eq(rig_join(&rows), "<i0>");
	store_rows_free(&rows);
	store_db_close(rig);
}
END_TEST

START_TEST(conversations_make_room_too)
{
	char id[16];

	rig_open(NULL, 20 * 1024);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "c%d", i);
		ck_assert_int_eq(make("me", id), 0);
		ck_assert_str_eq(all("me", "c0"), "<i0>");
	}
	ck_assert_str_eq(all("me", "c1"), "ENOENT");
	ck_assert_str_eq(all("me", "c99"), "<i0>");
	ck_assert_int_le(gauge_get(&rig_counts.bytes), 20 * 1024);
	ck_assert_int_eq(gauge_get(&rig_counts.conversations),
	    100 - (int64_t)counter_get(&rig_counts.evicted));
	store_db_close(rig);
}
END_TEST

static int
add(const char *id, const char *item, size_t bytes)
{
	char *text = malloc(bytes + 1);
	struct store_item one = { .id = text_of(item) };
	int rc;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', bytes);
	one.json = (struct text){ text, bytes };
	rc = store_conversations_add(rig, text_of("me"), text_of(id), &one, 1);
	free(text);
	return rc;
}

/* Each of what is added would fit, all of it together does not. */
START_TEST(what_cannot_fit_pushes_nothing_out)
{
	char *long_text = calloc(1, 40001);
	const int64_t max = 50 * 1024;
	int64_t bytes;

	ck_assert_ptr_nonnull(long_text);
	memset(long_text, 'm', 40000);
	rig_open(NULL, (uint64_t)max);
	ck_assert_int_eq(make("me", "other"), 0);
	ck_assert_int_eq(rig_keep("me", "r", ""), 0);
	ck_assert_int_eq(make("me", "c"), 0);
	ck_assert_int_eq(add("c", "i1", 20000), 0);
	ck_assert_int_eq(add("c", "i2", 20000), 0);
	bytes = gauge_get(&rig_counts.bytes);
	ck_assert_int_eq(add("c", "i3", 20000), -EMSGSIZE);
	ck_assert_int_eq(rig_keep_all("me", "s", "", "c", 20000), -EMSGSIZE);
	ck_assert_int_eq(store_conversations_change(rig, text_of("me"),
			     text_of("c"), text_of(long_text)),
	    -EMSGSIZE);
	ck_assert_uint_eq(counter_get(&rig_counts.evicted), 0);
	ck_assert_uint_eq(counter_get(&rig_counts.dropped), 1);
	ck_assert_int_eq(gauge_get(&rig_counts.bytes), bytes);
	ck_assert_int_eq(drop("c", "i3"), -ESRCH);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "s"), "ENOENT");
	ck_assert_str_eq(all("me", "other"), "<i0>");
	/* What does fit, if others go, is taken: the oldest goes. */
	ck_assert_int_eq(add("other", "i4", 20000), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r"), "ENOENT");
	ck_assert_str_eq(all("me", "c"), "ENOENT");
	ck_assert_int_le(gauge_get(&rig_counts.bytes), max);
	store_db_close(rig);
	free(long_text);
}
END_TEST

/* A conversation is not pushed out by the answer that was given in it. */
START_TEST(an_answer_stays_with_its_conversation)
{
	rig_open(NULL, 50 * 1024);
	ck_assert_int_eq(rig_keep_all("me", "old", "", "", 20000), 0);
	ck_assert_int_eq(make("me", "c"), 0);
	ck_assert_int_eq(add("c", "i1", 20000), 0);
	ck_assert_int_eq(rig_keep_all("me", "r", "", "c", 20000), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "old"), "ENOENT");
	ck_assert_int_eq(gauge_get(&rig_counts.conversations), 1);
	ck_assert_int_eq(rig_keep_all("me", "s", "", "c", 30000), -EMSGSIZE);
	ck_assert_int_eq(rig_keep_all("me", "t", "", "c", 20000), 0);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "r"), "ENOENT");
	ck_assert_int_eq(gauge_get(&rig_counts.conversations), 1);
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 1);
	store_db_close(rig);
}
END_TEST

static const char *
page(const char *id, bool ascending, size_t limit, const char *after)
{
	struct store_page p = {
		.ascending = ascending, .limit = limit, .after = text_of(after)
	};
	struct store_rows rows;
	const char *said;
	int rc;

	store_rows_init(&rows, 4096);
	rc = store_conversations_list(
	    rig, text_of("me"), text_of(id), &p, &rows);
	said = rc == 0 ? rig_join(&rows) : strerrorname_np(-rc);
	store_rows_free(&rows);
	return said;
}

/* It is listed once, and taken away as often as it is there. */
START_TEST(an_item_twice)
{
	rig_open(NULL, RIG_MAX);
	ck_assert_int_eq(make("me", "c"), 0);
	ck_assert_int_eq(add("c", "x", 1), 0);
	ck_assert_int_eq(add("c", "i0", 2), 0);
	ck_assert_int_eq(add("c", "y", 3), 0);
	ck_assert_str_eq(page("c", true, 20, ""), "<i0>xxxx");
	ck_assert_str_eq(page("c", true, 1, "i0"), "x");
	ck_assert_str_eq(page("c", false, 2, ""), "xxxx");
	ck_assert_str_eq(page("c", false, 2, "x"), "<i0>");
	ck_assert_int_eq(drop("c", "i0"), 0);
	ck_assert_int_eq(drop("c", "i0"), -ESRCH);
	ck_assert_str_eq(all("me", "c"), "xxxx");
	ck_assert_int_eq(
	    store_conversations_delete(rig, text_of("me"), text_of("c")), 0);
	rig_close_empty();
}
END_TEST

UNIT_MAIN("store_conversations", items_come_from_callers_and_answers,
    an_item_goes_with_its_last_owner, an_answer_to_one_that_is_gone, metadata,
    one_item, conversations_make_room_too, what_cannot_fit_pushes_nothing_out,
    an_answer_stays_with_its_conversation, an_item_twice)
