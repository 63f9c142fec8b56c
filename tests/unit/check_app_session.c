#include "unit/unit.h"

#include <signal.h>

#include "engine/app_session.h"
#include "unit/app_job.h"
#include "unit/app_script.h"
#include "unit/child.h"
#include "unit/scratch.h"

static struct settings settings;
static struct codex *codex;
static struct app_session *session;
static struct stats_limits limits;
static struct job *ended, *again;
static unsigned rounds; /* of the loop */

static void
on_job_over(void *arg, struct job *j)
{
	(void)arg;
	ck_assert_ptr_null(ended);
	ended = j;
}

static void
on_limits(void *arg, const struct stats_limits *l)
{
	(void)arg;
	limits = *l;
}

static void
on_again(void *arg, struct job *j)
{
	(void)arg;
	ck_assert_ptr_null(again);
	again = j;
}

static void
write_script(const char *text)
{
	const char *path = scratch_path("codex");

	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), 0700), 0);
	codex = codex_new();
	ck_assert_ptr_nonnull(codex);
	codex->binary.path = strdup(path);
	codex->home = strdup(scratch_directory);
	codex->number[1] = 169;
	ck_assert_int_eq(strv_add(&codex->env, "PATH=/usr/bin:/bin"), 0);
}

static void
on_warning(void *arg, struct text warning)
{
	(void)arg;
	(void)warning;
}

static void
begin(const char *script)
{
	struct app_session_owner owner = { .job_over = on_job_over,
		.limits = on_limits,
		.warning = on_warning };

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	scratch_make();
	app_settings(&settings, WORDS(NULL));
	write_script(script);
	ended = again = NULL;
	rounds = 0;
	ck_assert_int_eq(
	    app_session_start(&settings, codex, &owner, &session), 0);
}

static void
end(void)
{
	app_session_lose_turns(session, on_again, NULL);
	app_session_free(session);
	codex_unref(codex);
	settings_free(&settings);
	scratch_remove();
	no_child_left();
}

/* One pass of what the worker's loop does. */
static void
turn_around(int64_t deadline)
{
	struct pollfd fds[APP_SESSION_FDS];
	int64_t at = app_session_deadline(session);
	int n;

	app_session_pollfds(session, fds);
	n = poll(fds, APP_SESSION_FDS,
	    clock_poll_timeout(at < deadline ? at : deadline));
	ck_assert_int_ge(n, 0);
	if (n > 0)
		app_session_serve(session, fds);
	app_session_step(session, clock_now());
	rounds++;
}

static bool
is_ready(void)
{
	return session->initialized || session->broken;
}

static bool
is_broken(void)
{
	return session->broken;
}

static bool
has_ended(void)
{
	return ended != NULL || session->broken;
}

static bool
is_empty(void)
{
	return session->n_turns == 0 || session->broken;
}

/* The child has forty seconds, on any machine. */
static void
run_until(bool (*done)(void))
{
	int64_t deadline = clock_after(SECONDS(40));

	app_session_step(session, clock_now());
	while (!done()) {
		ck_assert_msg(clock_now() < deadline, "nothing happens");
		turn_around(deadline);
	}
}

/* The caller's reference of a job that is begun in the session. */
static struct job *
begin_job(void)
{
	struct job *j = app_job("");

	app_session_begin(session, job_ref(j));
	return j;
}

static void
expect_seen(struct job *j, const char *content, enum api_error_kind error,
    const char *words)
{
	struct app_seen seen;

	app_seen_init(&seen);
	app_see(j, &seen);
	ck_assert_uint_eq(seen.ends, 1);
	ck_assert_msg(seen.error == error, "%s", seen.message);
	ck_assert_str_eq(app_text(&seen.content), content);
	ck_assert_msg(strstr(seen.message, words) != NULL, "%s", seen.message);
	app_seen_free(&seen);
	job_unref(ended);
	ended = NULL;
	job_unref(j);
}

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
		ck_assert_msg(session->initialized == handshakes[i].ready &&
			session->broken != handshakes[i].ready,
		    "%s: %s", comment, session->why);
		ck_assert_msg(
		    session->login_missing == handshakes[i].login_missing, "%s",
		    comment);
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
	session->handshake_by = clock_now();
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
	expect_seen(j, "pong", API_ERROR_NONE, "");
	run_until(is_empty);
	ck_assert_msg(!session->broken, "%s", session->why);
	end();
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
	expect_seen(j, "denied", API_ERROR_NONE, "");
	end();
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
			expect_seen(j, "", API_ERROR_CODEX_CRASHED, "status 7");
		}
		end();
	}
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
	expect_seen(j, "", API_ERROR_CLIENT_GONE, "");
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
    what_is_left_of_the_quota, a_lost_job_has_a_second_try, a_hangup_interrupts,
    a_closed_stdin_costs_nothing, the_end_of_a_child,
    a_slow_reader_holds_no_memory)
