#include "unit/unit.h"

#include "engine/child/app_bounds.h"
#include "unit/app_job.h"
#include "unit/app_rig.h"
#include "unit/app_script.h"
#include "unit/child.h"

static const struct {
	const char *script;
	bool ready, login_missing;
	const char *why;
	const char *comment;
} handshakes[] = {
	{ SERVE REST, true, false, "", "no login is needed" },
	{ HEAD GREET(SOMEBODY) REST, true, false, "", "somebody is logged in" },
	{ HEAD GREET(NOBODY) REST, true, true, "", "nobody is" },
	{ HEAD "echo 'first words' >&2; echo 'last words' >&2; exit 3", false,
	    false, "exit status 3: last words", "an exit, and what it said" },
	{ HEAD "kill -9 $$", false, false, "signal 9", "a death" },
	{ HEAD "say 'what is this'; " REST, false, false,
	    "none of its protocol", "a line that is no JSON" },
	{ HEAD "ask; say \"{\\\"id\\\":$id,\\\"error\\\":{\\\"message\\\":"
	       "\\\"not you\\\"}}\"; " REST,
	    false, false, "refused the handshake: not you", "a refusal" },
	{ HEAD "exec >&-; exec sleep 99", false, false, "closed its pipes",
	    "it closes stdout and stays" },
};

START_TEST(a_handshake_and_its_failures)
{
	for (size_t i = 0; i < ARRAY_SIZE(handshakes); i++) {
		const char *comment = handshakes[i].comment;

		begin(handshakes[i].script);
		run_until(is_ready);
		ck_assert_msg(session->handshake.done == handshakes[i].ready &&
			session->broken != handshakes[i].ready,
		    "%s: %s", comment, session->why);
		ck_assert_msg(session->handshake.login_missing ==
			handshakes[i].login_missing,
		    "%s", comment);
		ck_assert_msg(strstr(session->why, handshakes[i].why) != NULL,
		    "%s: %s", comment, session->why);
		end();
	}
}
END_TEST

/* It wakes its worker once for that, whatever becomes of the child. */
START_TEST(a_handshake_has_a_deadline)
{
	begin(HEAD "exec sleep 99\n");
	ck_assert_int_lt(
	    app_session_deadline(session), clock_after(SECONDS(40)));
	session->handshake.by = clock_now();
	run_until(is_broken);
	ck_assert_ptr_nonnull(strstr(session->why, "handshake"));
	ck_assert_int_eq(app_session_deadline(session), CLOCK_NEVER);
	end();
}
END_TEST

START_TEST(a_turn_brings_its_answer)
{
	struct job *j;

	begin(SERVE TURN "say '" DELTA("a", "po") "'; say '" COMPLETED(
	    "a", FINAL, "pong") "'\n"
				"say '" DONE "'\n" REST);
	run_until(is_ready);
	j = begin_job();
	run_until(has_ended);
	ck_assert_ptr_eq(ended, j);
	ck_assert_uint_eq(session->n_jobs, 0);
	expect_seen(j, "pong", ERROR_NONE, "");
	run_until(is_empty);
	ck_assert_msg(!session->broken, "%s", session->why);
	end();
}
END_TEST

static void
run_turn(void)
{
	struct job *j = begin_job();

	run_until(has_ended);
	expect_seen(j, "pong", ERROR_NONE, "");
	run_until(is_empty);
}

START_TEST(a_thread_is_started_ahead)
{
	struct job *j;

	/* The answer is the first request after that. */
	begin(SERVE WHOLE_TURN WHOLE_TURN
	    "ask; ok '{\"thread\":{\"id\":\"t\"}}'\n"
	    "ask; m=${line#*method\\\":\\\"}; ok '{}'\n"
	    "ask; say '" TURN_STARTED "'; ok '{\"turn\":{\"id\":\"u\"}}'\n"
	    "say '" COMPLETED("a", FINAL, "'${m%%[!a-z/_]*}'") "'; say '" DONE
							       "'\n" REST);
	run_until(is_ready);
	session->state = SESSION_SERVING;
	run_turn();
	ck_assert_int_eq(session->spare.state, SPARE_NONE);
	run_turn();
	j = begin_job();
	run_until(has_ended);
	expect_seen(j, "thread/inject_items", ERROR_NONE, "");
	end();
}
END_TEST

/* Nobody waits for it, and no new caller comes to a child that is worn. */
START_TEST(the_thread_that_is_not_started)
{
	for (int worn = 0; worn < 2; worn++) {
		begin(SERVE WHOLE_TURN WHOLE_TURN "while ask; do :; done\n");
		run_until(is_ready);
		session->state = SESSION_SERVING;
		session->worn = worn;
		run_turn();
		run_turn();
		ck_assert_int_eq(
		    session->spare.state, worn ? SPARE_NONE : SPARE_ASKED);
		ck_assert_int_eq(app_session_deadline(session), CLOCK_NEVER);
		end();
	}
}
END_TEST

