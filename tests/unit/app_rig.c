#include "unit/app_rig.h"

#include <signal.h>

#include "unit/app_job.h"
#include "unit/child.h"
#include "unit/scratch.h"
#include "unit/unit.h"

static struct settings settings;
static struct codex *codex;
struct app_session *session;
struct codex_limits limits;
struct job *ended, *again;
unsigned rounds;

static void
on_job_over(void *arg, struct job *j)
{
	(void)arg;
	ck_assert_ptr_null(ended);
	ended = j;
}

static void
on_limits(void *arg, const struct codex_limits *l)
{
	(void)arg;
	limits = *l;
}

void
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

static uint64_t
on_keep(void *arg, const struct app_kept_entry *entry)
{
	(void)arg;
	(void)entry;
	return 0;
}

static uint64_t
next_to_drop(void *arg, int64_t now)
{
	(void)arg;
	(void)now;
	return 0;
}

void
begin(const char *script)
{
	struct app_session_owner owner = { .job_over = on_job_over,
		.limits = on_limits,
		.warning = on_warning,
		.keep = on_keep,
		.next_to_drop = next_to_drop };

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	scratch_make();
	app_settings(&settings, WORDS(NULL));
	write_script(script);
	ended = again = NULL;
	rounds = 0;
	ck_assert_int_eq(
	    app_session_start(&settings, codex, &owner, &session), 0);
}

void
end(void)
{
	app_session_lose_turns(session, on_again, NULL);
	app_session_free(session);
	codex_unref(codex);
	settings_free(&settings);
	scratch_remove();
	no_child_left();
}

void
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

bool
is_ready(void)
{
	return session->handshake.done || session->broken;
}

bool
is_broken(void)
{
	return session->broken;
}

bool
has_ended(void)
{
	return ended != NULL || session->broken;
}

bool
is_empty(void)
{
	return session->n_turns == 0 || session->broken;
}

void
run_until(bool (*done)(void))
{
	int64_t deadline = clock_after(SECONDS(40));

	app_session_step(session, clock_now());
	while (!done()) {
		ck_assert_msg(clock_now() < deadline, "nothing happens");
		turn_around(deadline);
	}
}

struct job *
begin_job(void)
{
	return begin_job_like("");
}

struct job *
begin_job_like(const char *members)
{
	struct job *j = app_job(members);

	app_session_begin(session, job_ref(j));
	return j;
}

void
expect_seen(struct job *j, const char *content, enum error_kind error,
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
