#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/app_turn.h"
#include "unit/app_job.h"
#include "unit/app_lines.h"
#include "unit/random.h"

/*
 * A turn in a child that is nothing but the buffer of what is said to it; the
 * test says what Codex would.
 */
static struct settings settings;
static struct app_child child;
static struct codex *codex;
static struct app_turn *turn;
static struct job *job; /* the caller's reference */
static struct app_seen seen;
static int64_t last_id;
static char trace[4096]; /* short names of what was asked for */

static const struct {
	const char *method, *name;
	bool ends; /* may be said when the job is over */
} methods[] = {
	{ "thread/start", "thread", false },
	{ "thread/inject_items", "inject", false },
	{ "turn/start", "turn", false },
	{ "turn/interrupt", "interrupt", true },
	{ "thread/archive", "archive", true },
	{ "thread/unsubscribe", "close", true },
};

static void
note(const char *method, bool was_over)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].method, method) != 0)
			continue;
		ck_assert_msg(!was_over || methods[i].ends,
		    "%s although the job is over", method);
		ck_assert_uint_lt(
		    strlen(trace) + strlen(method) + 2, sizeof(trace));
		if (trace[0] != '\0')
			strncat(trace, " ", 2);
		strncat(trace, methods[i].name, 20);
		return;
	}
	ck_abort_msg("asks for %s", method);
}

static void
check_request(const char *line, size_t len, bool was_over)
{
	json_t *root, *params;
	const char *method, *thread;
	char why[JSONX_ERROR_MAX];
	int64_t id;

	ck_assert_msg(jsonx_parse(line, len, 128, &root, why) == 0, "%s: %.*s",
	    why, (int)len, line);
	ck_assert_int_eq(jsonx_get_int(root, "id", &id), 0);
	ck_assert_int_gt(id, last_id);
	last_id = id;
	ck_assert_int_eq(jsonx_get_string(root, "method", &method), 0);
	ck_assert_int_eq(jsonx_get_object(root, "params", &params), 0);
	note(method, was_over);
	if (strcmp(method, "thread/start") != 0) {
		ck_assert_int_eq(
		    jsonx_get_string(params, "threadId", &thread), 0);
		ck_assert_str_eq(thread, "t");
	}
	json_decref(root);
}

/* Looks at what was said, and takes it; lines of spaces are the test's. */
static void
take_requests(bool was_over)
{
	const char *at = child.out.data, *end = at + child.out.len, *eol;

	while (at < end) {
		eol = memchr(at, '\n', (size_t)(end - at));
		ck_assert_ptr_nonnull(eol);
		if (*at != ' ')
			check_request(at, (size_t)(eol - at), was_over);
		at = eol + 1;
	}
	buf_reset(&child.out);
	/* Nothing is awaited but the last thing that was asked for. */
	ck_assert(turn->awaited == 0 || turn->awaited == last_id);
}

/* As the session does: the job goes back as soon as it is over. */
static void
let_go(void)
{
	if (!turn->job_over || turn->job == NULL)
		return;
	turn->job = NULL;
	app_see(job, &seen);
	ck_assert_uint_eq(seen.ends, 1);
	/* The last one: to touch it from now on is a fault. */
	job_unref(job);
	job = NULL;
}

static void
begin(const char *members, char *const *words)
{
	app_settings(&settings, words);
	memset(&child, 0, sizeof(child));
	child.codex = codex = codex_new();
	ck_assert_ptr_nonnull(codex);
	buf_init(&child.out, (size_t)16 * 1024 * 1024);
	app_seen_init(&seen);
	last_id = 0;
	trace[0] = '\0';
	job = app_job(members);
	ck_assert_int_eq(app_turn_begin(&settings, &child,
			     APP_INSTRUCTIONS_MESSAGE, job, &turn),
	    0);
	take_requests(false);
}

static void
end(void)
{
	app_turn_free(turn);
	job_unref(job);
	buf_free(&child.out);
	codex_unref(codex);
	app_seen_free(&seen);
	settings_free(&settings);
}

