#include "unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>

#include "system/log.h"
#include "engine/dispatch.h"
#include "engine/pool/engine_app_server.h"
#include "unit/app_job.h"
#include "unit/app_script.h"
#include "unit/child.h"
#include "unit/scratch.h"

/*
 * The whole engine, with shell scripts for children. A script counts in
 * `started` how many there were, and `turn` is what it does when it is asked
 * for a turn: `answer` gives "pong".
 */
#define CODEX(turn) \
	HEAD "case $1 in --version) echo codex-cli 0.169.0; exit;;\n" \
	     "debug) echo '{\"models\":[]}'; exit;; esac\n" \
	     "echo x$$ >>starts; started=$(grep -c x starts)\n" \
	     "tell() { say \"{\\\"method\\\":\\\"$1\\\",\\\"params\\\":{" \
	     "\\\"threadId\\\":\\\"$thread\\\",\\\"turnId\\\":\\\"u$" \
	     "thread\\\"," \
	     "$2}}\"; }\n" \
	     "answer() {\n" \
	     "  ok \"{\\\"turn\\\":{\\\"id\\\":\\\"u$thread\\\"}}\"\n" \
	     "  tell item/completed '\"item\":{\"type\":\"agentMessage\"," \
	     "\"id\":\"a\",\"text\":\"pong\",\"phase\":null}'\n" \
	     "  tell turn/completed " \
	     "\"\\\"turn\\\":{\\\"id\\\":\\\"u$thread\\\"," \
	     "\\\"status\\\":\\\"completed\\\"}\"; }\n" \
	     "while ask; do\n" \
	     "  thread=${line#*\\\"threadId\\\":\\\"}; " \
	     "thread=${thread%%\\\"*}\n" \
	     "  case $line in *'\"method\":\"initialized\"'*) ;;\n" \
	     "  *'\"method\":\"thread/start\"'*)\n" \
	     "    ok \"{\\\"thread\\\":{\\\"id\\\":\\\"t$id\\\"}}\";;\n" \
	     "  *'\"method\":\"turn/start\"'*) " turn ";;\n" \
	     "  *) ok '{}';; esac; done\n"

static struct settings settings;
static struct stats *stats;
static struct dispatch *dispatch;

/* `more`: options besides the places of files. */
static void
launch(const char *script, char *const *more)
{
	char binary[2 * PATH_MAX + 32], home[2 * PATH_MAX + 32];
	char *words[16] = { binary, home };
	struct engine *engine;

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	scratch_make();
	ck_assert_int_eq(file_write_atomic(scratch_path("codex"), script,
			     strlen(script), 0700),
	    0);
	snprintf(
	    binary, sizeof(binary), "--codex-bin=%s", scratch_path("codex"));
	snprintf(home, sizeof(home), "--app-server-codex-home=%s",
	    scratch_path("home"));
	for (size_t i = 2; *more != NULL; i++, more++)
		words[i] = *more;
	setenv("CODEX_API_KEY", "k", 1); /* a login that nobody looks for */
	setenv("CODEX_HOME", scratch_path("users"), 1);
	app_settings(&settings, words);
	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	stats = stats_new();
	ck_assert_ptr_nonnull(stats);
	ck_assert_int_eq(engine_app_server_new(&settings, stats, &engine), 0);
	ck_assert_int_eq(
	    dispatch_start(&settings, stats, engine, &dispatch), 0);
}

static void
finish(void)
{
	dispatch_stop(dispatch);
	stats_free(stats);
	settings_free(&settings);
	scratch_remove();
	no_child_left();
}

static struct job *
submit(void)
{
	struct error error = ERROR_INIT;
	struct job *j = app_job("");
	int rc = dispatch_submit(dispatch, &j, 1, &error);

	ck_assert_msg(rc == 0, "%s", error.message);
	return j;
}

/* `content` NULL: how much of it came is a matter of time. */
static void
expect_end(struct job *j, const char *content, enum error_kind error,
    const char *words)
{
	struct app_seen seen;

	app_seen_init(&seen);
	app_see(j, &seen);
	ck_assert_uint_eq(seen.ends, 1);
	ck_assert_msg(
	    seen.error == error && strstr(seen.message, words) != NULL, "%s",
	    seen.message);
	if (content != NULL)
		ck_assert_str_eq(app_text(&seen.content), content);
	app_seen_free(&seen);
	job_unref(j);
}

static void
wait_for_all(void)
{
	ck_assert(dispatch_wait(dispatch, clock_after(SECONDS(50))));
}

static void
on_step(void *arg, const char *step)
{
	(void)arg;
	ck_assert_ptr_nonnull(step);
}

static int
wait_ready(struct error *error)
{
	struct engine *e = dispatch_engine(dispatch);

	return e->ops->wait_ready(e, on_step, NULL, error);
}