START_TEST(approvals_are_denied)
{
	struct job *j;

	/* The model's answer is what we say to it. */
	begin(SERVE TURN
	    "say '{\"id\":\"q\",\"method\":\"execCommandApproval\","
	    "\"params\":{\"threadId\":\"t\"}}'; ask\n"
	    "case $line in *'\"q\"'*denied*) text=denied;; *) text=$line;; "
	    "esac\n"
	    "say '" ITEM("completed",
		"\"type\":\"agentMessage\",\"id\":\"a\",\"text\":\"'$text'"
		"\",\"phase\":null") "'\n"
				     "say '" DONE "'\n" REST);
	run_until(is_ready);
	j = begin_job();
	run_until(has_ended);
	expect_seen(j, "denied", ERROR_NONE, "");
	end();
}
END_TEST

#define A_TOOL \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"

/*
 * Of a response that broke off Codex says nothing before its calls have
 * answers.
 */
START_TEST(calls_behind_which_nothing_comes)
{
	struct app_seen seen;
	struct job *j;

	begin(SERVE TURN
	    "say '" CALL("c", "f", "{}") "'; say '" CALL_REQUEST("\"q\"",
		"c") "'\n"
		     "ask; case $line in *'\"q\"'*'\"success\":false'*) ;; *) "
		     "exit 9;; esac\n"
		     "say '" FAULT("cut", "\"other\"") "'\n" REST);
	run_until(is_ready);
	j = begin_job_like(A_TOOL);
	run_until(has_ended);
	app_seen_init(&seen);
	app_see(j, &seen);
	ck_assert_int_eq(seen.finish, FINISH_TOOL_CALLS);
	ck_assert_str_eq(app_text(&seen.calls), "c f {};");
	app_seen_free(&seen);
	job_unref(ended);
	ended = NULL;
	job_unref(j);
	end();
}
END_TEST

/* Its child has answers, tells of the output, says `line`, and waits. */
#define BREAK_OFF(line) \
	SERVE TURN "say '" CALL("c", "f", "{}") "'; say '" CALL_REQUEST( \
	    "\"q\"", "c") "'\nask; say '" OUTPUT("c") "'; say '" line \
						      "'\n" REST

