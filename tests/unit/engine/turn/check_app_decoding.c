#include "unit/unit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "unit/app_lines.h"
#include "unit/turn_rig.h"

/* What the child decodes already, and what the turn would have it decode. */
static const struct {
	uint64_t busy, need;
	bool other_is_next;
	bool goes_on;
	const char *comment;
} cases[] = {
	{ 0, 1000, false, true, "the only one" },
	{ 0, 2 * LIMIT_CHILD_DECODING, false, true,
	    "alone it may be of any size" },
	{ LIMIT_CHILD_DECODING - 1000, 1000, false, true, "there is room" },
	{ LIMIT_CHILD_DECODING - 999, 1000, false, false, "there is none" },
	{ 1, 2 * LIMIT_CHILD_DECODING, false, false, "too large for company" },
	{ 1000, 1000, true, false, "another has waited for longer" },
	{ LIMIT_CHILD_DECODING, 0, true, true, "it has no images" },
};

static struct app_turn other;

static void
begin(uint64_t busy, uint64_t need, bool other_is_next)
{
	turn_begin("", WORDS(NULL));
	job->request->decoded = need;
	child.decoding = busy;
	child.decodes_next = other_is_next ? &other : NULL;
	advance(TURN_WAITING);
	ok(step(clock_now()));
}

START_TEST(images_wait_for_each_other)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(cases[i].busy, cases[i].need, cases[i].other_is_next);
		ck_assert_msg(
		    (turn->state == TURN_INJECTING) == cases[i].goes_on, "%s",
		    cases[i].comment);
		ck_assert_uint_eq(child.decoding,
		    cases[i].busy + (cases[i].goes_on ? cases[i].need : 0));
		turn_end();
		ck_assert_uint_eq(child.decoding, cases[i].busy);
	}
}
END_TEST

/* With the answer they are decoded. */
START_TEST(the_next_goes_on_when_there_is_room)
{
	begin(LIMIT_CHILD_DECODING, 1000, false);
	ck_assert_int_eq(turn->state, TURN_WAITING);
	ck_assert_ptr_eq(child.decodes_next, turn);
	child.decoding = 0;
	ok(step(clock_now()));
	ck_assert_int_eq(turn->state, TURN_INJECTING);
	ck_assert_ptr_null(child.decodes_next);
	ok(step(clock_now()));
	ck_assert_uint_eq(child.decoding, 1000);
	ok(say(BUSY)); /* and is asked again: it may have begun */
	ck_assert_uint_eq(child.decoding, 1000);
	ok(step(turn->again_at));
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_ASKING);
	ck_assert_uint_eq(child.decoding, 0);
	turn_end();
}
END_TEST

START_TEST(who_hangs_up_is_not_waited_for)
{
	begin(LIMIT_CHILD_DECODING, 1000, false);
	ck_assert_ptr_eq(child.decodes_next, turn);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	ck_assert_ptr_null(child.decodes_next);
	ck_assert_uint_eq(child.decoding, LIMIT_CHILD_DECODING);
	turn_end();
}
END_TEST

UNIT_MAIN("app_decoding", images_wait_for_each_other,
    the_next_goes_on_when_there_is_room, who_hangs_up_is_not_waited_for)
