#include "daemon/service.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include "daemon/caution.h"
#include "daemon/descriptors.h"
#include "daemon/directories.h"
#include "daemon/drain.h"
#include "daemon/log_file.h"
#include "daemon/private_socket.h"
#include "daemon/reload.h"
#include "daemon/signal_watch.h"
#include "daemon/signals.h"
#include "daemon/state_file.h"
#include "api/api_routes.h"
#include "base/clock.h"
#include "system/log.h"
#include "engine/pool/engine_app_server.h"
#include "engine/exec/engine_exec.h"
#include "http/http_listen.h"
#include "system/fdio.h"
#include "system/guardian.h"
#include "system/memory.h"
#include "system/notify.h"
#include "system/orphans.h"
#include "system/pidfile.h"

struct service {
	const struct settings *settings;
	struct launch *launch;
	struct pidfile pidfile;
	struct parts parts;
	struct listener listeners[HTTP_SERVER_LISTENERS];
	size_t n_listeners;
	struct strv urls;
	bool listening; /* the listeners belong to the HTTP server */
	bool logs_to_file;
};

static bool
in_background(const struct service *sv)
{
	return sv->launch->pipe_fd >= 0;
}

/* The start has failed: says why to whoever asked, and to the log. */
static int
fail(struct service *sv, int rc, const char *fmt, ...) PRINTF_LIKE(3, 4);

static int
fail(struct service *sv, int rc, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	log_error("%s", message);
	if (in_background(sv))
		launch_failed(sv->launch, "%s", message);
	return rc;
}

static int
take_pidfile(struct service *sv)
{
	const char *path = sv->settings->pid_file;
	pid_t holder = 0;
	int rc = pidfile_acquire(path, &sv->pidfile, &holder);

	if (rc == -EEXIST)
		return fail(sv, rc,
		    "already running as pid %ld (%s); stop it, or use another "
		    "--pid-file for a second server",
		    (long)holder, path);
	if (rc == 0)
		rc = pidfile_write(&sv->pidfile);
	if (rc == -EINVAL)
		return fail(sv, rc,
		    "--pid-file: %s is no pid file; it was left as it is",
		    path);
	if (rc != 0)
		return fail(sv, rc, "--pid-file: %s: %s", path, strerror(-rc));
	return 0;
}

static void
announce(struct service *sv, const struct listener *l)
{
	struct buf fields;
	char url[LISTENER_NAME_MAX + 32];

	if (l->private)
		return;
	listener_url(l, url, sizeof(url));
	(void)!strv_add(&sv->urls, url);
	buf_init(&fields, 1024);
	if (buf_printf(&fields, "\"url\":\"%s\",\"pid\":%ld", url,
		(long)getpid()) == 0)
		log_event(LOG_INFO, "codex_api_proxy", "listening", &fields);
	buf_free(&fields);
	if (!l->loopback && !key_ring_is_needed(sv->parts.keys))
		caution_open(sv->settings, sv->launch, url);
}

static int
listen_everywhere(struct service *sv)
{
	char error[HTTP_LISTEN_ERROR_MAX];
	int rc = http_listen(sv->settings, notify_listen_fds(), sv->listeners,
	    &sv->n_listeners, error);

	return rc == 0 ? 0 : fail(sv, rc, "%s", error);
}

/* Besides, and before anybody may ask for it. */
static int
listen_privately(struct service *sv)
{
	char error[PRIVATE_SOCKET_ERROR_MAX];
	int rc = private_socket_listen(
	    sv->settings->state_file, &sv->listeners[sv->n_listeners], error);

	if (rc != 0)
		return fail(sv, rc, "%s", error);
	log_debug("private socket: %s", sv->listeners[sv->n_listeners].host);
	sv->n_listeners++;
	return 0;
}

static int
check_state_file(struct service *sv)
{
	char error[STATE_FILE_ERROR_MAX];
	int rc = state_file_check(sv->settings->state_file, error);

	return rc == 0 ? 0 : fail(sv, rc, "--state-file: %s", error);
}

static int
make_keys(struct service *sv)
{
	char error[KEY_RING_ERROR_MAX];
	int rc = key_ring_new(sv->settings, &sv->parts.keys, error);

	return rc == 0 ? 0 : fail(sv, rc, "%s", error);
}

static engine_new_fn *const engine_makers[STATS_ENGINES] = {
	[STATS_APP_SERVER] = engine_app_server_new,
	[STATS_EXEC] = engine_exec_new,
};

