#include "app/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/usage.h"
#include "app/words.h"
#include "base/clock.h"
#include "base/parse.h"
#include "core/codex_command.h"
#include "core/key_ring.h"
#include "engine/app_probe.h"
#include "engine/codex_home.h"
#include "engine/codex_probe.h"
#include "engine/engine.h"
#include "engine/engine_app_server.h"
#include "engine/engine_exec.h"
#include "http/http_listen.h"
#include "runtime/fdio.h"
#include "runtime/pidfile.h"
#include "runtime/tls_cert.h"

struct doctor {
	struct settings settings;
	unsigned problems;
};

static void say(struct doctor *d, bool well, const char *what, const char *fmt,
    ...) PRINTF_LIKE(4, 5);

static void
say(struct doctor *d, bool well, const char *what, const char *fmt, ...)
{
	va_list ap;

	printf("%-6s %-18s ", well ? "ok" : "FAULT", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!well)
		d->problems++;
}

static void
check_launcher(struct doctor *d, const struct codex *c)
{
	if (c->binary.launcher != NULL)
		say(d, true, "launcher",
		    "%s is the npm launcher; %s is run directly",
		    c->binary.launcher, c->binary.path);
	else
		say(d, true, "launcher", "none; %s is run as it is",
		    c->binary.path);
}

static void
check_login(struct doctor *d, const struct codex *c)
{
	if (codex_has_own_provider(&d->settings))
		say(d, true, "login", "a model provider of your own is set");
	else if (!codex_probe_logged_in(&d->settings, c))
		say(d, false, "login",
		    "nobody is logged in: run 'codex login' as this user");
	else if (strcmp(c->home, d->settings.codex_home) != 0)
		say(d, true, "login",
		    "in a keyring, so Codex runs in %s and is not isolated",
		    c->home);
	else
		say(d, true, "login", "found");
}

/* Of concern only where this engine is asked for. */
static void
check_app_server(struct doctor *d, struct codex *c)
{
	const unsigned *m = engine_app_server_minimum_version;
	bool wanted = d->settings.engine == ENGINE_APP_SERVER;
	char why[APP_WHY_MAX];
	int64_t ms;

	if (version_older(c->number, m))
		say(d, !wanted, "engine app-server",
		    "needs Codex %u.%u.%u or later, not %s: npm install -g "
		    "@openai/codex",
		    m[0], m[1], m[2], c->version);
	else if (app_probe(&d->settings, c, &ms, why) != 0)
		say(d, !wanted, "engine app-server", "does not start: %s", why);
	else
		say(d, true, "engine app-server", "is up after %lld ms",
		    (long long)ms);
}

/* All that codex_probe does is what the engine does at its start. */
static void
check_codex(struct doctor *d)
{
	struct codex_probe_spec spec = { .settings = &d->settings,
		.minimum = engine_exec_minimum_version,
		.abort_fd = -1 };
	struct api_error error = API_ERROR_INIT;
	unsigned reason = 0;
	struct codex *c;

	if (codex_probe(&spec, &c, &reason, &error) != 0) {
		say(d, false, "codex", "%s", error.message);
		api_error_free(&error);
		return;
	}
	say(d, true, "codex", "%s (%s)", c->version, c->binary.path);
	check_launcher(d, c);
	say(d, true, "CODEX_HOME", "%s", c->home);
	say(d, c->catalog != NULL, "model catalog", "%s",
	    c->catalog != NULL
		? c->catalog
		: "'codex debug models' gave none: update Codex");
	check_login(d, c);
	say(d, c->catalog != NULL, "engine exec", "%zu models can be asked for",
	    codex_models_visible(&c->models));
	check_app_server(d, c);
	codex_unref(c);
}

static void
check_directory(struct doctor *d, const char *what, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		say(d, errno == ENOENT && strstr(path, "/.codex-api-proxy/"),
		    what, "%s: %s", path,
		    strstr(path, "/.codex-api-proxy/") != NULL
			? "will be made at the first start"
			: strerror(errno));
	else if (!S_ISDIR(st.st_mode) || access(path, R_OK | X_OK) != 0)
		say(d, false, what, "%s: not a directory you can read", path);
	else
		say(d, true, what, "%s", path);
}

static void
check_keys(struct doctor *d)
{
	char error[KEY_RING_ERROR_MAX];
	struct key_ring *keys;

	if (key_ring_new(&d->settings, &keys, error) != 0) {
		say(d, false, "keys", "%s", error);
		return;
	}
	say(d, true, "keys", "%s",
	    key_ring_is_needed(keys) ? "callers need one"
				     : "callers need none");
	key_ring_free(keys);
}

static void
check_tls(struct doctor *d)
{
	const struct settings *s = &d->settings;
	char error[TLS_CERT_ERROR_MAX], text[TLS_CERT_TEXT_MAX];
	struct tls_cert *tls;
	bool valid;

	if (s->tls_cert == NULL) {
		say(d, true, "tls", "not set: TCP sockets speak plain HTTP");
		return;
	}
	if (tls_cert_new(s->tls_cert, s->tls_key, &tls, error) != 0) {
		say(d, false, "tls", "%s", error);
		return;
	}
	valid = tls_cert_is_valid(tls, clock_unix_seconds(), text);
	say(d, valid, "tls", "%s", text);
	tls_cert_free(tls);
}

static void
check_port(struct doctor *d)
{
	struct listener l[HTTP_LISTEN_MAX];
	char error[HTTP_LISTEN_ERROR_MAX];
	pid_t pid;
	size_t n;

	if (pidfile_probe(d->settings.pid_file, &pid) == 0) {
		say(d, true, "port", "a server runs already, as pid %ld",
		    (long)pid);
		return;
	}
	if (http_listen(&d->settings, 0, l, &n, error) != 0) {
		say(d, false, "port", "%s", error);
		return;
	}
	while (n > 0) {
		char url[LISTENER_NAME_MAX + 32];

		listener_url(&l[--n], url, sizeof(url));
		say(d, true, "port", "%s is free", url);
		listener_unlink(&l[n]);
		listener_close(&l[n]);
	}
}

int
doctor_run(char **argv)
{
	struct doctor d = { .problems = 0 };

	if (words_have_help(argv))
		return usage_doctor();
	if (command_settings(&d.settings, argv, NULL) != 0)
		return EXIT_USAGE;
	words_hide_secrets(argv, &settings_table);
	check_codex(&d);
	check_directory(&d, "workspace", d.settings.default_cwd);
	for (size_t i = 0; i < d.settings.allowed_root.n; i++)
		check_directory(
		    &d, "allowed root", d.settings.allowed_root.v[i]);
	check_keys(&d);
	check_tls(&d);
	check_port(&d);
	if (d.problems > 0)
		printf("\n%u of these need your attention.\n", d.problems);
	settings_free(&d.settings);
	return d.problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