static int
after(int rc, bool was_over)
{
	take_requests(was_over);
	let_go();
	return rc;
}

static int
say(const char *line)
{
	bool was_over = turn->job_over;
	struct app_event e;
	int rc;

	ck_assert_msg(app_event_parse(line, strlen(line), &e) == 0, "%s", line);
	rc = e.kind == APP_ANSWER ? app_turn_answer(turn, &e)
				  : app_turn_event(turn, &e);
	app_event_free(&e);
	return after(rc, was_over);
}

/* The answer that Codex gives when all is well. */
static int
answer(void)
{
	return say("{\"id\":1,\"result\":{\"thread\":{\"id\":\"t\"},"
		   "\"turn\":{\"id\":\"u\"}}}");
}

#define REFUSAL(code, message, data) \
	"{\"id\":1,\"error\":{\"code\":" code ",\"message\":\"" message \
	"\",\"data\":" data "}}"
#define BUSY REFUSAL("-32001", "Server overloaded; retry later.", "null")

static int
step(int64_t now)
{
	bool was_over = turn->job_over;

	return after(app_turn_step(turn, now), was_over);
}

static void
ok(int rc)
{
	ck_assert_int_eq(rc, 0);
}

/* Brings a fresh turn to this state. */
static void
advance(enum app_turn_state state)
{
	if (state == TURN_STARTING)
		return;
	ok(answer());
	if (state >= TURN_INJECTING)
		ok(step(clock_now()));
	if (state >= TURN_ASKING)
		ok(answer());
	if (state >= TURN_RUNNING) {
		ok(say(TURN_STARTED));
		ok(answer());
	}
	ck_assert_int_eq(turn->state, state);
}

START_TEST(an_answer_from_start_to_end)
{
	begin("", WORDS(NULL));
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
	end();
}
END_TEST

START_TEST(a_thread_that_is_kept_is_archived)
{
	begin("", WORDS("--no-ephemeral"));
	advance(TURN_RUNNING);
	ok(say(DONE));
	ok(answer());
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread inject turn archive close");
	end();
}
END_TEST

/* Nothing more is spent once the model has called the caller's tools. */
START_TEST(calls_end_the_turn)
{
	begin(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	      "\"f\"}}]",
	    WORDS(NULL));
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
	end();
}
END_TEST

#define NOT_ACTIVE REFUSAL("-32600", "no active turn to interrupt", "null")

/* A turn that is accepted and does not run yet is interrupted once it does. */
START_TEST(too_early_to_be_interrupted)
{
	begin("", WORDS(NULL));
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
	end();
}
END_TEST

/* One that has ended by itself needs no other try. */
START_TEST(too_late_to_be_interrupted)
{
	begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(say(DONE));
	ok(say(NOT_ACTIVE));
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	ok(answer());
	ck_assert_str_eq(trace, "thread inject turn interrupt close");
	end();
}
END_TEST

