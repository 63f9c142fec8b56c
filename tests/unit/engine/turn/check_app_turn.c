#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/child/app_bounds.h"
#include "engine/turn/app_ask.h"
#include "unit/app_lines.h"
#include "unit/random.h"
#include "unit/turn_rig.h"

#define A_TOOL \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"

START_TEST(an_answer_from_start_to_end)
{
	turn_begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	ok(say(COMPLETED("a", "null", "pong")));
	ok(say(USAGE));
	ok(say(DONE));
	ck_assert_str_eq(app_text(&seen.content), "pong");
	ck_assert_int_eq(seen.finish, FINISH_STOP);
	ck_assert_uint_eq(seen.usage.output, 7);
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread inject turn close");
	turn_end();
}
END_TEST

START_TEST(a_thread_that_is_kept_is_archived)
{
	turn_begin("", WORDS("--no-ephemeral"));
	advance(TURN_RUNNING);
	ok(say(DONE));
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread inject turn archive close");
	turn_end();
}
END_TEST

/* Nothing more is spent once the model has called the caller's tools. */
START_TEST(calls_end_the_turn)
{
	turn_begin(A_TOOL, WORDS(NULL));
	advance(TURN_RUNNING);
	ok(say(CALL("c", "f", "{}")));
	ok(say(RESPONSE));
	ck_assert_str_eq(app_text(&seen.calls), "c f {};");
	ck_assert_int_eq(seen.finish, FINISH_TOOL_CALLS);
	ck_assert_int_eq(turn->state, TURN_INTERRUPTING);
	ok(answer());
	ok(say(INTERRUPTED));
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread inject turn interrupt close");
	turn_end();
}
END_TEST

#define NOT_ACTIVE REFUSAL("-32600", "no active turn to interrupt", "null")

/* A turn that is accepted and does not run yet is interrupted once it does. */
START_TEST(too_early_to_be_interrupted)
{
	turn_begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(say(NOT_ACTIVE));
	ck_assert_int_eq(turn->state, TURN_INTERRUPTING);
	ok(step(turn->again_at));
	ok(answer());
	ok(say(INTERRUPTED));
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread inject turn interrupt interrupt close");
	turn_end();
}
END_TEST

/* One that has ended by itself needs no other try. */
START_TEST(too_late_to_be_interrupted)
{
	turn_begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(say(DONE));
	ok(say(NOT_ACTIVE));
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	ok(answer());
	ck_assert_str_eq(trace, "thread inject turn interrupt close");
	turn_end();
}
END_TEST

START_TEST(other_turns_are_none_of_ours)
{
	turn_begin(A_TOOL, WORDS(NULL));
	advance(TURN_ASKING);
	ok(say(INJECTED_CALL));
	ok(say(TURN_STARTED));
	ok(say(INJECTED_CALL));
	ok(answer());
	ok(say(INJECTED_CALL));
	ok(say(RESPONSE));
	ok(say(COMPLETED("a", "null", "pong")));
	ok(say(DONE));
	ck_assert_str_eq(app_text(&seen.calls), "");
	ck_assert_str_eq(app_text(&seen.content), "pong");
	turn_end();
}
END_TEST

static const struct {
	enum app_turn_state state;
	const char *wanted; /* all that is asked for */
	bool completes; /* Codex ends the turn */
} hangups[] = {
	{ TURN_STARTING, "thread close", false },
	{ TURN_INJECTING, "thread inject close", false },
	{ TURN_ASKING, "thread inject turn interrupt close", true },
	{ TURN_RUNNING, "thread inject turn interrupt close", true },
};

static void
winds_up(size_t i, bool omitted)
{
	turn_begin("", WORDS(NULL));
	advance(hangups[i].state);
	if (omitted)
		ok(say(OMITTED));
	else
		channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ck_assert_int_eq(
	    seen.error, omitted ? ERROR_INVALID_IMAGE : ERROR_CLIENT_GONE);
	ck_assert_ptr_null(turn->job);
	if (hangups[i].state < TURN_RUNNING)
		ok(answer());
	if (hangups[i].completes) {
		ok(answer());
		ok(say(INTERRUPTED));
	}
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, hangups[i].wanted);
	turn_end();
}

START_TEST(what_ends_the_job_winds_up)
{
	for (size_t i = 0; i < ARRAY_SIZE(hangups); i++) {
		winds_up(i, false);
		if (i > 0) /* the messages are there */
			winds_up(i, true);
	}
}
END_TEST

