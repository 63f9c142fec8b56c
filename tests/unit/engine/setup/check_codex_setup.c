#include "unit/unit.h"

#include <errno.h>
#include <semaphore.h>
#include <string.h>

#include "base/clock.h"
#include "system/log.h"
#include "engine/setup/codex_setup.h"
#include "system/fdio.h"
#include "unit/app_job.h"
#include "unit/scratch.h"

/* A Codex that knows its version and has no models. */
#define SCRIPT \
	"#!/bin/sh\n" \
	"case $1 in --version) echo codex-cli 0.169.0;; " \
	"debug) echo '{\"models\":[]}';; esac\n"

static const unsigned minimum[3] = { 0, 154, 0 };
static struct settings settings;
static struct codex_setup *setup;
static sem_t told; /* posted by the hook */

static void
hook(void *arg)
{
	sem_post(arg);
}

static void
write_file(const char *name, const char *text)
{
	ck_assert_int_eq(
	    file_write_atomic(scratch_path(name), text, strlen(text), 0700), 0);
}

static void
write_codex(void)
{
	write_file("codex", SCRIPT);
}

static void
start(void)
{
	char binary[2 * PATH_MAX + 32], home[2 * PATH_MAX + 32];

	snprintf(
	    binary, sizeof(binary), "--codex-bin=%s", scratch_path("codex"));
	snprintf(home, sizeof(home), "--app-server-codex-home=%s",
	    scratch_path("home"));
	setenv("CODEX_API_KEY", "k", 1); /* a login that nobody looks for */
	setenv("CODEX_HOME", scratch_path("users"), 1);
	setenv("HOME", scratch_path("."), 1); /* of the workspace */
	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	app_settings(&settings, WORDS(binary, home));
	sem_init(&told, 0, 0);
	ck_assert_int_eq(
	    codex_setup_start(&settings, ENGINE_EXEC, minimum, &setup), 0);
	codex_setup_set_hook(setup, hook, &told);
}

static void
stop(void)
{
	codex_setup_stop(setup);
	settings_free(&settings);
	scratch_remove();
}

/* Asks until there is an answer; the hook says when to ask again. */
static int
try_until_known(struct codex **ret_codex, struct error *ret_error)
{
	struct timespec ts = clock_timespec(clock_after(40 * NS_PER_S));
	int rc;

	while ((rc = codex_setup_try(setup, ret_codex, ret_error)) == -EAGAIN)
		ck_assert_int_eq(sem_clockwait(&told, CLOCK_MONOTONIC, &ts), 0);
	return rc;
}

START_TEST(who_does_not_wait_is_told)
{
	struct error error = ERROR_INIT;
	struct codex *codex;
	char version[32];

	scratch_make();
	write_codex();
	start();
	ck_assert_int_eq(try_until_known(&codex, &error), 0);
	ck_assert_str_eq(codex->version, "codex-cli 0.169.0");
	codex_unref(codex);
	/* From now on there is nothing to wait for. */
	ck_assert_int_eq(codex_setup_try(setup, &codex, &error), 0);
	codex_unref(codex);
	codex_setup_version(setup, version, sizeof(version));
	ck_assert_str_eq(version, "codex-cli 0.169.0");
	codex_setup_version(setup, version, 6);
	ck_assert_str_eq(version, "codex");
	ck_assert_ptr_null(codex_setup_models(setup, true));
	stop();
}
END_TEST

START_TEST(a_failure_is_known_and_looked_into_again)
{
	struct error error = ERROR_INIT;
	struct codex *codex;
	struct timespec ts;
	char version[32];

	scratch_make();
	start();
	ck_assert_int_eq(try_until_known(&codex, &error), -EINVAL);
	ck_assert_ptr_null(codex);
	ck_assert_int_eq(error.kind, ERROR_CODEX_UNUSABLE);
	ck_assert_ptr_nonnull(strstr(error.message, "not found"));
	codex_setup_version(setup, version, sizeof(version));
	ck_assert_str_eq(version, "");
	/* Installed meanwhile: found when the failure is a second old. */
	write_codex();
	ts = clock_timespec(clock_after(NS_PER_S));
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		continue;
	ck_assert_int_eq(codex_setup_try(setup, &codex, &error), -EAGAIN);
	ck_assert_int_eq(try_until_known(&codex, &error), 0);
	codex_unref(codex);
	error_free(&error);
	stop();
}
END_TEST

/* An executable that was replaced is prepared anew. */
START_TEST(an_upgrade_is_noticed)
{
	struct error error = ERROR_INIT;
	struct codex *first, *second;

	scratch_make();
	write_codex();
	start();
	ck_assert_int_eq(try_until_known(&first, &error), 0);
	write_codex();
	ck_assert_int_eq(codex_setup_try(setup, &second, &error), -EAGAIN);
	ck_assert_int_eq(try_until_known(&second, &error), 0);
	ck_assert_ptr_ne(first, second);
	codex_unref(first);
	codex_unref(second);
	stop();
}
END_TEST

/* How far this thread's clock is ahead of the others'. */
static _Thread_local int64_t ahead;

int64_t __real_clock_now(void);
int64_t __wrap_clock_now(void);

/* The linker sends all calls of clock_now through here (app.mk). */
int64_t
__wrap_clock_now(void)
{
	return __real_clock_now() + ahead;
}

/* How many models are told to who asks so much later. */
static size_t
count_models(int64_t later)
{
	struct codex_models *models;
	size_t n;

	ahead = later;
	models = codex_setup_models(setup, true);
	ahead = 0;
	n = codex_models_visible(models);
	codex_models_unref(models);
	return n;
}

/* Who asks after ten minutes has the old list, and brings about a new one. */
START_TEST(models_are_looked_at_again)
{
	struct timespec ts = clock_timespec(clock_after(40 * NS_PER_S));
	struct error error = ERROR_INIT;
	struct codex *codex;

	scratch_make();
	write_file("models", "{\"models\":[]}");
	write_file("codex",
	    "#!/bin/sh\n"
	    "case $1 in --version) echo codex-cli 0.169.0;;\n"
	    "debug) cat ${0%/*}/models;; esac\n");
	start();
	ck_assert_int_eq(try_until_known(&codex, &error), 0);
	codex_unref(codex);
	write_file("models",
	    "{\"models\":[{\"slug\":\"new\",\"visibility\":\"list\"}]}");
	ck_assert_uint_eq(count_models(0), 0);
	ck_assert_uint_eq(count_models(601 * NS_PER_S), 0);
	while (count_models(0) == 0)
		ck_assert_int_eq(sem_clockwait(&told, CLOCK_MONOTONIC, &ts), 0);
	stop();
}
END_TEST

START_TEST(an_abort_leaves_nobody_waiting)
{
	struct error error = ERROR_INIT;
	struct codex *codex;

	scratch_make();
	start();
	codex_setup_abort(setup);
	ck_assert_int_eq(
	    codex_setup_get(setup, CLOCK_NEVER, &codex, &error), -EINVAL);
	error_free(&error);
	stop();
}
END_TEST

UNIT_MAIN("codex_setup", who_does_not_wait_is_told,
    a_failure_is_known_and_looked_into_again, an_upgrade_is_noticed,
    models_are_looked_at_again, an_abort_leaves_nobody_waiting)