START_TEST(jobs_are_answered)
{
	struct error error = ERROR_INIT;
	struct job *jobs[30];
	struct stats_gauges g = { 0 };

	launch(CODEX("answer"), WORDS("--workers=2", "--turns-per-worker=3"));
	ck_assert_int_eq(wait_ready(&error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		jobs[i] = submit();
	wait_for_all();
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		expect_end(jobs[i], "pong", ERROR_NONE, "");
	dispatch_gauges(dispatch, &g);
	ck_assert_uint_eq(g.n_engines, 1);
	ck_assert_int_eq(g.by[0].engine, STATS_APP_SERVER);
	ck_assert_uint_eq(g.by[0].n_workers, 2);
	ck_assert_uint_eq(
	    g.by[0].workers[0].turns + g.by[0].workers[1].turns, 30);
	ck_assert(g.app_server_pool_started);
	finish();
}
END_TEST

START_TEST(a_lost_child_is_replaced)
{
	struct stats_gauges g = { 0 };
	struct job *j;

	launch(CODEX("[ $started -gt 1 ] || exit 7; answer"), WORDS(NULL));
	j = submit();
	wait_for_all();
	expect_end(j, "pong", ERROR_NONE, "");
	dispatch_gauges(dispatch, &g);
	ck_assert_uint_eq(g.by[0].workers[0].restarts, 1);
	ck_assert_uint_eq(counter_get(&stats->by[STATS_APP_SERVER].retries), 1);
	ck_assert_uint_eq(
	    counter_get(&stats->by[STATS_APP_SERVER].processes_crashed), 1);
	finish();
}
END_TEST

/* The pause after it is no reason to turn callers away. */
START_TEST(a_second_loss_is_borne)
{
	struct error error = ERROR_INIT;
	char starts[PATH_MAX];
	struct job *j;
	FILE *file;
	int pid = 0;

	launch(CODEX("[ $started -gt 2 ] || exit 7; answer"), WORDS(NULL));
	ck_assert_int_eq(wait_ready(&error), 0);
	snprintf(starts, sizeof(starts), "%s", scratch_path("home/starts"));
	file = fopen(starts, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "x%d", &pid), 1);
	fclose(file);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	while (counter_get(&stats->by[STATS_APP_SERVER].processes_crashed) == 0)
		sched_yield();
	j = submit();
	wait_for_all();
	expect_end(j, "pong", ERROR_NONE, "");
	ck_assert_uint_eq(
	    counter_get(&stats->by[STATS_APP_SERVER].processes_crashed), 2);
	finish();
}
END_TEST

START_TEST(a_job_that_kills_its_children_fails)
{
	struct job *j;

	launch(CODEX("exit 7"), WORDS(NULL));
	j = submit();
	wait_for_all();
	expect_end(j, "", ERROR_CODEX_CRASHED, "status 7");
	finish();
}
END_TEST

/* Who waits is told at once, and so is who comes later. */
START_TEST(a_child_that_does_not_start)
{
	struct error error = ERROR_INIT;
	struct job *j;

	launch("#!/bin/sh\n"
	       "case $1 in --version) echo codex-cli 0.169.0; exit;; esac\n"
	       "echo 'no such thing' >&2; exit 9\n",
	    WORDS(NULL));
	ck_assert_int_eq(wait_ready(&error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.message, "no such thing"));
	error_free(&error);
	j = submit();
	wait_for_all();
	expect_end(j, "", ERROR_CODEX_UNAVAILABLE, "no such thing");
	ck_assert_uint_eq(dispatch_readiness(dispatch), NOT_READY_NO_WORKER);
	finish();
}
END_TEST

START_TEST(no_codex_at_all)
{
	struct job *j;

	launch("#!/bin/sh\necho codex-cli 0.153.0\n", WORDS(NULL));
	j = submit();
	wait_for_all();
	expect_end(j, "", ERROR_CODEX_UNUSABLE, "too old");
	finish();
}
END_TEST

/* The next child is ready before the worn one retires: no job fails of it. */
START_TEST(a_worn_child_is_replaced)
{
	struct job *jobs[10];

	launch(CODEX("answer"), WORDS("--worker-max-turns=2"));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = submit();
		wait_for_all();
		expect_end(jobs[i], "pong", ERROR_NONE, "");
	}
	/* How soon it is replaced depends on the machine. */
	while (
	    counter_get(&stats->by[STATS_APP_SERVER].processes_started) < 2) {
		struct job *j = submit();

		wait_for_all();
		expect_end(j, "pong", ERROR_NONE, "");
	}
	ck_assert_uint_eq(
	    counter_get(&stats->by[STATS_APP_SERVER].processes_crashed), 0);
	finish();
}
END_TEST

static void
on_event(void *arg)
{
	sem_post(arg);
}

/* A turn that never ends is interrupted. */
START_TEST(a_drain_ends_what_runs)
{
	struct timespec ts = clock_timespec(clock_after(SECONDS(50)));
	struct error error = ERROR_INIT;
	struct job *j = app_job(",\"stream\":true");
	sem_t seen;

	sem_init(&seen, 0, 0);
	channel_set_wake_hook(j->channel, on_event, &seen);
	launch(CODEX("ok \"{\\\"turn\\\":{\\\"id\\\":\\\"u$thread\\\"}}\"; "
		     "tell item/agentMessage/delta "
		     "'\"itemId\":\"a\",\"delta\":\"po\"'"),
	    WORDS(NULL));
	ck_assert_int_eq(dispatch_submit(dispatch, &j, 1, &error), 0);
	ck_assert_int_eq(sem_clockwait(&seen, CLOCK_MONOTONIC, &ts), 0);
	dispatch_refuse(dispatch);
	dispatch_cancel_all(dispatch, JOB_CANCEL_DRAIN);
	wait_for_all();
	channel_set_wake_hook(j->channel, NULL, NULL);
	expect_end(j, NULL, ERROR_SHUTTING_DOWN, "");
	finish();
}
END_TEST

START_TEST(a_stop_while_it_starts)
{
	launch(CODEX("answer"), WORDS("--workers=3"));
	finish();
}
END_TEST

UNIT_MAIN("app_worker", jobs_are_answered, a_lost_child_is_replaced,
    a_second_loss_is_borne, a_job_that_kills_its_children_fails,
    a_child_that_does_not_start, no_codex_at_all, a_worn_child_is_replaced,
    a_drain_ends_what_runs, a_stop_while_it_starts)
