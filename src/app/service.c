#include "app/service.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/directories.h"
#include "app/drain.h"
#include "app/log_file.h"
#include "app/signal_watch.h"
#include "app/state_file.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine_app_server.h"
#include "engine/engine_exec.h"
#include "http/http_listen.h"
#include "runtime/fdio.h"
#include "runtime/guardian.h"
#include "runtime/notify.h"
#include "runtime/pidfile.h"

struct service {
	const struct settings *settings;
	struct launch *launch;
	struct pidfile pidfile;
	struct parts parts;
	struct listener listeners[HTTP_LISTEN_MAX];
	size_t n_listeners;
	struct strv urls;
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

/*
 * Signals are blocked in all threads and read from a descriptor, so that no
 * handler ever runs. SIGPIPE is ignored: writes say EPIPE.
 */
static int
take_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* What we were left with by a careless parent is not for Codex to get. */
static void
mark_inherited_descriptors(void)
{
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

/* Each connection is a descriptor, and each Codex a handful. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
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
	if (rc != 0)
		return fail(sv, rc, "--pid-file: %s: %s", path, strerror(-rc));
	return 0;
}

static void
announce(struct service *sv, const struct listener *l)
{
	struct buf fields;
	char url[LISTENER_NAME_MAX + 32];

	listener_url(l, url, sizeof(url));
	(void)!strv_add(&sv->urls, url);
	buf_init(&fields, 1024);
	if (buf_printf(&fields, "\"url\":\"%s\",\"pid\":%ld", url,
		(long)getpid()) == 0)
		log_event(LOG_INFO, "codex_api_proxy", "listening", &fields);
	buf_free(&fields);
	if (l->loopback || key_ring_is_needed(sv->parts.keys))
		return;
	log_warning("%s is reachable from other machines and no key is set: "
		    "anybody there can spend your Codex quota and have it "
		    "read files below the allowed roots. Set "
		    "CODEX_PROXY_API_KEY",
	    url);
	launch_warning(sv->launch,
	    "warning: %s is reachable from other machines without a key: "
	    "anybody there can spend your Codex quota and have it read files "
	    "below the allowed roots.",
	    url);
}

static int
listen_everywhere(struct service *sv)
{
	char error[HTTP_LISTEN_ERROR_MAX];
	int rc = http_listen(sv->settings, notify_listen_fds(), sv->listeners,
	    &sv->n_listeners, error);

	return rc == 0 ? 0 : fail(sv, rc, "%s", error);
}

static int
make_keys(struct service *sv)
{
	char error[KEY_RING_ERROR_MAX];
	int rc = key_ring_new(sv->settings, &sv->parts.keys, error);

	return rc == 0 ? 0 : fail(sv, rc, "%s", error);
}

static int
make_engine(struct parts *p, struct engine **ret_engine)
{
	if (p->settings->engine == ENGINE_APP_SERVER)
		return engine_app_server_new(p->settings, p->stats, ret_engine);
	return engine_exec_new(p->settings, p->stats, ret_engine);
}

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

/* The engine, the dispatch in front of it, and HTTP in front of that. */
static int
make_server(struct service *sv)
{
	struct parts *p = &sv->parts;
	struct engine *engine;
	int rc;

	p->stats = stats_new();
	rc = p->stats == NULL ? -ENOMEM : watch_start(&p->watch);
	if (rc == 0)
		rc = make_engine(p, &engine);
	if (rc == 0)
		rc = dispatch_start(
		    p->settings, p->stats, engine, &p->dispatch);
	if (rc == 0) {
		rc = http_server_start(p->settings, p->stats, p->keys, p->tls,
		    p->dispatch, p->watch, sv->listeners, sv->n_listeners,
		    &p->http);
	} else {
		for (size_t i = 0; i < sv->n_listeners; i++)
			listener_close(&sv->listeners[i]);
	}
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
	rc = take_pidfile(sv);
	if (rc == 0)
		rc = make_keys(sv);
	if (rc == 0)
		rc = make_tls(sv);
	if (rc == 0)
		rc = listen_everywhere(sv);
	return rc != 0 ? rc : make_server(sv);
}

static void
give_up_waiting(void *arg)
{
	struct engine *engine = arg;

	engine->ops->abort(engine);
}

static void
tell_step(void *arg, const char *step)
{
	struct service *sv = arg;

	launch_step(sv->launch, "waiting for Codex: %s ...", step);
}

/* -EINTR: SIGTERM or SIGINT came first. Else what the engine says. */
static int
wait_for_codex(struct service *sv, struct api_error *ret_error)
{
	struct engine *engine = dispatch_engine(sv->parts.dispatch);
	struct signal_watch watch;
	int rc;

	signal_watch_start(
	    &watch, sv->parts.signal_fd, give_up_waiting, engine);
	rc = engine->ops->wait_ready(engine, tell_step, sv, ret_error);
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
	struct api_error error = API_ERROR_INIT;
	int rc = wait_for_codex(sv, &error);

	if (rc == -EINTR)
		fail(sv, rc, "ended by a signal while Codex was prepared");
	else if (rc == 0 && dispatch_readiness(sv->parts.dispatch) == READY)
		rc = write_state(sv);
	else if (!in_background(sv))
		rc = 0;
	else if (rc != 0)
		fail(sv, rc, "%s", error.message);
	else
		rc = fail(sv, -EACCES,
		    "nobody is logged in to Codex; run 'codex login', then "
		    "start again");
	api_error_free(&error);
	return rc;
}

static void
reload_log(struct service *sv)
{
	int rc = sv->logs_to_file ? log_file_open(sv->settings) : 0;

	if (rc != 0)
		log_error("SIGHUP: --log-file: %s: %s; going on with the old",
		    sv->settings->log_file, strerror(-rc));
}

static void
reload_keys(struct service *sv)
{
	char error[KEY_RING_ERROR_MAX];

	if (key_ring_reload(sv->parts.keys, error) != 0)
		log_error("SIGHUP: %s; the keys stay as they were", error);
	else
		log_info("SIGHUP: log reopened, keys reloaded");
}

static void
reload_tls(struct service *sv)
{
	char error[TLS_CERT_ERROR_MAX], text[TLS_CERT_TEXT_MAX];

	if (sv->parts.tls == NULL)
		return;
	if (tls_cert_reload(sv->parts.tls, error) != 0)
		log_error("SIGHUP: %s; the old pair stays in service", error);
	else if (tls_cert_is_valid(sv->parts.tls, clock_unix_seconds(), text))
		log_info("SIGHUP: certificate reloaded; %s", text);
	else
		log_warning("SIGHUP: certificate reloaded, but %s", text);
}

static void
reload(struct service *sv)
{
	notify_send("RELOADING=1");
	reload_log(sv);
	reload_keys(sv);
	reload_tls(sv);
	notify_send("READY=1");
}

/* The next signal, or 0 when the watchdog wants to hear from us. */
static int
next_signal(int signal_fd)
{
	int64_t interval = notify_watchdog_interval();
	struct pollfd pfd = { signal_fd, POLLIN, 0 };
	struct signalfd_siginfo info;

	if (poll(&pfd, 1,
		interval == 0 ? -1
			      : clock_poll_timeout(clock_after(interval))) <= 0)
		return 0;
	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

static void
serve_until_told(struct service *sv)
{
	for (;;) {
		int signo = next_signal(sv->parts.signal_fd);

		if (signo == SIGHUP)
			reload(sv);
		else if (signo == 0)
			notify_send("WATCHDOG=1");
		else {
			log_info("%s: draining", strsignal(signo));
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
		return rc;
	}
	rc = log_file_open(s);
	if (rc != 0)
		launch_failed(sv->launch, "--log-file: %s: %s", s->log_file,
		    strerror(-rc));
	sv->logs_to_file = rc == 0;
	return rc;
}

static int
start(struct service *sv)
{
	int rc = start_log(sv);

	if (rc != 0)
		return rc;
	raise_descriptor_limit();
	rc = guardian_start();
	if (rc != 0)
		return fail(sv, rc, "the guardian process could not start: %s",
		    strerror(-rc));
	sv->parts.signal_fd = take_signals();
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
		.parts = { .settings = s, .signal_fd = -1 } };
	int rc;

	mark_inherited_descriptors();
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
