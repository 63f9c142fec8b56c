#include "app/control.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "app/command.h"
#include "app/http_get.h"
#include "app/launch.h"
#include "app/service.h"
#include "app/state_file.h"
#include "app/usage.h"
#include "app/words.h"
#include "base/clock.h"
#include "base/parse.h"
#include "runtime/pidfile.h"

/* A child that says nothing for so long is given up. */
#define START_PATIENCE (60 * NS_PER_S)
#define READY_PATIENCE (10 * NS_PER_S)
/* On top of --drain-seconds. */
#define STOP_PATIENCE (15 * NS_PER_S)

/* ---- start ---- */

static void
print_started(const struct settings *s)
{
	char error[STATE_FILE_ERROR_MAX];
	struct state_file st;

	if (state_file_read(s->state_file, &st, error) != 0) {
		command_complain(error);
		return;
	}
	printf("codex-api-proxy is running as pid %lld.\n", (long long)st.pid);
	for (size_t i = 0; i < st.urls.n; i++)
		printf("URL:        %s%s\n", st.urls.v[i],
		    strncmp(st.urls.v[i], "unix:", 5) == 0 ? "" : "/v1");
	printf("State file: %s\nLog file:   %s\n\nSettings:\n", s->state_file,
	    s->log_file);
	usage_print_settings(s);
	state_file_free(&st);
}

