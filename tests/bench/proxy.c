#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/strv.h"
#include "bench.h"
#include "system/process.h"

enum {
	READY_SECONDS = 20,
	READY_POLL_NS = 200000,
	LOG_BLOCK = 65536,
	PROXIES_MAX = 4,
};

/* Those that run; 0 is a free place. Main thread only, but for the end. */
static pid_t running[PROXIES_MAX];

static void
replace_running(pid_t old, pid_t new)
{
	size_t i = 0;

	while (i < PROXIES_MAX && running[i] != old)
		i++;
	BUG_ON(i == PROXIES_MAX);
	running[i] = new;
}

void
proxy_kill_all(void)
{
	for (size_t i = 0; i < PROXIES_MAX; i++) {
		if (running[i] > 0)
			kill(running[i], SIGTERM);
	}
}

static void
add_option(
    struct strv *argv, const char *name, const char *dir, const char *file)
{
	bench_must(strv_add(argv, name), name);
	bench_must(strv_addf(argv, "%s/%s", dir, file), name);
}

static void
add_all(struct strv *argv, const char *const *options)
{
	for (const char *const *o = options; *o != NULL; o++)
		bench_must(strv_add(argv, *o), *o);
}

static void
build_argv(const struct proxy_spec *spec, const char *dir, struct strv *argv)
{
	bench_must(strv_add_all(argv, spec->path, "start", "--foreground",
		       "--port", "0", "--codex-bin", spec->codex, NULL),
	    "argv");
	add_all(argv, spec->options);
	if (spec->provider != NULL)
		add_all(argv, spec->provider);
	add_option(argv, "--app-server-codex-home", dir, "home");
	add_option(argv, "--default-cwd", dir, "work");
	add_option(argv, "--pid-file", dir, "proxy.pid");
	add_option(argv, "--state-file", dir, "proxy.state.json");
	add_option(argv, "--log-file", dir, "proxy.log");
}

static void
make_dir(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		bench_must(-errno, path);
}

/* A login of Codex's home's own, whoever runs the bench. */
static void
log_in(const char *dir)
{
	static const char login[] = "{\"OPENAI_API_KEY\":\"none\"}";
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/home/auth.json", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bench_must(fd, path);
	bench_must((int)write(fd, login, strlen(login)), path);
	close(fd);
}

/*
 * Its stderr goes to a file rather than a pipe: nobody would read a pipe
 * while the load runs.
 */
static void
spawn(struct proxy *p, const struct proxy_spec *spec, const char *dir,
    const char *log)
{
	posix_spawn_file_actions_t actions;
	struct strv argv, envp;

	strv_init(&argv);
	strv_init(&envp);
	build_argv(spec, dir, &argv);
	bench_must(strv_add_vector(&envp, environ), "env");
	strv_env_drop_prefix(&envp, "CODEX_PROXY_");
	strv_env_unset(&envp, "FAKE_CODEX_DIR");
	if (spec->log != NULL)
		bench_must(
		    strv_env_set(&envp, "FAKE_CODEX_DIR", spec->log), "env");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	errno = posix_spawn(
	    &p->pid, spec->path, &actions, NULL, argv.v, envp.v);
	bench_must(-errno, spec->path);
	replace_running(0, p->pid);
	posix_spawn_file_actions_destroy(&actions);
	strv_free(&argv);
	strv_free(&envp);
}

/* The port in the log's "listening" line; 0 when it is not there yet. */
static uint16_t
listening_port(const char *log)
{
	static const char event[] = "\"event\":\"listening\"";
	char text[LOG_BLOCK + 1];
	const char *line, *url, *colon;
	int fd = open(log, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, LOG_BLOCK);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	line = strstr(text, event);
	url = line != NULL && strchr(line, '\n') ? strstr(line, "\"url\"")
						 : NULL;
	url = url != NULL ? strstr(url, "://") : NULL;
	colon = url != NULL ? strchr(url + 3, ':') : NULL;
	return colon != NULL ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

/*
 * Tries every 0.2 ms, which only a bench may do: what it waits for is the
 * first moment at which a client would succeed.
 */
static void
wait_ready(struct proxy *p, const char *log, int64_t started)
{
	static const struct timespec pause = { 0, READY_POLL_NS };
	int64_t deadline = clock_add(started, READY_SECONDS * NS_PER_S);
	struct client client;
	int status = 0;

	while (status != 200) {
		errno = ETIMEDOUT;
		bench_must(clock_now() < deadline ? 0 : -1, "/ready");
		errno = 0;
		bench_must(waitpid(p->pid, NULL, WNOHANG) == 0 ? 0 : -1,
		    "the proxy ended at once");
		if (p->port == 0) {
			p->port = listening_port(log);
			client_init(&client, p->port);
		}
		if (p->port != 0)
			status = client_request(&client, "/ready", NULL);
		if (status != 200)
			nanosleep(&pause, NULL);
	}
	p->ready_ms = (double)(clock_now() - started) / NS_PER_MS;
	client_free(&client);
}

void
proxy_start(struct proxy *p, const struct proxy_spec *spec)
{
	char dir[PATH_MAX - 16], log[PATH_MAX];
	int64_t started;

	snprintf(dir, sizeof(dir), "%s/%s", bench_directory(), spec->name);
	make_dir(bench_directory(), spec->name);
	make_dir(dir, "home");
	make_dir(dir, "work");
	log_in(dir);
	snprintf(log, sizeof(log), "%s/stderr", dir);
	(void)unlink(log);
	*p = (struct proxy){ .port = 0 };
	started = clock_now();
	spawn(p, spec, dir, log);
	wait_ready(p, log, started);
	for (size_t i = 0; i < LOAD_THREADS_MAX; i++)
		client_init(&p->clients[i], p->port);
}

void
proxy_stop(struct proxy *p)
{
	int status;

	for (size_t i = 0; i < LOAD_THREADS_MAX; i++)
		client_free(&p->clients[i]);
	kill(p->pid, SIGTERM);
	bench_must(waitpid(p->pid, &status, 0) == p->pid ? 0 : -1, "waitpid");
	replace_running(p->pid, 0);
	errno = 0;
	bench_must(status == 0 ? 0 : -1, "the proxy's exit status");
}

void
proxy_ask(
    struct proxy *p, size_t thread, const struct api *api, const char *body)
{
	struct client *c = &p->clients[thread];
	int status = client_request(c, api->path, body);

	if (status == 200 && strstr(c->answer.data, "pong") != NULL)
		return;
	fprintf(stderr, "status %d, answer: %s\n", status,
	    c->answer.len > 0 ? c->answer.data : "none");
	errno = 0;
	bench_must(-1, "the proxy's answer");
}

void
proxy_request(void *arg, size_t thread)
{
	char body[API_BODY_MAX];

	api_body(body, &apis[API_CHAT], BENCH_PROMPT, false);
	proxy_ask(arg, thread, &apis[API_CHAT], body);
}

double
proxy_rss(const struct proxy *p)
{
	return (double)process_rss(p->pid) / (1024 * 1024);
}
