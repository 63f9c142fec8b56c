#include "cli/restart.h"

#include <errno.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/control.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "client/running.h"
#include "daemon/progress.h"
#include "daemon/rehearsal.h"
#include "daemon/signals.h"
#include "daemon/state_file.h"
#include "base/clock.h"
#include "base/parse.h"
#include "engine/pool/engine_app_server.h"
#include "engine/setup/codex_probe.h"
#include "system/log.h"

/* A wait that is over before is not shown. */
#define SHOW_AFTER (NS_PER_S / 2)

/* What of the old settings does not go on, though nobody may expect it. */
static void
say_what_is_dropped(const struct settings *s, const struct state_file *saved)
{
	const json_t *key = json_object_get(s->given, "api-key");

	if (saved->engine_dropped &&
	    json_object_get(s->given, "engine") == NULL)
		fprintf(stderr,
		    "codex-api-proxy: %s is of an older version, which saved "
		    "--engine exec for everybody; so that counts as not given, "
		    "and the engine is %s now\n",
		    saved->path, settings_engine_name(s));
	if (json_is_null(key) &&
	    !json_is_null(json_object_get(saved->options, "api-key")))
		fprintf(stderr,
		    "codex-api-proxy: --api-key is dropped; callers need %s\n",
		    s->api_key_file != NULL ? "one of --api-key-file"
					    : "none now");
}

struct restart {
	struct state_file saved;
	struct settings settings; /* of the new server */
	struct running old;
	int64_t drain; /* of the old one, if that is said now */
	struct manner manner;
};

/* Of the server before, or of the last start. */
static json_t *
settings_before(const struct restart *re)
{
	char *nothing[] = { NULL };
	json_t *of_server = json_object_get(re->old.about, "settings");
	json_t *before;
	struct settings s;

	if (of_server != NULL || re->saved.options == NULL)
		return json_incref(of_server);
	if (command_settings(&s, nothing, re->saved.options, re->saved.path) !=
	    0)
		return NULL;
	before = settings_to_json(&s);
	settings_free(&s);
	return before;
}

/* Returns 0 or an exit status. */
static int
load_restart(struct restart *re, char **argv)
{
	char error[STATE_FILE_ERROR_MAX];
	struct settings now;
	int rc;

	manner_take(&re->manner, argv);
	if (command_settings(&now, argv, NULL, NULL) != 0)
		return EXIT_USAGE;
	re->drain = control_given_drain(&now);
	(void)!running_find(&now, &re->old);
	rc = state_file_read(now.state_file, &re->saved, error);
	if (rc == -ENOENT && re->old.pid != 0)
		fprintf(stderr,
		    "codex-api-proxy: warning: %s is gone, so nothing is known "
		    "of what the server was given\n",
		    now.state_file);
	settings_free(&now);
	if (rc != 0 && rc != -ENOENT)
		return command_complain(error);
	re->manner.before = settings_before(re);
	rc = command_settings(
	    &re->settings, argv, re->saved.options, re->saved.path);
	return rc == 0 ? 0 : EXIT_USAGE;
}

/* Those of the old server are in use, which says nothing. */
static bool
takes_other_ports(const struct restart *re)
{
	const char *old = running_setting(&re->old, "port");
	int64_t port;

	return re->settings.listen.n == 0 && old != NULL &&
	    parse_int(old, 0, 65535, &port) == 0 && port != re->settings.port;
}

/* Without its state file a server must not lose its key unnoticed. */
static bool
loses_key(const struct restart *re)
{
	const char *old = running_setting(&re->old, "api-key");

	return re->saved.options == NULL && old != NULL &&
	    strcmp(old, "set") == 0 && re->settings.api_key == NULL &&
	    json_object_get(re->settings.given, "api-key") == NULL;
}

static void
show_step(void *arg, const char *step)
{
	char text[PROGRESS_MAX];

	snprintf(
	    text, sizeof(text), "asking Codex before the stop: %s ...", step);
	progress_set(arg, text);
}

/* As a start in the background would need it. 0, or -EINVAL and said why. */
static int
check_codex(const struct settings *s)
{
	/* With auto exec does what app-server cannot. */
	bool app = s->engine == ENGINE_APP_SERVER;
	struct progress p;
	struct codex_probe_spec spec = { .settings = s,
		.engine = app ? ENGINE_APP_SERVER : ENGINE_EXEC,
		.minimum = app ? engine_app_server_minimum_version
			       : codex_oldest_version,
		.abort_fd = -1,
		.on_step = show_step,
		.arg = &p };
	struct error error = ERROR_INIT;
	unsigned reason = 0;
	struct codex *c = NULL;
	int rc;

	progress_init(&p, STDERR_FILENO, clock_after(SHOW_AFTER));
	rc = codex_probe(&spec, &c, &reason, &error);
	progress_hide(&p);
	if (rc != 0)
		command_complain(error.message);
	else if (!codex_probe_logged_in(s, c))
		rc = -EINVAL;
	if (rc == -EINVAL && c != NULL)
		command_complain("nobody is logged in to Codex; run 'codex "
				 "login', then restart again");
	codex_unref(c);
	error_free(&error);
	return rc;
}

/* In the foreground a server serves without Codex, too. */
static int
check_start(const struct restart *re)
{
	char error[REHEARSAL_ERROR_MAX];
	int rc;

	log_silence();
	rc = loses_key(re)
	    ? -EINVAL
	    : rehearsal_run(&re->settings, takes_other_ports(re), error);
	if (rc != 0)
		command_complain(loses_key(re)
			? "its key is no longer known: give --api-key again, "
			  "or --api-key= for a server without"
			: error);
	else if (!re->manner.foreground)
		rc = check_codex(&re->settings);
	if (rc != 0)
		fprintf(stderr,
		    "codex-api-proxy: so pid %ld goes on as it is\n",
		    (long)re->old.pid);
	return rc;
}

static int
restart(struct restart *re, char **argv)
{
	pid_t pid = 0;
	int64_t since;
	int rc;

	say_what_is_dropped(&re->settings, &re->saved);
	if (re->old.pid != 0 && check_start(re) != 0)
		return EXIT_FAILURE;
	since = clock_now();
	rc = control_end(&re->settings, re->drain, &pid);
	if (rc != -ESRCH &&
	    control_report_end(&re->settings, rc, pid, since) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	return control_start_with(&re->settings, argv, &re->manner);
}

int
restart_run(char **argv)
{
	struct restart re = { .drain = SIGNALS_DRAIN_UNSAID };
	int rc;

	if (words_have_help(argv))
		return usage_restart();
	rc = load_restart(&re, argv);
	if (rc == 0) {
		rc = restart(&re, argv);
		settings_free(&re.settings);
	}
	json_decref(re.manner.before);
	running_free(&re.old);
	state_file_free(&re.saved);
	return rc;
}
