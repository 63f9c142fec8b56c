#include "cli/control.h"

#include <errno.h>
#include <jansson.h>
#include <time.h>

#include "cli/command.h"
#include "cli/models.h"
#include "client/running.h"
#include "cli/usage.h"
#include "cli/words.h"

enum {
	REASONS_MAX = 1024
};

/* What is known of the server. */
struct status {
	struct running server;
	json_t *metrics; /* GET /metrics, or NULL */
	json_t *settings; /* of the server; else those that a restart has */
	char *state_file;
	char model[MODELS_NAME_MAX]; /* behind codex-local; or empty */
};

static int
look_at_files(struct status *st, char *const *argv)
{
	struct settings last;
	int rc = command_last_settings(&last, argv);

	if (rc == 0) {
		st->settings = settings_to_json(&last);
		settings_free(&last);
	}
	return rc;
}

static int
look(struct status *st, char *const *argv)
{
	struct settings now;
	int rc = command_settings(&now, argv, NULL, NULL);

	if (rc != 0)
		return rc;
	rc = running_find(&now, &st->server);
	if (rc == -EINVAL)
		fprintf(stderr,
		    "codex-api-proxy: --pid-file: %s is no pid file\n",
		    now.pid_file);
	st->metrics = running_ask(&now, &st->server, "/metrics");
	models_local(&now, &st->server, st->model);
	st->settings = json_incref(
	    json_object_get(st->server.about, "settings"));
	rc = st->settings != NULL ? 0 : look_at_files(st, argv);
	st->state_file = rc == 0 ? strdup(now.state_file) : NULL;
	settings_free(&now);
	return rc;
}

static const char *
engine_name(const struct status *st)
{
	return json_string_value(json_object_get(st->settings, "engine"));
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

/* "running as pid 7, but is not ready: draining" */
static void
print_running(const struct status *st)
{
	const struct running *r = &st->server;
	struct buf reasons;

	buf_init(&reasons, REASONS_MAX);
	running_reasons(r, &reasons);
	printf("codex-api-proxy is running as pid %ld%s%s%s.\n", (long)r->pid,
	    r->about == NULL ? ", but does not answer"
		: r->ready   ? ""
			     : ", but is not ready",
	    reasons.len > 0 ? ": " : "", reasons.len > 0 ? reasons.data : "");
	buf_free(&reasons);
}

/* Why --engine auto has exec do all, if so. */
static void
print_all_to_exec(const struct status *st)
{
	const char *why = json_string_value(
	    json_object_get(st->server.about, "all_to_exec"));

	if (why != NULL)
		printf("          all requests go to exec: %s\n", why);
}

static void
print_text(const struct status *st, bool verbose)
{
	if (st->server.pid == 0) {
		puts("codex-api-proxy is not running.");
	} else {
		print_running(st);
		usage_print_urls(json_object_get(st->server.about, "urls"), 10);
		printf("Engine:   %s\n", engine_name(st));
		print_all_to_exec(st);
		if (*st->model != '\0')
			printf("Model:    %s\n", st->model);
		if (st->metrics != NULL) {
			printf("Uptime:   %.0f s\n", uptime(st));
			print_workers(st);
			print_quota(st);
		}
	}
	if (!verbose)
		return;
	printf("State:    %s\n\nSettings:\n", st->state_file);
	usage_print_settings(st->settings);
}

/* ---- JSON ---- */

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
	const struct running *r = &st->server;
	json_t *object = json_pack("{s:b,s:b,s:s,s:s}", "running", r->pid != 0,
	    "ready", r->ready, "engine", engine_name(st), "state_file",
	    st->state_file);
	int rc;

	json_object_set_new(
	    object, "pid", r->pid != 0 ? json_integer(r->pid) : json_null());
	json_object_set_new(object, "model",
	    *st->model != '\0' ? json_string(st->model) : json_null());
	set_optional(object, "urls", r->about, "urls");
	set_optional(object, "all_to_exec", r->about, "all_to_exec");
	set_optional(object, "uptime_seconds", st->metrics, "uptime_seconds");
	set_optional(object, "workers", st->metrics, "workers");
	set_optional(object, "rate_limits", st->metrics, "rate_limits");
	set_optional(object, "queue_depth", st->metrics, "queue_depth");
	if (verbose)
		json_object_set(object, "settings", st->settings);
	rc = json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
	return rc;
}

int
control_status(char **argv)
{
	bool verbose, json;
	struct status st = { .metrics = NULL };
	int rc = EXIT_USAGE;

	if (words_have_help(argv))
		return usage_status();
	verbose = words_take(argv, "--verbose");
	json = words_take(argv, "--json");
	if (look(&st, argv) == 0) {
		rc = st.server.pid != 0 ? EXIT_SUCCESS : EXIT_NOT_RUNNING;
		if (!json)
			print_text(&st, verbose);
		else if (print_json(&st, verbose) != 0)
			rc = EXIT_FAILURE;
	}
	running_free(&st.server);
	json_decref(st.metrics);
	json_decref(st.settings);
	free(st.state_file);
	return rc;
}
