#include "app/service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/drain.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "engine/engine_exec.h"
#include "http/http_listen.h"
#include "runtime/fdio.h"
#include "runtime/guardian.h"

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
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
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
make_directory(const struct settings *s)
{
	static const char is_default[] = "/.codex-api-proxy/workspace";
	const char *tail = strstr(s->default_cwd, is_default);
	int rc = 0;

	if (tail != NULL && strcmp(tail, is_default) == 0)
		rc = dir_make(s->default_cwd, 0700);
	else if (access(s->default_cwd, X_OK) != 0)
		rc = -errno;
	if (rc != 0)
		log_error(
		    "--default-cwd: %s: %s", s->default_cwd, strerror(-rc));
	return rc;
}

static void
announce(const struct settings *s, const struct http_listener *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf fields;
		char url[96];

		http_listener_url(&l[i], url, sizeof(url));
		buf_init(&fields, 1024);
		if (buf_printf(&fields, "\"url\":\"%s\",\"pid\":%ld", url,
			(long)getpid()) == 0)
			log_event(
			    LOG_INFO, "codex_api_proxy", "listening", &fields);
		buf_free(&fields);
		if (!l[i].loopback && s->api_key == NULL)
			log_warning("%s is reachable from other machines and "
				    "no key is set: anybody there can spend "
				    "your Codex quota and have it read files "
				    "below the allowed roots. Set "
				    "CODEX_PROXY_API_KEY",
			    url);
	}
}

/*
 * Makes the parts, lower ones first. On failure those that were made stay in
 * `p` for drain_parts.
 */
static int
make_parts(struct parts *p)
{
	struct http_listener listeners[HTTP_LISTEN_MAX];
	char error[HTTP_LISTEN_ERROR_MAX];
	struct engine *engine;
	size_t n;
	int rc;

	rc = http_listen(p->settings, listeners, &n, error);
	if (rc != 0) {
		log_error("%s", error);
		return rc;
	}
	p->stats = stats_new();
	rc = p->stats == NULL ? -ENOMEM : watch_start(&p->watch);
	if (rc == 0)
		rc = engine_exec_new(p->settings, p->stats, &engine);
	if (rc == 0)
		rc = dispatch_start(
		    p->settings, p->stats, engine, &p->dispatch);
	if (rc == 0) {
		rc = http_server_start(p->settings, p->stats, p->dispatch,
		    p->watch, listeners, n, &p->http);
	} else {
		while (n > 0)
			fd_close(&listeners[--n].fd);
	}
	if (rc != 0)
		log_error("the server could not start: %s", strerror(-rc));
	else
		announce(p->settings, listeners, n);
	return rc;
}

static int
next_signal(int signal_fd)
{
	struct signalfd_siginfo info;
	ssize_t n;

	do
		n = read(signal_fd, &info, sizeof(info));
	while (n < 0 && errno == EINTR);
	BUG_ON(n != sizeof(info));
	return (int)info.ssi_signo;
}

static void
serve_until_told(int signal_fd)
{
	int signo;

	for (;;) {
		signo = next_signal(signal_fd);
		if (signo != SIGHUP)
			break;
		log_info("SIGHUP: nothing to reload");
	}
	log_info("%s: draining", strsignal(signo));
}

int
service_run(const struct settings *s)
{
	struct parts parts = { .settings = s, .signal_fd = -1 };
	int rc;

	log_configure(STDERR_FILENO, s->log_level, s->log_format);
	raise_descriptor_limit();
	rc = guardian_start();
	if (rc != 0) {
		log_error(
		    "the guardian process could not start: %s", strerror(-rc));
		return EXIT_FAILURE;
	}
	parts.signal_fd = take_signals();
	rc = parts.signal_fd < 0 ? parts.signal_fd : make_directory(s);
	if (rc == 0)
		rc = make_parts(&parts);
	if (rc == 0)
		serve_until_told(parts.signal_fd);
	drain_parts(&parts);
	fd_close(&parts.signal_fd);
	guardian_stop();
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