/* While stdin is full the conversation waits, and the caller may still go. */
START_TEST(a_full_pipe_holds_it_back)
{
	static char filler[2 * 1024 * 1024];

	turn_begin("", WORDS(NULL));
	ok(answer());
	memset(filler, ' ', sizeof(filler));
	filler[sizeof(filler) - 1] = '\n';
	for (int gone = 0; gone < 2; gone++) {
		ok(buf_append(&child.out, filler, sizeof(filler)));
		if (gone)
			channel_cancel(job->channel, JOB_CANCEL_HANGUP);
		ok(step(clock_now()));
		ck_assert_str_eq(trace, gone ? "thread close" : "thread");
	}
	turn_end();
}
END_TEST

START_TEST(room_lets_it_on)
{
	turn_begin("", WORDS(NULL));
	advance(TURN_WAITING);
	ok(step(clock_now()));
	ck_assert_str_eq(trace, "thread inject");
	turn_end();
}
END_TEST

static const struct {
	enum app_turn_state state;
	const char *line;
	enum error_kind kind;
	const char *wanted;
	const char *comment;
} refusals[] = {
	{ TURN_STARTING, REFUSAL("-32600", "no", "null"), ERROR_BAD_REQUEST,
	    "thread", "there is no thread to close" },
	{ TURN_INJECTING, REFUSAL("-32603", "no", "null"), ERROR_UPSTREAM,
	    "thread inject close", "the thread is closed" },
	{ TURN_ASKING,
	    REFUSAL("-32602", "too large",
		"{\"input_error_code\":\"input_too_large\"}"),
	    ERROR_CONTEXT_LENGTH, "thread inject turn close",
	    "a code that Codex gives" },
	{ TURN_ASKING,
	    REFUSAL("-32600", "Quota exceeded. Check your plan.", "null"),
	    ERROR_USAGE_LIMIT, "thread inject turn close",
	    "words that we know" },
};

START_TEST(refusals_fail_the_job)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		turn_begin("", WORDS(NULL));
		advance(refusals[i].state);
		ok(say(refusals[i].line));
		ck_assert_msg(seen.error == refusals[i].kind, "%s: %s",
		    refusals[i].comment, seen.message);
		if (turn->state == TURN_CLOSING)
			ok(answer());
		ck_assert_int_eq(turn->state, TURN_OVER);
		ck_assert_str_eq(trace, refusals[i].wanted);
		turn_end();
	}
}
END_TEST

/* Busy is asked again, later each time, and not for ever. */
START_TEST(a_busy_codex_is_asked_again)
{
	int64_t pause = 0;
	int times = 0;

	turn_begin("", WORDS(NULL));
	advance(TURN_ASKING);
	for (; !turn->job_over; times++) {
		int64_t begun = clock_now();

		ok(say(BUSY));
		if (turn->job_over)
			break;
		ck_assert_int_eq(app_turn_deadline(turn), turn->again_at);
		ck_assert_int_gt(turn->again_at - begun, pause);
		pause = turn->again_at - clock_now();
		ok(step(turn->again_at - 1));
		ck_assert_int_eq(turn->awaited, 0);
		ok(step(turn->again_at));
		ck_assert_int_ne(turn->awaited, 0);
	}
	ck_assert_int_gt(times, 2);
	ck_assert_int_lt(times, 20);
	ck_assert_int_eq(seen.error, ERROR_OVERLOADED);
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	turn_end();
}
END_TEST

START_TEST(busy_for_a_moment_is_no_failure)
{
	turn_begin("", WORDS(NULL));
	ok(say(BUSY));
	ok(step(turn->again_at));
	advance(TURN_ASKING);
	ok(say(BUSY));
	ok(step(turn->again_at));
	ok(answer());
	ok(say(COMPLETED("a", "null", "pong")));
	ok(say(DONE));
	ck_assert_int_eq(seen.finish, FINISH_STOP);
	ck_assert_str_eq(trace, "thread thread inject turn turn close");
	turn_end();
}
END_TEST

/* Whoever hangs up while Codex is busy has nothing more to ask for. */
START_TEST(a_hangup_ends_the_asking_again)
{
	turn_begin("", WORDS(NULL));
	ok(say(BUSY));
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(step(turn->again_at));
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread");
	turn_end();
}
END_TEST