/* The server says that it is up; this asks it as a client would. */
static int
check_answers(const struct settings *s)
{
	char error[STATE_FILE_ERROR_MAX];
	struct state_file st;
	struct buf body;
	int status = 0, rc;

	if (state_file_read(s->state_file, &st, error) != 0)
		return command_complain(error);
	buf_init(&body, 65536);
	rc = st.urls.n == 0 ? 0
			    : http_get(st.urls.v[0], "/ready",
				  clock_after(READY_PATIENCE), &status, &body);
	if (rc == 0 && status != 200 && st.urls.n > 0)
		rc = -EPROTO;
	if (rc != 0)
		fprintf(stderr,
		    "codex-api-proxy: %s does not answer /ready: %s\n",
		    st.urls.v[0], strerror(-rc));
	buf_free(&body);
	state_file_free(&st);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
start_in_background(const struct settings *s)
{
	struct launch launch;
	int rc = launch_fork(&launch);

	if (rc == 0 && launch.child == 0)
		_exit(service_run(s, &launch));
	if (rc != 0) {
		fprintf(stderr, "codex-api-proxy: cannot fork: %s\n",
		    strerror(-rc));
		return EXIT_FAILURE;
	}
	if (!launch_wait(&launch, START_PATIENCE))
		return EXIT_FAILURE;
	rc = check_answers(s);
	if (rc == EXIT_SUCCESS)
		print_started(s);
	return rc;
}

static int
start_in_foreground(const struct settings *s)
{
	struct launch launch;

	launch_foreground(&launch);
	return service_run(s, &launch);
}

static int
start_with(char **argv, const struct state_file *saved)
{
	bool foreground = words_take(argv, "--foreground");
	struct settings s;
	int status;

	if (command_settings(&s, argv, saved) != 0)
		return EXIT_USAGE;
	words_hide_secrets(argv, &settings_table);
	status = foreground ? start_in_foreground(&s) : start_in_background(&s);
	settings_free(&s);
	return status;
}

int
control_start(char **argv)
{
	if (words_have_help(argv))
		return usage_start();
	return start_with(argv, NULL);
}

/* ---- stop ---- */

static int64_t
drain_time(const struct settings *s)
{
	char error[STATE_FILE_ERROR_MAX];
	struct state_file st;
	const char *text;
	int64_t drain = s->drain, saved;

	if (state_file_read(s->state_file, &st, error) != 0)
		return drain;
	text = json_string_value(json_object_get(st.options, "drain-seconds"));
	if (text != NULL && parse_seconds(text, 0, INT64_MAX, &saved) == 0 &&
	    saved > drain)
		drain = saved;
	state_file_free(&st);
	return drain;
}

/* Under its lock, so that a server that starts just now keeps its own. */
static void
remove_stale(const char *path)
{
	struct pidfile p;
	pid_t holder;

	if (pidfile_acquire(path, &p, &holder) == 0)
		pidfile_release(&p);
}

/* 0: it has stopped; -ESRCH: nothing ran; another -errno. */
static int
stop_running(const struct settings *s, pid_t *ret_pid)
{
	int64_t deadline;
	int rc = pidfile_probe(s->pid_file, ret_pid);

	if (rc == -ESRCH)
		remove_stale(s->pid_file);
	if (rc == -ENOENT)
		rc = -ESRCH;
	if (rc != 0)
		return rc;
	if (*ret_pid <= 0)
		return -EINVAL;
	deadline = clock_after(drain_time(s) + STOP_PATIENCE);
	if (kill(*ret_pid, SIGTERM) != 0 && errno != ESRCH)
		return -errno;
	return pidfile_wait_released(s->pid_file, *ret_pid, deadline);
}

static int
report_stop(const struct settings *s, int rc, pid_t pid, int64_t since)
{
	if (rc == 0)
		printf("codex-api-proxy (pid %ld) has stopped after %.1f s.\n",
		    (long)pid,
		    (double)(clock_now() - since) / (double)NS_PER_S);
	else if (rc == -ESRCH)
		fputs("codex-api-proxy: not running\n", stderr);
	else if (rc == -ETIMEDOUT)
		fprintf(stderr,
		    "codex-api-proxy: pid %ld still drains; a second signal "
		    "(kill %ld) ends it at once\n",
		    (long)pid, (long)pid);
	else
		fprintf(stderr,
		    "codex-api-proxy: cannot stop pid %ld (%s): "
		    "%s\n",
		    (long)pid, s->pid_file, strerror(-rc));
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
control_stop(char **argv)
{
	int64_t since = clock_now();
	struct settings s;
	pid_t pid = 0;
	int rc;

	if (words_have_help(argv))
		return usage_stop();
	if (command_settings(&s, argv, NULL) != 0)
		return EXIT_USAGE;
	rc = stop_running(&s, &pid);
	rc = report_stop(&s, rc, pid, since);
	settings_free(&s);
	return rc;
}

/* ---- restart ---- */

/* Checks the new settings before the old server is stopped. */
static int
restart_with(char **argv, const struct state_file *saved)
{
	int64_t since = clock_now();
	char **plain = words_copy_without(argv, "--foreground");
	struct settings s;
	pid_t pid = 0;
	int rc;

	if (plain == NULL)
		return command_complain("out of memory");
	rc = command_settings(&s, plain, saved);
	free(plain);
	if (rc != 0)
		return EXIT_USAGE;
	rc = stop_running(&s, &pid);
	if (rc == 0 || rc != -ESRCH)
		rc = report_stop(&s, rc, pid, since);
	else
		rc = EXIT_SUCCESS;
	settings_free(&s);
	return rc == EXIT_SUCCESS ? start_with(argv, saved) : rc;
}

int
control_restart(char **argv)
{
	char error[STATE_FILE_ERROR_MAX];
	char **plain;
	struct state_file st = { .root = NULL };
	struct settings s;
	int rc;

	if (words_have_help(argv))
		return usage_restart();
	plain = words_copy_without(argv, "--foreground");
	if (plain == NULL)
		return command_complain("out of memory");
	rc = command_settings(&s, plain, NULL);
	free(plain);
	if (rc != 0)
		return EXIT_USAGE;
	rc = state_file_read(s.state_file, &st, error);
	settings_free(&s);
	if (rc != 0 && rc != -ENOENT)
		return command_complain(error);
	rc = restart_with(argv, rc == 0 ? &st : NULL);
	state_file_free(&st);
	return rc;
}
