#include "cli/control.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "cli/command.h"
#include "client/running.h"
#include "cli/summary.h"
#include "daemon/launch.h"
#include "daemon/progress.h"
#include "daemon/service.h"
#include "daemon/signals.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "base/clock.h"
#include "base/parse.h"
#include "options/nearest.h"
#include "system/fdio.h"
#include "system/pidfile.h"

/* A child that says nothing for so long is given up. */
#define START_PATIENCE (60 * NS_PER_S)
/* A wait that is over before is not shown. */
#define SHOW_AFTER (NS_PER_S / 2)
/* On top of --drain-seconds. */
#define STOP_PATIENCE (15 * NS_PER_S)

#define PREFIX_LEN (sizeof(SETTINGS_PREFIX) - 1)

/* ---- start ---- */

void
manner_take(struct manner *m, char **argv)
{
	m->foreground = words_take(argv, "--foreground");
	m->verbose = words_take(argv, "--verbose");
}

/* The server says that it is up; this asks it as a client would. */
static int
check_answers(const struct settings *s, const struct manner *m)
{
	struct running r;
	int rc = running_find(s, &r);

	if (rc == 0 && r.ready && r.about != NULL)
		summary_print(s, &r, m->before, m->verbose);
	else if (rc == 0)
		rc = -EPROTO;
	if (rc != 0)
		fputs("codex-api-proxy: the server does not answer /ready; see "
		      "its log\n",
		    stderr);
	running_free(&r);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
start_in_background(const struct settings *s, const struct manner *m)
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
	return check_answers(s, m);
}

static int
start_in_foreground(const struct settings *s)
{
	struct launch launch;

	launch_foreground(&launch);
	return service_run(s, &launch);
}

/* An unset variable in a script must not open the server. */
static int
refuse_empty_key(const struct settings *s)
{
	const json_t *key = json_object_get(s->given, "api-key");

	if (!json_is_null(key))
		return 0;
	command_complain("--api-key is empty, which is no key; leave it out "
			 "for a server that asks for none");
	return -EINVAL;
}

static void
warn_of_empty_variable(const struct settings *s)
{
	const char *key = getenv("CODEX_PROXY_API_KEY");

	if (s->api_key == NULL && key != NULL && *key == '\0')
		command_complain("warning: CODEX_PROXY_API_KEY is set and "
				 "empty, which is no key");
}

/*
 * One that nobody reads has most likely been misspelt; `name` is its end, and
 * `where` says where it stands.
 */
static void
warn_of_variable(const char *name, const char *where)
{
	const char *meant;
	struct nearest n;

	nearest_begin(&n, name);
	for (size_t i = 0; i < settings_table.n; i++) {
		const char *known = settings_table.defs[i].env + PREFIX_LEN;

		if (strcmp(known, name) == 0)
			return;
		nearest_offer(&n, known);
	}
	meant = nearest_end(&n);
	fprintf(stderr,
	    "codex-api-proxy: warning: %snothing reads the variable "
	    "" SETTINGS_PREFIX "%s%s%s%s\n",
	    where, name, meant != NULL ? "; did you mean " SETTINGS_PREFIX : "",
	    meant != NULL ? meant : "", meant != NULL ? "?" : "");
}

