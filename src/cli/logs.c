/*
 * DESIGN. What is to come is waited for by inotify, with a watch on the file,
 * for what is added, and one on its directory, for another file in its place.
 * The file that was moved away is kept and watched beside the new one: the
 * server goes on writing to it until it hears SIGHUP.
 */
#include "cli/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "client/running.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "system/fdio.h"

enum {
	READ_SIZE = 65536,
	EVENTS_SIZE = 16384
};

struct log_file {
	int fd; /* -1: none */
	off_t at; /* how much of it has been printed */
};

struct logs {
	const char *path;
	struct log_file now, before; /* before: moved away */
	int inotify;
};

/* A FIFO would have us wait for a writer. */
static int
open_log(const char *path, struct log_file *f)
{
	struct stat st;

	f->at = 0;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0)
		return -errno;
	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	fd_close(&f->fd);
	return -EINVAL;
}

/* All that is there by now. */
static int
print_rest(struct log_file *f)
{
	char bytes[READ_SIZE];
	struct stat st;
	ssize_t n;

	/* One that was emptied in place begins anew. */
	if (f->fd >= 0 && fstat(f->fd, &st) == 0 && st.st_size < f->at)
		f->at = 0;
	while (
	    f->fd >= 0 && (n = pread(f->fd, bytes, sizeof(bytes), f->at)) > 0) {
		if (fwrite(bytes, 1, (size_t)n, stdout) != (size_t)n)
			return -errno;
		f->at += n;
	}
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* ---- what is added ---- */

static bool
was_replaced(const struct logs *l)
{
	struct stat ours, theirs;

	if (stat(l->path, &theirs) != 0)
		return false; /* until there is another one */
	return fstat(l->now.fd, &ours) != 0 || ours.st_ino != theirs.st_ino ||
	    ours.st_dev != theirs.st_dev;
}

/* The watch comes first, so that nothing is added between it and the look. */
static int
take_new_file(struct logs *l)
{
	struct log_file fresh;
	int rc;

	(void)inotify_add_watch(l->inotify, l->path, IN_MODIFY);
	rc = open_log(l->path, &fresh);
	if (rc != 0)
		return rc == -ENOENT ? 0 : rc; /* moved on meanwhile */
	fd_close(&l->before.fd);
	l->before = l->now;
	l->now = fresh;
	return 0;
}

static int
catch_up(struct logs *l)
{
	int rc = print_rest(&l->before);

	if (rc == 0)
		rc = print_rest(&l->now);
	while (rc == 0 && was_replaced(l)) {
		rc = take_new_file(l);
		if (rc == 0)
			rc = print_rest(&l->now);
	}
	return rc;
}

static int
watch_directory(struct logs *l)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", l->path);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	l->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->inotify < 0 ||
	    inotify_add_watch(l->inotify, dir, IN_CREATE | IN_MOVED_TO) < 0)
		return -errno;
	if (inotify_add_watch(l->inotify, l->path, IN_MODIFY) < 0)
		return -errno;
	return 0;
}

/* Until something has changed, or nobody reads what we write (-EPIPE). */
static int
wait_for_more(const struct logs *l)
{
	struct pollfd fds[] = { { l->inotify, POLLIN, 0 },
		{ STDOUT_FILENO, 0, 0 } };
	char events[EVENTS_SIZE];

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if ((fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return -EPIPE;
	while (read(l->inotify, events, sizeof(events)) > 0)
		;
	return 0;
}

static int
follow(struct logs *l)
{
	int rc = watch_directory(l);

	while (rc == 0) {
		rc = catch_up(l);
		if (rc == 0)
			rc = wait_for_more(l);
	}
	return rc;
}

/* ---- */

static int
show(const char *path, bool goes_on)
{
	struct logs l = { .path = path,
		.now = { .fd = -1 },
		.before = { .fd = -1 },
		.inotify = -1 };
	int rc = open_log(path, &l.now);

	if (rc == 0)
		rc = goes_on ? follow(&l) : print_rest(&l.now);
	fd_close(&l.now.fd);
	fd_close(&l.before.fd);
	fd_close(&l.inotify);
	if (rc == 0 || rc == -EPIPE)
		return EXIT_SUCCESS;
	fprintf(stderr, "codex-api-proxy: %s: %s\n", path, strerror(-rc));
	return EXIT_FAILURE;
}

/* For a server that logs to no file of ours. */
static int
say_where(const struct running *r, const char *logs_to)
{
	if (strcmp(logs_to, "journal") == 0)
		fprintf(stderr,
		    "codex-api-proxy: pid %ld logs to the journal: journalctl "
		    "_PID=%ld\n",
		    (long)r->pid, (long)r->pid);
	else
		fprintf(stderr,
		    "codex-api-proxy: pid %ld runs in the foreground and logs "
		    "to its standard error, not to a file\n",
		    (long)r->pid);
	return EXIT_FAILURE;
}

/* One that does not answer may still have said why. */
static int
show_log(const struct settings *s, bool goes_on)
{
	const char *logs_to, *path;
	struct running r;
	int status;

	(void)!running_find(s, &r);
	logs_to = json_string_value(json_object_get(r.about, "logs_to"));
	path = running_setting(&r, "log-file");
	if (logs_to != NULL && strcmp(logs_to, "file") != 0)
		status = say_where(&r, logs_to);
	else
		status = show(path != NULL ? path : s->log_file, goes_on);
	running_free(&r);
	return status;
}

int
logs_run(char **argv)
{
	bool goes_on;
	struct settings s;
	int status;

	if (words_have_help(argv))
		return usage_logs();
	goes_on = words_take(argv, "--follow");
	goes_on = words_take(argv, "-f") || goes_on;
	if (command_last_settings(&s, argv) != 0)
		return EXIT_USAGE;
	status = show_log(&s, goes_on);
	settings_free(&s);
	return status;
}
