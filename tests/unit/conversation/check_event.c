#include "unit/unit.h"

#include <string.h>

#include "conversation/event.h"
#include "unit/oom.h"

static const struct event_item message = { 3, ITEM_MESSAGE, PHASE_FINAL, 0,
	false, { NULL, 0 } };
static const struct event_item reasoning = { 4, ITEM_REASONING, PHASE_NONE, 0,
	false, { NULL, 0 } };
static const struct event_item call = { 5, ITEM_CALL, PHASE_NONE, 2, true,
	{ NULL, 0 } };

static void
same_item(const struct event *e, const struct event_item *item)
{
	ck_assert_uint_eq(e->item.index, item->index);
	ck_assert_int_eq(e->item.kind, item->kind);
	ck_assert_int_eq(e->item.phase, item->phase);
	ck_assert_uint_eq(e->item.call, item->call);
	ck_assert_int_eq(e->item.custom, item->custom);
}

START_TEST(text_keeps_every_byte)
{
	static const char text[] = "a\0b\xe2\x82\xac";
	size_t len = sizeof(text) - 1;
	struct event *e = event_new_text(&message, 7, text, len);

	ck_assert_int_eq(e->kind, EVENT_TEXT);
	same_item(e, &message);
	ck_assert_uint_eq(e->part, 7);
	ck_assert_uint_eq(e->len, len);
	/* With the NUL that the struct promises. */
	ck_assert_mem_eq(e->text, text, len + 1);
	ck_assert_uint_ge(e->link.weight, len);
	event_free(e);
	e = event_new_text(&reasoning, 0, NULL, 0);
	same_item(e, &reasoning);
	ck_assert_str_eq(e->text, "");
	event_free(e);
	e = event_new_arguments(&call, "{\"a\"", 4);
	ck_assert_int_eq(e->kind, EVENT_ARGUMENTS);
	same_item(e, &call);
	ck_assert_str_eq(e->text, "{\"a\"");
	event_free(e);
}
END_TEST

START_TEST(items_keep_their_names)
{
	static const struct {
		const char *id, *call_id, *name;
	} names[] = { { "fc_1", "call_1", "f" }, { "", "call_1", "f" },
		{ "fc_1", "", "" }, { NULL, NULL, NULL }, { NULL, "c", NULL } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *id = names[i].id, *call_id = names[i].call_id;
		struct event *e = event_new_begin(
		    &call, id, call_id, names[i].name);

		ck_assert_int_eq(e->kind, EVENT_ITEM_BEGIN);
		same_item(e, &call);
		ck_assert_str_eq(event_id(e), id != NULL ? id : "");
		ck_assert_str_eq(
		    event_call_id(e), call_id != NULL ? call_id : "");
		ck_assert_str_eq(
		    event_name(e), names[i].name != NULL ? names[i].name : "");
		event_free(e);
	}
}
END_TEST

START_TEST(items_end_with_what_is_sealed)
{
	struct event *e = event_new_end(&reasoning, true, "rs_1", "c2VhbGVk");

	ck_assert_int_eq(e->kind, EVENT_ITEM_END);
	same_item(e, &reasoning);
	ck_assert(e->whole);
	ck_assert_str_eq(event_id(e), "rs_1");
	ck_assert_str_eq(event_sealed(e), "c2VhbGVk");
	event_free(e);
	e = event_new_end(&message, false, NULL, NULL);
	ck_assert(!e->whole);
	ck_assert_str_eq(event_id(e), "");
	ck_assert_str_eq(event_sealed(e), "");
	event_free(e);
}
END_TEST

START_TEST(only_final_messages_are_the_answer)
{
	static const struct event_item comment = { 0, ITEM_MESSAGE,
		PHASE_COMMENTARY, 0, false, { NULL, 0 } };
	static const struct {
		const struct event_item *item;
		bool answer;
	} items[] = { { &message, true }, { &reasoning, false },
		{ &comment, false } };

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct event *e = event_new_text(items[i].item, 0, "x", 1);

		ck_assert_int_eq(event_is_answer(e), items[i].answer);
		event_free(e);
	}
}
END_TEST

