#include "cli/doctor.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/doctor_codex.h"
#include "cli/findings.h"
#include "client/running.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "daemon/rehearsal.h"
#include "daemon/state_file.h"
#include "base/clock.h"
#include "settings/key_ring.h"
#include "http/http_listen.h"
#include "system/log.h"
#include "tls/tls_cert.h"

enum {
	REASONS_MAX = 1024
};

struct doctor {
	struct settings settings; /* what a server would have, or has */
	struct running server;
	struct findings findings;
};

/* ---- which settings ---- */

/* Options besides those that say which server is meant. */
static bool
changes_something(const struct settings *s)
{
	const char *name;
	json_t *value;

	json_object_foreach(s->given, name, value) {
		const struct option_def *def = options_find(
		    &settings_table, name);

		if (def == NULL || (def->flags & OPTION_FINDS) == 0)
			return true;
	}
	return false;
}

/* The configuration file that the server has read may be gone since. */
static void
forget_lost_file(struct doctor *d, json_t *settings)
{
	const char *path = json_string_value(
	    json_object_get(settings, "config"));

	if (path == NULL || access(path, R_OK) == 0)
		return;
	findings_say(&d->findings, false, "config",
	    "%s, which the server has read: %s", path, strerror(errno));
	(void)json_object_del(settings, "config");
}

/* A server tells all of its settings but the secrets. */
static json_t *
settings_of_server(const struct running *r)
{
	json_t *settings = json_deep_copy(
	    json_object_get(r->about, "settings"));

	for (size_t i = 0; settings != NULL && i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];

		if ((def->flags & OPTION_SECRET) != 0)
			(void)json_object_del(settings, def->name);
	}
	return settings;
}

static int
load_from_server(struct doctor *d, char *const *argv)
{
	json_t *settings = settings_of_server(&d->server);
	int rc;

	forget_lost_file(d, settings);
	rc = command_settings(
	    &d->settings, argv, settings, "of the running server");
	json_decref(settings);
	findings_say(
	    &d->findings, true, "settings", "those of the running server");
	return rc;
}

static int
load_from_file(struct doctor *d, char *const *argv, const char *path)
{
	char error[STATE_FILE_ERROR_MAX];
	struct state_file st;
	int rc = state_file_read(path, &st, error);

	if (rc != 0) {
		if (rc != -ENOENT)
			findings_say(
			    &d->findings, false, "settings", "%s", error);
		return command_settings(&d->settings, argv, NULL, NULL);
	}
	rc = command_settings(&d->settings, argv, st.options, st.path);
	if (rc == 0)
		findings_say(&d->findings, true, "settings",
		    "those of the last start (%s)", path);
	state_file_free(&st);
	return rc;
}

/*
 * What would really be used: what the running server has, or what a restart
 * would have, and in each case the options given now above that.
 */
static int
load(struct doctor *d, char *const *argv)
{
	struct settings first;
	int rc = command_settings(&first, argv, NULL, NULL);

	if (rc != 0)
		return rc;
	if (running_find(&first, &d->server) == 0)
		d->findings.proven = d->server.ready &&
		    !changes_something(&first);
	if (d->server.about != NULL)
		rc = load_from_server(d, argv);
	else
		rc = load_from_file(d, argv, first.state_file);
	settings_free(&first);
	return rc;
}

/* ---- what they need ---- */

static void
check_config(struct doctor *d)
{
	const struct settings *s = &d->settings;
	const struct settings_file *f = &s->file;

	if (f->denied != NULL)
		findings_say(&d->findings, true, "config",
		    "%s is not for you to read, and was not", f->denied);
	if (s->config == NULL)
		findings_say(&d->findings, true, "config", "no file is read");
	else if (f->n_unread > 0)
		findings_say(&d->findings, false, "config",
		    "%s: line %u, for one, has no effect; a start says why",
		    s->config, f->unread[0].line);
	else
		findings_say(&d->findings, true, "config", "%s", s->config);
}

static void
check_server(struct doctor *d)
{
	const struct running *r = &d->server;
	struct buf reasons;

	if (r->pid == 0)
		return;
	buf_init(&reasons, REASONS_MAX);
	running_reasons(r, &reasons);
	if (r->about == NULL)
		findings_say(&d->findings, false, "server",
		    "runs as pid %ld, but does not answer at its private "
		    "socket; see its log",
		    (long)r->pid);
	else
		findings_say(&d->findings, r->ready, "server", "%s%s, pid %ld",
		    r->ready ? "ready" : "not ready: ",
		    reasons.len > 0 ? reasons.data : "", (long)r->pid);
	buf_free(&reasons);
}