/* Served all the same: some clients are content with it. */
static void
warn_if_invalid(struct service *sv)
{
	char text[TLS_CERT_TEXT_MAX];

	if (tls_cert_is_valid(sv->parts.tls, clock_unix_seconds(), text))
		return;
	log_warning("%s", text);
	launch_warning(sv->launch, "warning: %s.", text);
}

static int
make_tls(struct service *sv)
{
	const struct settings *s = sv->settings;
	char error[TLS_CERT_ERROR_MAX];
	int rc;

	if (s->tls_cert == NULL)
		return 0;
	rc = tls_cert_new(s->tls_cert, s->tls_key, &sv->parts.tls, error);
	if (rc != 0)
		return fail(sv, rc, "%s", error);
	warn_if_invalid(sv);
	return 0;
}

/* A damaged file is a warning: what was in it is lost either way. */
static int
make_store(struct service *sv)
{
	const struct settings *s = sv->settings;
	char text[STORE_ERROR_MAX];
	int rc = store_start(
	    s->store_file, (uint64_t)s->store_bytes, &sv->parts.store, text);

	if (rc != 0)
		return fail(sv, rc, "%s", text);
	if (text[0] == '\0')
		return 0;
	log_warning("%s", text);
	launch_warning(sv->launch, "warning: %s.", text);
	return 0;
}

static const char *
logs_to(const struct service *sv)
{
	if (sv->logs_to_file)
		return "file";
	return notify_is_journal(STDERR_FILENO) ? "journal" : "stderr";
}

static size_t
count_connections(struct service *sv)
{
	size_t most = descriptors_for_connections(sv->settings);

	if (most < (size_t)sv->settings->max_connections)
		caution_connections(sv->settings, sv->launch, most);
	return most;
}

/* What is served, and HTTP in front of it. */
static int
make_http(struct service *sv)
{
	struct parts *p = &sv->parts;
	struct api with = { .settings = p->settings,
		.stats = p->stats,
		.keys = p->keys,
		.engines = p->engines,
		.kept = { p->store, p->watch },
		.logs_to = logs_to(sv) };
	struct http_server_spec spec = { .settings = p->settings,
		.stats = p->stats,
		.keys = p->keys,
		.tls = p->tls,
		.listeners = sv->listeners,
		.n_listeners = sv->n_listeners,
		.max_connections = count_connections(sv) };
	int rc = api_start(&with, &p->api);

	if (rc != 0)
		return rc;
	api_routes_set(p->api);
	spec.routes = &p->api->routes;
	/* The sockets are the server's from here on, whatever becomes of it. */
	sv->listening = true;
	return http_server_start(&spec, &p->http);
}

/* The engines, the dispatch in front of each, and what is before those. */
static int
make_server(struct service *sv)
{
	struct parts *p = &sv->parts;
	int rc;

	p->stats = stats_new();
	rc = p->stats == NULL ? -ENOMEM : watch_start(&p->watch);
	if (rc == 0)
		rc = engines_start(
		    p->settings, p->stats, engine_makers, &p->engines);
	if (rc == 0)
		rc = make_http(sv);
	for (size_t i = 0; i < sv->n_listeners && !sv->listening; i++)
		listener_close(&sv->listeners[i]);
	if (rc != 0)
		return fail(
		    sv, rc, "the server could not start: %s", strerror(-rc));
	for (size_t i = 0; i < sv->n_listeners; i++)
		announce(sv, &sv->listeners[i]);
	return 0;
}

static int
make_parts(struct service *sv)
{
	char error[DIRECTORIES_ERROR_MAX];
	int rc = directories_prepare(sv->settings, error);

	if (rc != 0)
		return fail(sv, rc, "%s", error);
	rc = check_state_file(sv);
	if (rc == 0)
		rc = take_pidfile(sv);
	if (rc == 0)
		rc = make_keys(sv);
	if (rc == 0)
		rc = make_tls(sv);
	if (rc == 0)
		rc = make_store(sv);
	if (rc == 0)
		rc = listen_everywhere(sv);
	if (rc == 0)
		rc = listen_privately(sv);
	return rc != 0 ? rc : make_server(sv);
}

static void
give_up_waiting(void *arg)
{
	engines_abort(arg);
}

static void
tell_step(void *arg, const char *step)
{
	struct service *sv = arg;

	launch_step(sv->launch, "waiting for Codex: %s ...", step);
}

