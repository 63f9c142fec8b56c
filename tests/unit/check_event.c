#include "unit/unit.h"

#include <string.h>

#include "core/event.h"
#include "unit/oom.h"

START_TEST(text_keeps_every_byte)
{
	static const char text[] = "a\0b\xe2\x82\xac";
	size_t len = sizeof(text) - 1;
	struct event *e = event_new_text(EVENT_CONTENT, text, len);

	ck_assert_int_eq(e->kind, EVENT_CONTENT);
	ck_assert_uint_eq(e->len, len);
	/* With the NUL that the struct promises. */
	ck_assert_mem_eq(e->text, text, len + 1);
	ck_assert_uint_ge(e->item.weight, len);
	event_free(e);
	e = event_new_text(EVENT_REASONING, NULL, 0);
	ck_assert_int_eq(e->kind, EVENT_REASONING);
	ck_assert_str_eq(e->text, "");
	event_free(e);
}
END_TEST

START_TEST(tool_calls_keep_id_and_name)
{
	static const struct {
		const char *id, *name;
	} calls[] = { { "call_1", "f" }, { "", "f" }, { "call_1", "" },
		{ "", "" } };

	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		struct event *e = event_new_tool_call(
		    i, calls[i].id, calls[i].name);

		ck_assert_int_eq(e->kind, EVENT_TOOL_CALL);
		ck_assert_uint_eq(e->call, i);
		ck_assert_str_eq(event_tool_id(e), calls[i].id);
		ck_assert_str_eq(event_tool_name(e), calls[i].name);
		ck_assert_uint_eq(
		    e->len, strlen(calls[i].id) + 1 + strlen(calls[i].name));
		event_free(e);
	}
}
END_TEST

START_TEST(arguments_and_numbers)
{
	struct usage u = { 1, 2, 3, 4 };
	struct event *e = event_new_tool_arguments(3, "{\"a\"", 4);

	ck_assert_int_eq(e->kind, EVENT_TOOL_ARGUMENTS);
	ck_assert_uint_eq(e->call, 3);
	ck_assert_str_eq(e->text, "{\"a\"");
	event_free(e);
	e = event_new_usage(&u);
	ck_assert_int_eq(e->kind, EVENT_USAGE);
	ck_assert_mem_eq(&e->usage, &u, sizeof(u));
	event_free(e);
	e = event_new_finished(FINISH_LENGTH);
	ck_assert_int_eq(e->kind, EVENT_FINISHED);
	ck_assert_int_eq(e->finish, FINISH_LENGTH);
	event_free(e);
	event_free(NULL);
}
END_TEST

START_TEST(failure_takes_the_error)
{
	struct api_error error = API_ERROR_INIT;
	struct event *e;

	api_error_set_param(&error, API_ERROR_UPSTREAM, "p", "words");
	e = event_new_failed(&error);
	ck_assert_int_eq(e->kind, EVENT_FAILED);
	ck_assert_int_eq(e->error.kind, API_ERROR_UPSTREAM);
	ck_assert_str_eq(e->error.message, "words");
	ck_assert_str_eq(e->error.param, "p");
	ck_assert_int_eq(error.kind, API_ERROR_NONE);
	ck_assert_ptr_null(error.message);
	event_free(e);
}
END_TEST

/* The channel frees what nobody took; the sanitizer would see a leak. */
START_TEST(passes_through_a_channel)
{
	struct channel *c = channel_new(1 << 20, event_free_item);
	struct api_error error = API_ERROR_INIT;
	struct event *e = event_new_text(EVENT_CONTENT, "x", 1), *taken;
	struct channel_item *item;
	bool closed;

	ck_assert_int_eq(channel_push(c, &e->item), 0);
	item = channel_take(c, &closed);
	taken = event_of(item);
	ck_assert_ptr_eq(taken, e);
	event_free_item(item);
	api_error_set(&error, API_ERROR_UPSTREAM, "words");
	e = event_new_failed(&error);
	ck_assert_int_eq(channel_push(c, &e->item), 0);
	channel_unref(c);
}
END_TEST

static struct event *
made(unsigned which, struct api_error *error)
{
	static const struct usage u;

	switch (which) {
	case 0:
		return event_new_text(EVENT_CONTENT, "x", 1);
	case 1:
		return event_new_tool_call(0, "i", "n");
	case 2:
		return event_new_tool_arguments(0, "x", 1);
	case 3:
		return event_new_usage(&u);
	case 4:
		return event_new_finished(FINISH_STOP);
	default:
		return event_new_failed(error);
	}
}

START_TEST(out_of_memory_gives_null)
{
	struct api_error error = API_ERROR_INIT;
	struct event *e;

	api_error_set(&error, API_ERROR_UPSTREAM, "words");
	for (unsigned i = 0; i < 6; i++) {
		oom_left = 0;
		e = made(i, &error);
		ck_assert(oom_fired());
		ck_assert_ptr_null(e);
		/* The caller can still tell it some other way. */
		ck_assert_int_eq(error.kind, API_ERROR_UPSTREAM);
		e = made(i, &error);
		ck_assert_ptr_nonnull(e);
		event_free(e);
	}
	api_error_free(&error);
}
END_TEST

UNIT_MAIN("event", text_keeps_every_byte, tool_calls_keep_id_and_name,
    arguments_and_numbers, failure_takes_the_error, passes_through_a_channel,
    out_of_memory_gives_null)