START_TEST(the_deadline_of_the_request)
{
	turn_begin("", WORDS(NULL));
	job->deadline = clock_after(NS_PER_S);
	advance(TURN_RUNNING);
	ck_assert_int_eq(app_turn_deadline(turn), job->deadline);
	ok(step(job->deadline));
	ck_assert_int_eq(seen.error, ERROR_TIMEOUT);
	ck_assert_int_eq(turn->state, TURN_INTERRUPTING);
	turn_end();
}
END_TEST

/* A child that hangs is found out in whatever state. */
START_TEST(a_child_that_hangs)
{
	static const enum app_turn_state states[] = { TURN_STARTING,
		TURN_INJECTING, TURN_ASKING };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		turn_begin("", WORDS(NULL));
		advance(states[i]);
		ck_assert_int_lt(app_turn_deadline(turn), CLOCK_NEVER);
		ok(step(app_turn_deadline(turn) - 1));
		ck_assert_int_eq(step(app_turn_deadline(turn)), -ETIMEDOUT);
		turn_end();
	}
	turn_begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(answer()); /* but turn/completed never comes */
	ck_assert_int_eq(step(app_turn_deadline(turn)), -ETIMEDOUT);
	turn_end();
}
END_TEST

/* Of a child that is only slow nothing is lost. */
START_TEST(a_late_answer_of_a_busy_child)
{
	int64_t late;

	turn_begin("", WORDS(NULL));
	late = app_turn_deadline(turn);
	child.patient_until = late + 5; /* it has answered another turn */
	ok(step(late));
	ok(step(late + 4));
	ck_assert_int_eq(step(late + 5), -ETIMEDOUT);
	child.patient_until = 0;
	ok(answer());
	ck_assert_int_ge(
	    child.patient_until, clock_now() + app_bounds.answer / 2);
	turn_end();
}
END_TEST

/* A second more for a million bytes. */
START_TEST(a_large_conversation_takes_time)
{
	enum {
		SIZE = 10 * 1000 * 1000
	};
	static char message[SIZE + 1];
	int64_t before;

	memset(message, 'x', SIZE);
	turn_begin_job(app_job_saying(message, ""), WORDS(NULL));
	ok(answer());
	before = clock_now();
	ok(step(before));
	ck_assert_int_eq(turn->state, TURN_INJECTING);
	ck_assert_int_ge(app_turn_deadline(turn),
	    before + app_bounds.answer + 10 * NS_PER_S);
	turn_end();
}
END_TEST

START_TEST(an_answer_without_an_id)
{
	char line[1024], id[300];

	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	turn_begin("", WORDS(NULL));
	ck_assert_int_eq(say("{\"id\":1,\"result\":{}}"), -EINVAL);
	turn_end();
	turn_begin("", WORDS(NULL));
	snprintf(line, sizeof(line),
	    "{\"id\":1,\"result\":{\"thread\":{\"id\":\"%s\"}}}", id);
	ck_assert_int_eq(say(line), -EINVAL);
	turn_end();
}
END_TEST

START_TEST(what_cannot_be_said_is_not_begun)
{
	struct app_turn *t = NULL;

	turn_begin("", WORDS(NULL));
	child.out.cap = 10;
	ck_assert_int_eq(app_turn_begin(&settings, &child, &spare,
			     RPC_INSTRUCTIONS_MESSAGE, NULL, job, &t),
	    -EMSGSIZE);
	ck_assert_ptr_null(t);
	ck_assert_uint_eq(child.out.len, 0);
	turn_end();
}
END_TEST

/* ---- anything, in any order ---- */

static const char *const anything[] = { TURN_STARTED, OMITTED,
	STARTED("a", FINAL), STARTED("b", COMMENTARY), DELTA("a", "x"),
	DELTA("b", "y"), COMPLETED("a", FINAL, "x"),
	COMPLETED("b", COMMENTARY, "y"), THOUGHT("hm"), PART, RETRY, USAGE,
	RESPONSE, CALL("c", "f", "{}"), CALL("d", "none_of_ours", "{}"),
	COMPACTION, FAULT("no", "\"other\""), DONE, INTERRUPTED,
	FAILED("no", "\"usageLimitExceeded\""), FOREIGN_DONE, NAMELESS_TURN };