/* Nor does it behind them, the first time over a WebSocket. */
START_TEST(outputs_behind_which_nothing_comes)
{
	static const struct {
		const char *script;
		enum finish_reason finish;
	} rows[] = {
		{ BREAK_OFF(OUTPUT("d")), FINISH_TOOL_CALLS },
		{ BREAK_OFF(GUIDANCE), FINISH_CONTENT_FILTER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct app_seen seen;
		struct job *j;

		begin(rows[i].script);
		run_until(is_ready);
		j = begin_job_like(A_TOOL);
		run_until(has_ended);
		app_seen_init(&seen);
		app_see(j, &seen);
		ck_assert_int_eq(seen.finish, rows[i].finish);
		ck_assert_str_eq(app_text(&seen.calls), "c f {};");
		app_seen_free(&seen);
		job_unref(ended);
		ended = NULL;
		job_unref(j);
		end();
	}
}
END_TEST

START_TEST(what_is_left_of_the_quota)
{
	begin(HEAD GREET(
	    SOMEBODY) "ask; ok "
		      "'{\"rateLimits\":{\"primary\":{\"usedPercent\":100,"
		      "\"resetsAt\":4000000000}}}'\n"
		      "say '" NOTE("account/rateLimits/updated",
			  ",\"rateLimits\":{\"secondary\":{\"usedPercent\":50}"
			  "}") "'\n"
			       "say 'the end'\n");
	memset(&limits, 0, sizeof(limits));
	run_until(is_broken);
	ck_assert(limits.secondary.known);
	ck_assert_double_eq(limits.secondary.used, 0.5);
	end();
}
END_TEST

/* Time that a silent child takes is over at once. */
static void
hurry(void)
{
	session->child->pulse.since -= app_bounds.pulse_quiet;
}

static bool
is_lost(void)
{
	hurry();
	return session->broken;
}

static const struct {
	const char *script;
	const char *comment;
} silences[] = {
	{ SERVE "exec sleep 99\n", "it hangs before thread/start is answered" },
	{ SERVE "cat >/dev/null\n", "it reads, and says nothing" },
	{ SERVE TURN "exec sleep 99\n", "it hangs under a turn that runs" },
};

START_TEST(a_child_that_falls_silent)
{
	for (size_t i = 0; i < ARRAY_SIZE(silences); i++) {
		struct job *j;

		begin(silences[i].script);
		run_until(is_ready);
		j = begin_job();
		run_until(is_lost);
		ck_assert_msg(
		    strstr(session->why, "did not answer, and said") != NULL,
		    "%s: %s", silences[i].comment, session->why);
		app_session_lose_turns(session, on_again, NULL);
		ck_assert_ptr_eq(again, j);
		/* Without turns there is nothing to wait for. */
		app_session_step(session, clock_now());
		ck_assert_int_eq(app_session_deadline(session), CLOCK_NEVER);
		job_unref(again);
		job_unref(j);
		again = NULL;
		end();
	}
}
END_TEST

/* Is asked for as often as it answers, and the turn is not touched by it. */
START_TEST(a_silent_turn_of_a_child_that_lives)
{
	struct job *j;

	begin(SERVE TURN "for n in 1 2 3; do take; is_ping || exit 9; "
			 "ok '{\"data\":[],\"nextCursor\":null}'; done\n"
			 "say '" COMPLETED("a", FINAL, "pong") "'\n"
							       "say '" DONE
							       "'\n" REST);
	run_until(is_ready);
	j = begin_job();
	while (!has_ended()) {
		/* Not faster than it can answer. */
		if (session->turns->state == TURN_RUNNING &&
		    session->child->pulse.misses == 0)
			hurry();
		turn_around(clock_after(SECONDS(40)));
	}
	ck_assert_ptr_eq(ended, j);
	expect_seen(j, "pong", ERROR_NONE, "");
	end();
}
END_TEST

START_TEST(an_idle_child_is_left_alone)
{
	begin(SERVE "take; exit 9\n");
	run_until(is_ready);
	/* What was said at the handshake is still to be written. */
	app_session_step(session, clock_now());
	hurry();
	app_session_step(session, clock_now());
	ck_assert_int_eq(app_session_deadline(session), CLOCK_NEVER);
	ck_assert_uint_eq(app_child_backlog(session->child), 0);
	end();
}
END_TEST

/* A job of which the caller has seen nothing gets one more try, and no more. */
START_TEST(a_lost_job_has_a_second_try)
{
	struct job *j;

	for (int losses = 0; losses < 2; losses++) {
		begin(SERVE TURN "exit 7\n");
		run_until(is_ready);
		j = begin_job();
		j->losses = (unsigned)losses;
		run_until(is_broken);
		ck_assert_ptr_nonnull(strstr(session->why, "status 7"));
		app_session_lose_turns(session, on_again, NULL);
		ck_assert_uint_eq(session->n_turns, 0);
		ck_assert_uint_eq(session->n_jobs, 0);
		if (losses == 0) {
			ck_assert_ptr_eq(again, j);
			ck_assert_ptr_null(ended);
			ck_assert_uint_eq(j->losses, 1);
			job_unref(again);
			job_unref(j);
		} else {
			ck_assert_ptr_null(again);
			expect_seen(j, "", ERROR_CODEX_CRASHED, "status 7");
		}
		end();
	}
}
END_TEST

#define SAY_HALF "say '" COMPLETED("a", COMMENTARY, "half") "'\n"

/* What is out must not be doubled: taken back, or no second try. */
START_TEST(what_a_lost_job_has_said)
{
	struct app_seen seen;
	struct job *j;

	for (int live = 0; live < 2; live++) {
		begin(SERVE TURN SAY_HALF "exit 7\n");
		run_until(is_ready);
		j = begin_job_like(live ? ",\"stream\":true" : "");
		run_until(is_broken);
		app_session_lose_turns(session, on_again, NULL);
		if (live) {
			ck_assert_ptr_null(again);
			expect_seen(j, "", ERROR_CODEX_CRASHED, "status 7");
		} else {
			ck_assert_ptr_eq(again, j);
			app_seen_init(&seen);
			app_see(j, &seen);
			ck_assert_uint_eq(seen.voids, 1);
			ck_assert_uint_eq(seen.items, 0);
			app_seen_free(&seen);
			job_unref(again);
			job_unref(j);
			again = NULL;
		}
		end();
	}
}
END_TEST

/* Nobody waits for a second try: it ends in the way its reason asks for. */
START_TEST(a_cancelled_job_is_lost_quietly)
{
	struct job *j;

	begin(SERVE TURN SAY_HALF "exec sleep 99\n");
	run_until(is_ready);
	j = begin_job();
	while (session->turns == NULL || !session->turns->answer.said)
		turn_around(clock_after(SECONDS(40)));
	channel_cancel(j->channel, JOB_CANCEL_DRAIN);
	app_session_lose_turns(session, on_again, NULL);
	ck_assert_ptr_eq(again, j);
	ck_assert_ptr_null(ended);
	job_unref(again);
	job_unref(j);
	again = NULL;
	end();
}
END_TEST

START_TEST(a_hangup_interrupts)
{
	struct job *j;

	begin(SERVE TURN "say '" DELTA(
	    "a", "po") "'\n"
		       "ask; ok '{}'; say '" INTERRUPTED "'\n" REST);
	run_until(is_ready);
	j = begin_job();
	while (session->turns->state != TURN_RUNNING)
		turn_around(clock_after(SECONDS(40)));
	channel_cancel(j->channel, JOB_CANCEL_HANGUP);
	run_until(has_ended);
	expect_seen(j, "", ERROR_CLIENT_GONE, "");
	run_until(is_empty);
	ck_assert_msg(!session->broken, "%s", session->why);
	end();
}
END_TEST

/* Nobody takes what we say: that is noticed, and not by turning in a loop. */
START_TEST(a_closed_stdin_costs_nothing)
{
	struct job *j;

	/* Closed before it is ready: whatever is said then is said to none. */
	begin(HEAD "ask; ok '{}'\n"
		   "ask\n"
		   "ask; exec <&-; ok '" NO_LOGIN_NEEDED "'\n"
		   "exec sleep 99\n");
	run_until(is_ready);
	j = begin_job();
	run_until(is_broken);
	ck_assert_ptr_nonnull(strstr(session->why, "closed its pipes"));
	ck_assert_uint_lt(rounds, 200);
	ck_assert_uint_lt(rounds, 200);
	app_session_lose_turns(session, on_again, NULL);
	ck_assert_ptr_eq(again, j);
	ck_assert_int_eq(app_session_deadline(session), CLOCK_NEVER);
	job_unref(again);
	job_unref(j);
	end();
}
END_TEST

static enum app_child_end wanted_end;

/* The grace before each step up to the wanted one is over at once. */
static bool
has_exited(void)
{
	if (session->child->ending < wanted_end)
		session->child->end_by = clock_now();
	return session->child->exited;
}

static const struct {
	const char *script;
	enum app_child_end how, last;
	const char *comment;
} ends[] = {
	{ SERVE REST, APP_END_INPUT, APP_END_INPUT, "the end of its input" },
	{ SERVE "exec sleep 99\n", APP_END_INPUT, APP_END_TERM,
	    "it does not read" },
	{ SERVE "exec >&-; exec sleep 99\n", APP_END_INPUT, APP_END_TERM,
	    "it does not even write" },
	{ SERVE "trap '' TERM; while :; do sleep 1; done\n", APP_END_INPUT,
	    APP_END_KILL, "it wants to stay" },
	{ SERVE "trap '' TERM; while :; do sleep 1; done\n", APP_END_KILL,
	    APP_END_KILL, "it is not asked" },
};

START_TEST(the_end_of_a_child)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		begin(ends[i].script);
		run_until(is_ready);
		app_child_close(session->child, ends[i].how);
		wanted_end = ends[i].last;
		run_until(has_exited);
		ck_assert_msg(session->child->ending == ends[i].last, "%s: %d",
		    ends[i].comment, (int)session->child->ending);
		ck_assert_msg(rounds < 200, "%s: %u", ends[i].comment, rounds);
		end();
	}
}
END_TEST