/* -EINTR: SIGTERM or SIGINT came first. Else what the engine says. */
static int
wait_for_codex(struct service *sv, struct error *ret_error)
{
	struct engines *engines = sv->parts.engines;
	struct signal_watch watch;
	int rc;

	signal_watch_start(
	    &watch, sv->parts.signal_fd, give_up_waiting, engines);
	rc = engines_wait_ready(engines, tell_step, sv, ret_error);
	signal_watch_stop(&watch);
	return watch.heard ? -EINTR : rc;
}

static int
write_state(struct service *sv)
{
	int rc = state_file_write(sv->settings, &sv->urls);

	return rc == 0 ? 0
		       : fail(sv, rc, "--state-file: %s: %s",
			     sv->settings->state_file, strerror(-rc));
}

/*
 * A server in the background that cannot answer would look like one that
 * can; in the foreground /ready and the log say what is missing.
 */
static int
become_ready(struct service *sv)
{
	struct error error = ERROR_INIT;
	int rc = wait_for_codex(sv, &error);

	if (rc == 0) {
		caution_engines(sv->settings, sv->parts.engines, sv->launch);
		caution_models(sv->settings, sv->parts.engines, sv->launch);
	}
	if (rc == -EINTR)
		fail(sv, rc, "ended by a signal while Codex was prepared");
	else if (rc == 0 && engines_readiness(sv->parts.engines) == READY)
		rc = write_state(sv);
	else if (!in_background(sv))
		rc = 0;
	else if (rc != 0)
		fail(sv, rc, "%s", error.message);
	else
		rc = fail(sv, -EACCES,
		    "nobody is logged in to Codex; run 'codex login', then "
		    "start again");
	error_free(&error);
	return rc;
}

static void
serve_until_told(struct service *sv)
{
	for (;;) {
		int64_t drain = SIGNALS_DRAIN_UNSAID;
		int signo = signals_next(sv->parts.signal_fd, &drain);

		if (signo == SIGHUP)
			reload_files(&sv->parts, sv->logs_to_file);
		else if (signo == 0)
			notify_send("WATCHDOG=1");
		else {
			log_info("%s: draining", strsignal(signo));
			if (drain != SIGNALS_DRAIN_UNSAID)
				sv->parts.drain = drain;
			break;
		}
	}
	notify_send("STOPPING=1\nSTATUS=draining");
}

static int
start_log(struct service *sv)
{
	const struct settings *s = sv->settings;
	char error[DIRECTORIES_ERROR_MAX];
	int rc;

	log_configure(STDERR_FILENO, s->log_level, s->log_format);
	if (!in_background(sv))
		return 0;
	rc = directories_prepare(s, error);
	if (rc != 0) {
		launch_failed(sv->launch, "%s", error);
	} else {
		rc = log_file_open(s);
		if (rc != 0)
			launch_failed(sv->launch, "--log-file: %s: %s",
			    s->log_file, strerror(-rc));
	}
	/* Without a file the log would go to the terminal of `start`. */
	if (rc != 0)
		log_silence();
	sv->logs_to_file = rc == 0;
	return rc;
}

static int
start(struct service *sv)
{
	int rc = start_log(sv);

	if (rc != 0)
		return rc;
	descriptors_raise_limit();
	rc = guardian_start();
	if (rc != 0)
		return fail(sv, rc, "the guardian process could not start: %s",
		    strerror(-rc));
	orphans_adopt();
	sv->parts.signal_fd = signals_take();
	if (sv->parts.signal_fd < 0)
		return fail(sv, sv->parts.signal_fd, "signals: %s",
		    strerror(-sv->parts.signal_fd));
	rc = make_parts(sv);
	return rc != 0 ? rc : become_ready(sv);
}

int
service_run(const struct settings *s, struct launch *launch)
{
	struct service sv = { .settings = s,
		.launch = launch,
		.pidfile = { .fd = -1 },
		.parts = {
		    .settings = s, .signal_fd = -1, .drain = s->drain } };
	int rc;

	memory_hide();
	memory_setup();
	descriptors_keep_ours();
	notify_init();
	strv_init(&sv.urls);
	rc = start(&sv);
	if (rc == 0) {
		launch_succeeded(launch);
		notify_send("READY=1\nSTATUS=answering at %s",
		    sv.urls.n > 0 ? sv.urls.v[0] : "");
		serve_until_told(&sv);
	} else if (rc == -EINTR && !in_background(&sv))
		rc = 0; /* told to end, and does: as when it was up */
	drain_parts(&sv.parts);
	fd_close(&sv.parts.signal_fd);
	guardian_stop();
	for (size_t i = 0; i < sv.n_listeners; i++)
		listener_unlink(&sv.listeners[i]);
	pidfile_release(&sv.pidfile);
	strv_free(&sv.urls);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
