#include "unit/unit.h"

#include "base/clock.h"
#include "unit/app_lines.h"
#include "unit/turn_rig.h"

/* A line about the turn was too long to be read. */
static const struct {
	enum app_turn_state state;
	bool answer; /* the one that is awaited */
	const char *wanted; /* all that is asked for until the end */
	enum app_turn_state then;
	const char *comment;
} lost[] = {
	{ TURN_STARTING, true, "thread", TURN_OVER, "its thread is unknown" },
	{ TURN_INJECTING, false, "thread inject", TURN_INJECTING,
	    "an injected message comes back" },
	{ TURN_INJECTING, true, "thread inject close", TURN_CLOSING,
	    "what was injected is not known" },
	{ TURN_ASKING, true, "thread inject turn close", TURN_CLOSING,
	    "there is no turn to interrupt" },
	{ TURN_RUNNING, false, "thread inject turn interrupt",
	    TURN_INTERRUPTING, "a part of the answer" },
};

START_TEST(the_job_fails_and_the_turn_winds_up)
{
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
		turn_begin("", WORDS(NULL));
		advance(lost[i].state);
		ok(lose_line(lost[i].answer));
		ck_assert_msg(seen.error == ERROR_UPSTREAM, "%s: %s",
		    lost[i].comment, seen.message);
		ck_assert_ptr_nonnull(strstr(seen.message, "too long"));
		ck_assert_str_eq(trace, lost[i].wanted);
		ck_assert_int_eq(turn->state, lost[i].then);
		turn_end();
	}
}
END_TEST

/* What was said before stays said, and nothing follows it. */
START_TEST(in_mid_answer)
{
	turn_begin(",\"stream\":true", WORDS(NULL));
	advance(TURN_RUNNING);
	ok(say(STARTED("a", "null")));
	ok(say(DELTA("a", "half")));
	ok(lose_line(false));
	ok(lose_line(false)); /* of its last lines, too */
	ok(say(DELTA("a", "more")));
	ck_assert_str_eq(app_text(&seen.content), "half");
	ck_assert_uint_eq(seen.ends, 1);
	ck_assert_int_eq(seen.error, ERROR_UPSTREAM);
	turn_end();
}
END_TEST

/* Whose job is over has nothing to lose. */
START_TEST(behind_the_answer)
{
	turn_begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	ok(say(COMPLETED("a", "null", "pong")));
	ok(say(DONE));
	ok(lose_line(false));
	ck_assert_str_eq(app_text(&seen.content), "pong");
	ck_assert_int_eq(seen.finish, FINISH_STOP);
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	turn_end();
}
END_TEST

UNIT_MAIN("app_line_lost", the_job_fails_and_the_turn_winds_up, in_mid_answer,
    behind_the_answer)