/* With raw events the injected messages come back as another turn's. */
START_TEST(other_turns_are_none_of_ours)
{
	static const char foreign[] =
	    "{\"method\":\"rawResponseItem/completed\",\"params\":{"
	    "\"threadId\":\"t\",\"turnId\":\"auto-compact-0\",\"item\":{"
	    "\"type\":\"function_call\",\"call_id\":\"old\",\"name\":\"f\","
	    "\"arguments\":\"{}\"}}}";

	begin(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	      "\"f\"}}]",
	    WORDS(NULL));
	advance(TURN_ASKING);
	ok(say(foreign));
	ok(say(TURN_STARTED));
	ok(say(foreign));
	ok(answer());
	ok(say(foreign));
	ok(say(RESPONSE));
	ok(say(COMPLETED("a", "null", "pong")));
	ok(say(DONE));
	ck_assert_str_eq(app_text(&seen.calls), "");
	ck_assert_str_eq(app_text(&seen.content), "pong");
	end();
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

START_TEST(a_hangup_winds_up)
{
	for (size_t i = 0; i < ARRAY_SIZE(hangups); i++) {
		begin("", WORDS(NULL));
		advance(hangups[i].state);
		channel_cancel(job->channel, JOB_CANCEL_HANGUP);
		ok(step(clock_now()));
		ck_assert_int_eq(seen.error, API_ERROR_CLIENT_GONE);
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
		end();
	}
}
END_TEST

/* While stdin is full the conversation waits, and the caller may still go. */
START_TEST(a_full_pipe_holds_it_back)
{
	static char filler[2 * 1024 * 1024];

	begin("", WORDS(NULL));
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
	end();
}
END_TEST

START_TEST(room_lets_it_on)
{
	begin("", WORDS(NULL));
	advance(TURN_WAITING);
	ok(step(clock_now()));
	ck_assert_str_eq(trace, "thread inject");
	end();
}
END_TEST

static const struct {
	enum app_turn_state state;
	const char *line;
	enum api_error_kind kind;
	const char *wanted;
	const char *comment;
} refusals[] = {
	{ TURN_STARTING, REFUSAL("-32600", "no", "null"), API_ERROR_BAD_REQUEST,
	    "thread", "there is no thread to close" },
	{ TURN_INJECTING, REFUSAL("-32603", "no", "null"), API_ERROR_UPSTREAM,
	    "thread inject close", "the thread is closed" },
	{ TURN_ASKING,
	    REFUSAL("-32602", "too large",
		"{\"input_error_code\":\"input_too_large\"}"),
	    API_ERROR_CONTEXT_LENGTH, "thread inject turn close",
	    "a code that Codex gives" },
	{ TURN_ASKING,
	    REFUSAL("-32600", "Quota exceeded. Check your plan.", "null"),
	    API_ERROR_USAGE_LIMIT, "thread inject turn close",
	    "words that we know" },
};

START_TEST(refusals_fail_the_job)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		begin("", WORDS(NULL));
		advance(refusals[i].state);
		ok(say(refusals[i].line));
		ck_assert_msg(seen.error == refusals[i].kind, "%s: %s",
		    refusals[i].comment, seen.message);
		if (turn->state == TURN_CLOSING)
			ok(answer());
		ck_assert_int_eq(turn->state, TURN_OVER);
		ck_assert_str_eq(trace, refusals[i].wanted);
		end();
	}
}
END_TEST

/* Busy is asked again, later each time, and not for ever. */
START_TEST(a_busy_codex_is_asked_again)
{
	int64_t pause = 0;
	int times = 0;

	begin("", WORDS(NULL));
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
	ck_assert_int_eq(seen.error, API_ERROR_OVERLOADED);
	ck_assert_int_eq(turn->state, TURN_CLOSING);
	end();
}
END_TEST

START_TEST(busy_for_a_moment_is_no_failure)
{
	begin("", WORDS(NULL));
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
	end();
}
END_TEST

/* Whoever hangs up while Codex is busy has nothing more to ask for. */
START_TEST(a_hangup_ends_the_asking_again)
{
	begin("", WORDS(NULL));
	ok(say(BUSY));
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(step(turn->again_at));
	ck_assert_int_eq(turn->state, TURN_OVER);
	ck_assert_str_eq(trace, "thread");
	end();
}
END_TEST

START_TEST(the_deadline_of_the_request)
{
	begin("", WORDS(NULL));
	job->deadline = clock_after(NS_PER_S);
	advance(TURN_RUNNING);
	ck_assert_int_eq(app_turn_deadline(turn), job->deadline);
	ok(step(job->deadline));
	ck_assert_int_eq(seen.error, API_ERROR_TIMEOUT);
	ck_assert_int_eq(turn->state, TURN_INTERRUPTING);
	end();
}
END_TEST