START_TEST(numbers_and_ends)
{
	struct usage u = { 1, 2, 3, 4, 5, 0, 0 };
	struct event *e = event_new_usage(&u);

	ck_assert_int_eq(e->kind, EVENT_USAGE);
	ck_assert_mem_eq(&e->usage, &u, sizeof(u));
	event_free(e);
	e = event_new_finished(FINISH_LENGTH);
	ck_assert_int_eq(e->kind, EVENT_FINISHED);
	ck_assert_int_eq(e->finish, FINISH_LENGTH);
	ck_assert_uint_eq(e->len, 0);
	event_free(e);
	e = event_new_stopped("END", 3);
	ck_assert_int_eq(e->kind, EVENT_FINISHED);
	ck_assert_int_eq(e->finish, FINISH_STOP_STRING);
	ck_assert_str_eq(e->text, "END");
	event_free(e);
	e = event_new_void();
	ck_assert_int_eq(e->kind, EVENT_VOID);
	event_free(e);
	event_free(NULL);
}
END_TEST

START_TEST(failure_takes_the_error)
{
	struct error error = ERROR_INIT;
	struct event *e;

	error_set_param(&error, ERROR_UPSTREAM, "p", "words");
	e = event_new_failed(&error);
	ck_assert_int_eq(e->kind, EVENT_FAILED);
	ck_assert_int_eq(e->error.kind, ERROR_UPSTREAM);
	ck_assert_str_eq(e->error.message, "words");
	ck_assert_str_eq(e->error.param, "p");
	ck_assert_int_eq(error.kind, ERROR_NONE);
	ck_assert_ptr_null(error.message);
	event_free(e);
}
END_TEST

/* The channel frees what nobody took; the sanitizer would see a leak. */
START_TEST(passes_through_a_channel)
{
	struct channel *c = channel_new(1 << 20, event_free_item);
	struct error error = ERROR_INIT;
	struct event *e = event_new_text(&message, 0, "x", 1), *taken;
	struct channel_item *item;
	bool closed;

	ck_assert_int_eq(channel_push(c, &e->link), 0);
	item = channel_take(c, &closed);
	taken = event_of(item);
	ck_assert_ptr_eq(taken, e);
	event_free_item(item);
	error_set(&error, ERROR_UPSTREAM, "words");
	e = event_new_failed(&error);
	ck_assert_int_eq(channel_push(c, &e->link), 0);
	channel_unref(c);
}
END_TEST

static struct event *
made(unsigned which, struct error *error)
{
	static const struct usage u;

	switch (which) {
	case 0:
		return event_new_text(&message, 0, "x", 1);
	case 1:
		return event_new_begin(&call, "i", "c", "n");
	case 2:
		return event_new_arguments(&call, "x", 1);
	case 3:
		return event_new_end(&reasoning, true, "i", "s");
	case 4:
		return event_new_void();
	case 5:
		return event_new_usage(&u);
	case 6:
		return event_new_finished(FINISH_STOP);
	case 7:
		return event_new_stopped("x", 1);
	default:
		return event_new_failed(error);
	}
}

START_TEST(out_of_memory_gives_null)
{
	struct error error = ERROR_INIT;
	struct event *e;

	error_set(&error, ERROR_UPSTREAM, "words");
	for (unsigned i = 0; i < 9; i++) {
		oom_left = 0;
		e = made(i, &error);
		ck_assert(oom_fired());
		ck_assert_ptr_null(e);
		/* The caller can still tell it some other way. */
		ck_assert_int_eq(error.kind, ERROR_UPSTREAM);
		e = made(i, &error);
		ck_assert_ptr_nonnull(e);
		event_free(e);
	}
	error_free(&error);
}
END_TEST

UNIT_MAIN("event", text_keeps_every_byte, items_keep_their_names,
    items_end_with_what_is_sealed, only_final_messages_are_the_answer,
    numbers_and_ends, failure_takes_the_error, passes_through_a_channel,
    out_of_memory_gives_null)
