#include "unit/unit.h"

#include "base/clock.h"
#include "engine/child/app_bounds.h"
#include "engine/turn/app_held.h"

#define ANSWER(id) \
	"{\"id\":" id ",\"result\":{\"contentItems\":[],\"success\":false}}\n"

START_TEST(nothing_held_is_due_never)
{
	struct app_held h;

	app_held_init(&h);
	app_held_hear(&h, false);
	ck_assert_int_eq(app_held_deadline(&h), CLOCK_NEVER);
	app_held_free(&h);
}
END_TEST

/* Each time something comes they are held for longer; then all are told. */
START_TEST(calls_are_let_go_of_in_silence)
{
	struct app_held h;
	struct buf out;
	int64_t first;

	buf_init(&out, 4096);
	app_held_init(&h);
	app_held_hear(&h, false);
	ck_assert_int_eq(app_held_add(&h, "\"q\""), 0);
	ck_assert_int_eq(app_held_add(&h, "7"), 0);
	first = app_held_deadline(&h);
	ck_assert_int_gt(first, clock_now());
	ck_assert_int_le(first, clock_after(app_bounds.call_quiet));
	while (clock_now() == h.heard)
		continue;
	app_held_hear(&h, false);
	ck_assert_int_gt(app_held_deadline(&h), first);

	ck_assert_int_eq(app_held_let_go(&h, &out), 0);
	ck_assert_str_eq(out.data, ANSWER("\"q\"") ANSWER("7"));
	ck_assert_int_eq(app_held_deadline(&h), CLOCK_NEVER);
	/* One that comes in the same silence is due at once. */
	ck_assert_int_eq(app_held_add(&h, "8"), 0);
	ck_assert_int_eq(
	    app_held_deadline(&h), h.heard + app_bounds.call_quiet);
	app_held_free(&h);
	buf_free(&out);
}
END_TEST

/* Nothing but their outputs tells of the end, and each may be the last. */
START_TEST(outputs_are_an_end)
{
	struct app_held h;

	app_held_init(&h);
	app_held_hear(&h, false);
	ck_assert_int_eq(app_held_add(&h, "7"), 0);
	ck_assert(!h.ended);
	app_held_hear(&h, true);
	app_held_hear(&h, false);
	ck_assert(h.ended);
	ck_assert_int_eq(app_held_deadline(&h), h.heard + app_bounds.call_end);
	app_held_free(&h);
}
END_TEST

/* They are held until they can be told. */
START_TEST(no_room_loses_none)
{
	struct app_held h;
	struct buf out;

	buf_init(&out, 10);
	app_held_init(&h);
	ck_assert_int_eq(app_held_add(&h, "7"), 0);
	ck_assert_int_ne(app_held_let_go(&h, &out), 0);
	ck_assert_int_ne(app_held_deadline(&h), CLOCK_NEVER);
	app_held_free(&h);
	buf_free(&out);
}
END_TEST

UNIT_MAIN("app_held", nothing_held_is_due_never, calls_are_let_go_of_in_silence,
    outputs_are_an_end, no_room_loses_none)