/* A start makes what is ours: is what is above it open to us? */
static bool
can_be_made(const char *path)
{
	char above[PATH_MAX];
	char *slash;

	if (strlen(path) >= sizeof(above))
		return false;
	memcpy(above, path, strlen(path) + 1);
	while ((slash = strrchr(above, '/')) != NULL && slash != above) {
		*slash = '\0';
		if (access(above, F_OK) == 0)
			return access(above, W_OK | X_OK) == 0;
	}
	return access("/", W_OK | X_OK) == 0;
}

static void
check_missing(struct doctor *d, const char *what, const char *path)
{
	if (strstr(path, "/.codex-api-proxy/") == NULL)
		findings_say(&d->findings, false, what, "%s: %s", path,
		    strerror(ENOENT));
	else if (can_be_made(path))
		findings_say(&d->findings, true, what,
		    "%s: will be made at the first start", path);
	else
		findings_say(&d->findings, false, what,
		    "%s: cannot be made; you may not write above it", path);
}

static void
check_directory(struct doctor *d, const char *what, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		check_missing(d, what, path);
	else if (access(path, R_OK | X_OK) != 0 || !S_ISDIR(st.st_mode))
		findings_say(&d->findings, false, what,
		    "%s: not a directory you can read", path);
	else
		findings_say(&d->findings, true, what, "%s", path);
}

static void
check_keys(struct doctor *d)
{
	const char *servers = running_setting(&d->server, "api-key");
	char error[KEY_RING_ERROR_MAX];
	struct key_ring *keys;
	bool needed;

	if (key_ring_new(&d->settings, &keys, error) != 0) {
		findings_say(&d->findings, false, "keys", "%s", error);
		return;
	}
	needed = key_ring_is_needed(keys) ||
	    (servers != NULL && strcmp(servers, "set") == 0);
	findings_say(&d->findings, true, "keys", "%s",
	    needed ? "callers need one" : "callers need none");
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
		findings_say(&d->findings, true, "tls",
		    "not set: TCP sockets speak plain HTTP");
		return;
	}
	if (tls_cert_new(s->tls_cert, s->tls_key, &tls, error) != 0) {
		findings_say(&d->findings, false, "tls", "%s", error);
		return;
	}
	valid = tls_cert_is_valid(tls, clock_unix_seconds(), text);
	findings_say(&d->findings, valid, "tls", "%s", text);
	tls_cert_free(tls);
}

static void
check_store(struct doctor *d)
{
	const char *file = d->settings.store_file;
	char error[REHEARSAL_ERROR_MAX];
	int rc = file == NULL ? 0 : rehearsal_store(&d->settings, error);

	findings_say(&d->findings, rc == 0, "store", "%s",
	    rc != 0            ? error
		: file == NULL ? "in memory"
			       : file);
}

static void
check_port(struct doctor *d)
{
	struct listener l[HTTP_LISTEN_MAX];
	char error[HTTP_LISTEN_ERROR_MAX];
	size_t n;

	if (d->server.pid != 0) {
		findings_say(&d->findings, true, "port",
		    "a server runs already, as pid %ld", (long)d->server.pid);
		return;
	}
	if (http_listen(&d->settings, 0, l, &n, error) != 0) {
		findings_say(&d->findings, false, "port", "%s", error);
		return;
	}
	while (n > 0) {
		char url[LISTENER_NAME_MAX + 32];

		listener_url(&l[--n], url, sizeof(url));
		findings_say(&d->findings, true, "port", "%s is free", url);
		listener_unlink(&l[n]);
		listener_close(&l[n]);
	}
}

static int
check_all(struct doctor *d)
{
	check_config(d);
	check_server(d);
	doctor_codex(&d->findings, &d->settings);
	check_directory(d, "workspace", d->settings.default_cwd);
	for (size_t i = 0; i < d->settings.allowed_root.n; i++)
		check_directory(
		    d, "allowed root", d->settings.allowed_root.v[i]);
	check_keys(d);
	check_tls(d);
	check_store(d);
	check_port(d);
	if (d->findings.problems == 0)
		return EXIT_SUCCESS;
	printf("\n%u of these need your attention.\n", d->findings.problems);
	return EXIT_FAILURE;
}

int
doctor_run(char **argv)
{
	struct doctor d = { .findings = { .problems = 0 } };
	int status = EXIT_USAGE;

	if (words_have_help(argv))
		return usage_doctor();
	/* What is found is in the table, and nothing of it twice. */
	log_silence();
	if (load(&d, argv) == 0) {
		words_hide_secrets(argv, &settings_table);
		status = check_all(&d);
		settings_free(&d.settings);
	}
	running_free(&d.server);
	return status;
}