/*
 * There is always something left to say, and yet what was said does not stay
 * in memory.
 */
START_TEST(a_slow_reader_holds_no_memory)
{
	static char line[64 * 1024];
	struct app_child *c;
	size_t said = 0;

	begin(SERVE "exec cat >/dev/null\n");
	run_until(is_ready);
	c = session->child;
	memset(line, ' ', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	while (said < (size_t)64 * 1024 * 1024) {
		struct pollfd fd = { c->process.stdin_fd, POLLOUT, 0 };

		/* Never empty: more comes as soon as half of it is gone. */
		while (app_child_backlog(c) < 4 * sizeof(line)) {
			ck_assert_int_eq(
			    buf_append(&c->out, line, sizeof(line)), 0);
			said += sizeof(line);
		}
		ck_assert_int_eq(poll(&fd, 1, 40000), 1);
		ck_assert_int_eq(app_child_flush(c), 0);
		ck_assert_uint_le(c->out.len, 10 * sizeof(line));
	}
	end();
}
END_TEST

UNIT_MAIN("app_session", a_handshake_and_its_failures,
    a_handshake_has_a_deadline, a_turn_brings_its_answer, approvals_are_denied,
    calls_behind_which_nothing_comes, outputs_behind_which_nothing_comes,
    what_is_left_of_the_quota, a_child_that_falls_silent,
    a_silent_turn_of_a_child_that_lives, an_idle_child_is_left_alone,
    a_thread_is_started_ahead, the_thread_that_is_not_started,
    a_lost_job_has_a_second_try, what_a_lost_job_has_said,
    a_cancelled_job_is_lost_quietly, a_hangup_interrupts,
    a_closed_stdin_costs_nothing, the_end_of_a_child,
    a_slow_reader_holds_no_memory)