/* A child that hangs is found out in whatever state. */
START_TEST(a_child_that_hangs)
{
	static const enum app_turn_state states[] = { TURN_STARTING,
		TURN_INJECTING, TURN_ASKING };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		begin("", WORDS(NULL));
		advance(states[i]);
		ck_assert_int_lt(app_turn_deadline(turn), CLOCK_NEVER);
		ok(step(app_turn_deadline(turn) - 1));
		ck_assert_int_eq(step(app_turn_deadline(turn)), -ETIMEDOUT);
		end();
	}
	begin("", WORDS(NULL));
	advance(TURN_RUNNING);
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ok(step(clock_now()));
	ok(answer()); /* but turn/completed never comes */
	ck_assert_int_eq(step(app_turn_deadline(turn)), -ETIMEDOUT);
	end();
}
END_TEST

START_TEST(an_answer_without_an_id)
{
	char line[1024], id[300];

	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	begin("", WORDS(NULL));
	ck_assert_int_eq(say("{\"id\":1,\"result\":{}}"), -EINVAL);
	end();
	begin("", WORDS(NULL));
	snprintf(line, sizeof(line),
	    "{\"id\":1,\"result\":{\"thread\":{\"id\":\"%s\"}}}", id);
	ck_assert_int_eq(say(line), -EINVAL);
	end();
}
END_TEST

START_TEST(what_cannot_be_said_is_not_begun)
{
	struct app_turn *t = NULL;

	begin("", WORDS(NULL));
	child.out.cap = 10;
	ck_assert_int_eq(app_turn_begin(&settings, &child,
			     APP_INSTRUCTIONS_MESSAGE, job, &t),
	    -EMSGSIZE);
	ck_assert_ptr_null(t);
	ck_assert_uint_eq(child.out.len, 0);
	end();
}
END_TEST

/* ---- anything, in any order ---- */

static const char *const anything[] = { TURN_STARTED, STARTED("a", FINAL),
	STARTED("b", COMMENTARY), DELTA("a", "x"), DELTA("b", "y"),
	COMPLETED("a", FINAL, "x"), COMPLETED("b", COMMENTARY, "y"),
	THOUGHT("hm"), PART, RETRY, USAGE, RESPONSE, CALL("c", "f", "{}"),
	CALL("d", "none_of_ours", "{}"), COMPACTION, FAULT("no", "\"other\""),
	DONE, INTERRUPTED, FAILED("no", "\"usageLimitExceeded\""),
	"{\"method\":\"turn/completed\",\"params\":{\"threadId\":\"t\","
	"\"turn\":{\"id\":\"auto-compact-0\",\"status\":\"completed\"}}}",
	"{\"method\":\"turn/started\",\"params\":{\"threadId\":\"t\","
	"\"turn\":{}}}" };

static const char *const odd_answers[] = { BUSY,
	REFUSAL("-32600", "no", "null"),
	REFUSAL("1", "no", "{\"input_error_code\":\"x\"}"),
	"{\"id\":1,\"error\":7}", "{\"id\":1,\"result\":null}" };

static const char *const kinds[] = { "", ",\"stream\":true",
	",\"stream\":true,\"tools\":[{\"type\":\"function\",\"function\":{"
	"\"name\":\"f\"}}]",
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
	struct api_error error = API_ERROR_INIT;

	ck_assert_msg(rc == -EINVAL || rc == -ETIMEDOUT, "%d", rc);
	if (turn->job == NULL)
		return;
	api_error_set(&error, API_ERROR_CODEX_CRASHED, "lost");
	app_turn_end_job(turn, &error);
	let_go();
}

static void
walk(uint64_t *seed)
{
	int rc = 0;

	begin(kinds[random_below(seed, ARRAY_SIZE(kinds))],
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
	end();
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
    other_turns_are_none_of_ours, a_hangup_winds_up, a_full_pipe_holds_it_back,
    room_lets_it_on, refusals_fail_the_job, a_busy_codex_is_asked_again,
    busy_for_a_moment_is_no_failure, a_hangup_ends_the_asking_again,
    the_deadline_of_the_request, a_child_that_hangs, an_answer_without_an_id,
    what_cannot_be_said_is_not_begun, any_order_has_one_end)
