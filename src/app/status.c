#include "app/control.h"

#include <errno.h>
#include <jansson.h>

#include "app/command.h"
#include "app/http_get.h"
#include "app/state_file.h"
#include "app/usage.h"
#include "app/words.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "runtime/pidfile.h"

#define PATIENCE (5 * NS_PER_S)

enum {
	DEPTH_MAX = 64,
	BODY_MAX = 4 * 1024 * 1024
};

/* What is known of the server. */
struct status {
	struct settings settings; /* of the state file when it is running */
	struct state_file state;
	bool have_state;
	bool running;
	pid_t pid;
	json_t *metrics; /* GET /metrics, or NULL */
	bool ready;
};

static void
ask_server(struct status *st)
{
	char why[JSONX_ERROR_MAX];
	const char *url;
	struct buf body;
	int http = 0;

	if (!st->running || !st->have_state || st->state.urls.n == 0)
		return;
	url = st->state.urls.v[0];
	buf_init(&body, BODY_MAX);
	if (http_get(url, "/metrics", clock_after(PATIENCE), &http, &body) ==
		0 &&
	    http == 200)
		(void)!jsonx_parse(
		    body.data, body.len, DEPTH_MAX, &st->metrics, why);
	buf_reset(&body);
	if (http_get(url, "/ready", clock_after(PATIENCE), &http, &body) == 0)
		st->ready = http == 200;
	buf_free(&body);
}

static int
look(struct status *st, char *const *argv)
{
	char error[STATE_FILE_ERROR_MAX];
	struct settings now;
	int rc = command_settings(&now, argv, NULL);

	if (rc != 0)
		return rc;
	st->running = pidfile_probe(now.pid_file, &st->pid) == 0;
	rc = state_file_read(now.state_file, &st->state, error);
	/* A server that has not become ready has not written it yet. */
	if (rc == 0 && st->running && st->state.pid != st->pid)
		state_file_free(&st->state);
	else
		st->have_state = rc == 0;
	if (rc != 0 && rc != -ENOENT)
		command_complain(error);
	settings_free(&now);
	rc = command_settings(
	    &st->settings, argv, st->have_state ? &st->state : NULL);
	/* Settings that are no use do not hide what else is known. */
	if (rc != 0 && st->have_state)
		rc = command_settings(&st->settings, argv, NULL);
	if (rc == 0)
		ask_server(st);
	return rc;
}

static json_int_t
number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static double
uptime(const struct status *st)
{
	return json_number_value(
	    json_object_get(st->metrics, "uptime_seconds"));
}

/* ---- text ---- */

static void
print_workers(const struct status *st)
{
	const json_t *workers = json_object_get(st->metrics, "workers");
	size_t busy = 0, i;
	json_t *worker;

	json_array_foreach(workers, i, worker) {
		const char *state = json_string_value(
		    json_object_get(worker, "state"));

		busy += state != NULL && strcmp(state, "idle") != 0;
	}
	printf("Workers:  %zu, %zu busy; %lld requests wait\n",
	    json_array_size(workers), busy,
	    (long long)number(st->metrics, "queue_depth"));
	printf("Requests: %lld, of which %lld ok and %lld errors\n",
	    (long long)number(st->metrics, "requests_total"),
	    (long long)number(st->metrics, "requests_ok"),
	    (long long)number(st->metrics, "requests_error"));
}

/* "Quota:    primary window 42 % used, begins anew at Tue 12:30" */
static void
print_window(const json_t *limits, const char *name)
{
	const json_t *window = json_object_get(limits, name);
	time_t at = (time_t)number(window, "resets_at");
	char when[64] = "";
	struct tm tm;

	if (!json_is_object(window))
		return;
	if (at != 0 && localtime_r(&at, &tm) != NULL)
		strftime(when, sizeof(when), ", begins anew on %F at %R", &tm);
	printf("Quota:    %s window %lld %% used%s\n", name,
	    (long long)number(window, "used_percent"), when);
}

static void
print_quota(const struct status *st)
{
	const json_t *limits = json_object_get(st->metrics, "rate_limits");

	print_window(limits, "primary");
	print_window(limits, "secondary");
}

static void
print_text(const struct status *st, bool verbose)
{
	if (!st->running) {
		puts("codex-api-proxy is not running.");
	} else {
		printf("codex-api-proxy is running as pid %ld%s.\n",
		    (long)st->pid,
		    st->metrics == NULL ? ", but does not answer"
			: st->ready     ? ""
					: ", but is not ready");
		for (size_t i = 0; i < st->state.urls.n; i++)
			printf("URL:      %s%s\n", st->state.urls.v[i],
			    strncmp(st->state.urls.v[i], "unix:", 5) == 0
				? ""
				: "/v1");
		printf("Engine:   %s\n", settings_engine_name(&st->settings));
		if (st->metrics != NULL) {
			printf("Uptime:   %.0f s\n", uptime(st));
			print_workers(st);
			print_quota(st);
		}
	}
	if (!verbose)
		return;
	printf("State:    %s\n\nSettings:\n", st->settings.state_file);
	usage_print_settings(&st->settings);
}

/* ---- JSON ---- */

static json_t *
redacted_settings(const struct settings *s)
{
	json_t *object = options_to_json(&settings_table, s);

	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		json_t *value = json_object_get(object, def->name);

		if ((def->flags & OPTION_SECRET) != 0)
			json_object_set_new(object, def->name,
			    json_string(
				json_is_null(value) ? "not set" : "set"));
	}
	return object;
}

static void
set_optional(
    json_t *object, const char *key, const json_t *from, const char *from_key)
{
	json_t *value = json_object_get(from, from_key);

	if (value != NULL)
		json_object_set(object, key, value);
	else
		json_object_set_new(object, key, json_null());
}

static int
print_json(const struct status *st, bool verbose)
{
	json_t *object = json_pack("{s:b,s:b,s:s,s:s}", "running", st->running,
	    "ready", st->ready, "engine", settings_engine_name(&st->settings),
	    "state_file", st->settings.state_file);
	int rc;

	json_object_set_new(
	    object, "pid", st->running ? json_integer(st->pid) : json_null());
	set_optional(
	    object, "urls", st->running ? st->state.root : NULL, "urls");
	set_optional(object, "uptime_seconds", st->metrics, "uptime_seconds");
	set_optional(object, "workers", st->metrics, "workers");
	set_optional(object, "rate_limits", st->metrics, "rate_limits");
	set_optional(object, "queue_depth", st->metrics, "queue_depth");
	if (verbose)
		json_object_set_new(
		    object, "settings", redacted_settings(&st->settings));
	rc = json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
	return rc;
}

int
control_status(char **argv)
{
	bool verbose, json;
	struct status st = { .running = false };
	int rc;

	if (words_have_help(argv))
		return usage_status();
	verbose = words_take(argv, "--verbose");
	json = words_take(argv, "--json");
	if (look(&st, argv) != 0)
		return EXIT_USAGE;
	rc = st.running ? EXIT_SUCCESS : EXIT_NOT_RUNNING;
	if (json) {
		if (print_json(&st, verbose) != 0)
			rc = EXIT_FAILURE;
	} else {
		print_text(&st, verbose);
	}
	json_decref(st.metrics);
	if (st.have_state)
		state_file_free(&st.state);
	settings_free(&st.settings);
	return rc;
}