static const char *const odd_answers[] = { BUSY,
	REFUSAL("-32600", "no", "null"),
	REFUSAL("1", "no", "{\"input_error_code\":\"x\"}"),
	"{\"id\":1,\"error\":7}", "{\"id\":1,\"result\":null}" };

static const char *const kinds[] = { "", ",\"stream\":true",
	",\"stream\":true" A_TOOL,
	",\"response_format\":{\"type\":\"json_object\"}", ",\"stop\":\"q\"" };

static int
random_answer(uint64_t *seed)
{
	if (turn->awaited == 0)
		return 0;
	if (random_below(seed, 3) > 0)
		return answer();
	return say(odd_answers[random_below(seed, ARRAY_SIZE(odd_answers))]);
}

static int
random_time(uint64_t *seed)
{
	switch (random_below(seed, 12)) {
	case 0:
		return step(turn->job != NULL ? job->deadline : clock_now());
	case 1:
		if (turn->again_at < turn->answer_by)
			return step(turn->again_at);
		return step(clock_now());
	case 2:
		return step(app_turn_deadline(turn));
	default:
		return step(clock_now());
	}
}

static int
random_action(uint64_t *seed)
{
	switch (random_below(seed, 16)) {
	case 0:
	case 1:
	case 2:
	case 3:
		return random_answer(seed);
	case 4:
	case 5:
	case 6:
		return random_time(seed);
	case 7:
		if (turn->job != NULL && random_below(seed, 4) == 0)
			channel_cancel(job->channel,
			    1 + (int)random_below(seed, JOB_CANCEL_DRAIN));
		return 0;
	default:
		return say(anything[random_below(seed, ARRAY_SIZE(anything))]);
	}
}

/* A Codex that does all that it is asked for. */
static int
be_good(void)
{
	if (turn->again_at != CLOCK_NEVER)
		return step(turn->again_at);
	if (turn->awaited != 0)
		return answer();
	switch (turn->state) {
	case TURN_WAITING:
		return step(clock_now());
	case TURN_RUNNING:
		return say(DONE);
	case TURN_INTERRUPTING:
		return say(INTERRUPTED);
	default:
		ck_abort_msg("stuck in state %d: %s", (int)turn->state, trace);
	}
}

/* As the session does with the turns of a child that is lost. */
static void
lose(int rc)
{
	struct error error = ERROR_INIT;

	ck_assert_msg(rc == -EINVAL || rc == -ETIMEDOUT, "%d", rc);
	if (turn->job == NULL)
		return;
	error_set(&error, ERROR_CODEX_CRASHED, "lost");
	app_turn_end_job(turn, &error);
	let_go();
}

static void
walk(uint64_t *seed)
{
	int rc = 0;

	turn_begin(kinds[random_below(seed, ARRAY_SIZE(kinds))],
	    random_below(seed, 2) == 0 ? WORDS(NULL) : WORDS("--no-ephemeral"));
	job->deadline = clock_after(3600 * NS_PER_S);
	for (size_t n = random_below(seed, 40);
	     n > 0 && rc == 0 && turn->state != TURN_OVER; n--)
		rc = random_action(seed);
	for (int n = 0; rc == 0 && turn->state != TURN_OVER; n++) {
		ck_assert_msg(n < 30, "no end: %s", trace);
		rc = be_good();
	}
	if (rc != 0)
		lose(rc);
	ck_assert_ptr_null(turn->job);
	ck_assert_uint_eq(seen.ends, 1);
	turn_end();
}

START_TEST(any_order_has_one_end)
{
	uint64_t seed = 13;

	for (int round = 0; round < 4000; round++)
		walk(&seed);
}
END_TEST

UNIT_MAIN("app_turn", an_answer_from_start_to_end,
    a_thread_that_is_kept_is_archived, calls_end_the_turn,
    too_early_to_be_interrupted, too_late_to_be_interrupted,
    other_turns_are_none_of_ours, what_ends_the_job_winds_up,
    a_full_pipe_holds_it_back, room_lets_it_on, refusals_fail_the_job,
    a_busy_codex_is_asked_again, busy_for_a_moment_is_no_failure,
    a_hangup_ends_the_asking_again, the_deadline_of_the_request,
    a_child_that_hangs, a_late_answer_of_a_busy_child,
    a_large_conversation_takes_time, an_answer_without_an_id,
    what_cannot_be_said_is_not_begun, any_order_has_one_end)