/* Under systemd it is also what the environment is made of. */
static bool
stands_in_file(const struct settings_file *f, const char *name)
{
	for (size_t i = 0; i < f->n_unread && i < SETTINGS_UNREAD_MAX; i++) {
		if (strcmp(f->unread[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
warn_of_environment(const struct settings *s)
{
	for (char **variable = environ; *variable != NULL; variable++) {
		char name[SETTINGS_UNREAD_NAME];

		if (strncmp(*variable, SETTINGS_PREFIX, PREFIX_LEN) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(*variable + PREFIX_LEN, "="),
		    *variable + PREFIX_LEN);
		if (!stands_in_file(&s->file, name))
			warn_of_variable(name, "");
	}
}

static void
warn_of_line(const char *path, const struct settings_unread *u)
{
	char where[PATH_MAX + 16];

	snprintf(where, sizeof(where), "%s:%u: ", path, u->line);
	if (strcmp(u->name, "CONFIG") == 0)
		fprintf(stderr,
		    "codex-api-proxy: warning: %sa configuration file cannot "
		    "name another\n",
		    where);
	else if (*u->name != '\0')
		warn_of_variable(u->name, where);
	else
		fprintf(stderr,
		    "codex-api-proxy: warning: %sno NAME=value, and not read\n",
		    where);
}

static void
warn_of_file(const struct settings *s)
{
	const struct settings_file *f = &s->file;

	if (f->denied != NULL)
		fprintf(stderr,
		    "codex-api-proxy: warning: %s: %s; it was not read\n",
		    f->denied, strerror(EACCES));
	for (size_t i = 0; i < f->n_unread && i < SETTINGS_UNREAD_MAX; i++)
		warn_of_line(s->config, &f->unread[i]);
	if (f->n_unread > SETTINGS_UNREAD_MAX)
		fprintf(stderr,
		    "codex-api-proxy: warning: %s: %zu more lines are not "
		    "read\n",
		    s->config, f->n_unread - SETTINGS_UNREAD_MAX);
}

/* Runs until it is up, or, in the foreground, until its end. */
int
control_start_with(
    const struct settings *s, char **argv, const struct manner *m)
{
	warn_of_empty_variable(s);
	warn_of_file(s);
	warn_of_environment(s);
	words_hide_secrets(argv, &settings_table);
	return m->foreground ? start_in_foreground(s)
			     : start_in_background(s, m);
}

int
control_start(char **argv)
{
	struct manner m = { .before = NULL };
	struct settings s;
	int status = EXIT_USAGE;

	if (words_have_help(argv))
		return usage_start();
	manner_take(&m, argv);
	if (command_settings(&s, argv, NULL, NULL) != 0)
		return EXIT_USAGE;
	if (refuse_empty_key(&s) == 0)
		status = control_start_with(&s, argv, &m);
	settings_free(&s);
	return status;
}

/* ---- stop ---- */

/* What has the pid file, as far as it matters to who ends it. */
struct target {
	pid_t pid;
	int64_t drain; /* how long it may take, in nanoseconds */
	long long in_flight; /* requests that it has; 0: or unknown */
};

/* --drain-seconds, if it is given now, in nanoseconds. */
int64_t
control_given_drain(const struct settings *s)
{
	return json_object_get(s->given, "drain-seconds") != NULL
	    ? s->drain
	    : SIGNALS_DRAIN_UNSAID;
}

static int64_t
drain_time(const struct settings *s, const struct running *r)
{
	const char *text = running_setting(r, "drain-seconds");
	int64_t drain;

	if (text != NULL && parse_seconds(text, 0, INT64_MAX, &drain) == 0)
		return drain;
	return s->drain;
}

static long long
count_requests(const struct settings *s, const struct running *r)
{
	json_t *metrics = running_ask(s, r, "/metrics");
	long long n = json_integer_value(json_object_get(metrics, "in_flight"));

	n += json_integer_value(json_object_get(metrics, "queue_depth"));
	json_decref(metrics);
	return n;
}

static size_t
program_of(const char *link, char *out, size_t size)
{
	static const char deleted[] = " (deleted)";
	ssize_t n = readlink(link, out, size - 1);
	size_t len = n > 0 ? (size_t)n : 0, end = strlen(deleted);

	/* So it is after an upgrade. */
	if (len > end && memcmp(out + len - end, deleted, end) == 0)
		len -= end;
	out[len] = '\0';
	return len;
}

/* The start of the name; a process that hides its memory shows no more. */
static bool
has_our_name(pid_t pid)
{
	char path[64];
	struct buf theirs, ours;
	bool same;

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	buf_init(&theirs, 64);
	buf_init(&ours, 64);
	same = file_read(path, 64, &theirs) == 0 &&
	    file_read("/proc/self/comm", 64, &ours) == 0 && ours.len > 0 &&
	    theirs.len == ours.len &&
	    memcmp(theirs.data, ours.data, ours.len) == 0;
	buf_free(&theirs);
	buf_free(&ours);
	return same;
}

/* For a server that cannot be asked: stopped, just starting, or older. */
static bool
runs_this_program(pid_t pid)
{
	char link[64], theirs[PATH_MAX], ours[PATH_MAX];

	snprintf(link, sizeof(link), "/proc/%ld/exe", (long)pid);
	if (pid <= 0 || program_of("/proc/self/exe", ours, sizeof(ours)) == 0)
		return false;
	if (program_of(link, theirs, sizeof(theirs)) == 0)
		return has_our_name(pid);
	return strcmp(basename(theirs), basename(ours)) == 0;
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

/*
 * 0: it runs, and is ours; -ESRCH: nothing runs; -EPERM: the lock is held by
 * somebody who is no server, whatever the number in the file; another -errno.
 */
static int
find_target(const struct settings *s, struct target *ret_target)
{
	struct running r;
	int rc = running_find(s, &r);

	if (rc == -ESRCH)
		remove_stale(s->pid_file);
	if (rc == -ENOENT)
		rc = -ESRCH;
	if (rc == 0 && !r.listens && !runs_this_program(r.pid))
		rc = -EPERM;
	ret_target->pid = r.pid;
	ret_target->drain = drain_time(s, &r);
	ret_target->in_flight = count_requests(s, &r);
	running_free(&r);
	return rc;
}

static void
say_what_is_waited_for(struct progress *p, const struct target *t)
{
	char text[PROGRESS_MAX], requests[64] = "";

	if (t->in_flight > 0)
		snprintf(requests, sizeof(requests),
		    " to finish %lld request%s", t->in_flight,
		    t->in_flight == 1 ? "" : "s");
	snprintf(text, sizeof(text),
	    "waiting for pid %ld%s, for %.1f s at most "
	    "...",
	    (long)t->pid, requests, (double)t->drain / (double)NS_PER_S);
	progress_set(p, text);
}

/* What is over soon is not shown. */
static int
wait_for_end(const struct settings *s, const struct target *t)
{
	int64_t deadline = clock_after(t->drain + STOP_PATIENCE);
	struct progress p;
	int rc;

	progress_init(&p, STDERR_FILENO, clock_after(SHOW_AFTER));
	say_what_is_waited_for(&p, t);
	rc = pidfile_wait_released(
	    s->pid_file, t->pid, clock_after(SHOW_AFTER));
	progress_tick(&p);
	if (rc == -ETIMEDOUT)
		rc = pidfile_wait_released(s->pid_file, t->pid, deadline);
	progress_hide(&p);
	return rc;
}

int
control_end(const struct settings *s, int64_t drain, pid_t *ret_pid)
{
	struct target t;
	int rc = find_target(s, &t);

	*ret_pid = t.pid;
	if (rc != 0)
		return rc;
	if (drain != SIGNALS_DRAIN_UNSAID)
		t.drain = drain;
	rc = signals_send_end(t.pid, drain);
	if (rc != 0 && rc != -ESRCH)
		return rc;
	return wait_for_end(s, &t);
}

static void
complain_of_stop(const struct settings *s, int rc, pid_t pid)
{
	if (rc == -ESRCH)
		fputs("codex-api-proxy: not running\n", stderr);
	else if (rc == -ETIMEDOUT)
		fprintf(stderr,
		    "codex-api-proxy: pid %ld still drains; a second signal "
		    "(kill %ld) ends it at once\n",
		    (long)pid, (long)pid);
	else if (rc == -EINVAL)
		fprintf(stderr,
		    "codex-api-proxy: --pid-file: %s is no pid file; it was "
		    "left as it is\n",
		    s->pid_file);
	else if (rc == -EPERM)
		fprintf(stderr,
		    "codex-api-proxy: %s is locked by a program that is no "
		    "codex-api-proxy; nothing was signalled\n",
		    s->pid_file);
	else
		fprintf(stderr,
		    "codex-api-proxy: cannot stop pid %ld (%s): %s\n",
		    (long)pid, s->pid_file, strerror(-rc));
}

int
control_report_end(const struct settings *s, int rc, pid_t pid, int64_t since)
{
	if (rc != 0) {
		complain_of_stop(s, rc, pid);
		return EXIT_FAILURE;
	}
	printf("codex-api-proxy (pid %ld) has stopped after %.1f s.\n",
	    (long)pid, (double)(clock_now() - since) / (double)NS_PER_S);
	return EXIT_SUCCESS;
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
	if (command_settings(&s, argv, NULL, NULL) != 0)
		return EXIT_USAGE;
	rc = control_end(&s, control_given_drain(&s), &pid);
	rc = control_report_end(&s, rc, pid, since);
	settings_free(&s);
	return rc;
}
