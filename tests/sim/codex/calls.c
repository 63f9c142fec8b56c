#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "base/buf.h"
#include "output.h"

/* Appends to the line; a failure ends the program. */
static void
put(struct buf *b, const char *s)
{
	output_must(buf_puts(b, s), "calls.log");
}

static void
put_comma(struct buf *b)
{
	if (b->data[b->len - 1] != '[')
		put(b, ",");
}

static void
put_int(struct buf *b, int64_t value)
{
	put_comma(b);
	output_int(b, value);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in environ, sorted. */
static void
put_names(struct buf *b)
{
	size_t n = 0;
	char **sorted;

	while (environ[n] != NULL)
		n++;
	sorted = calloc(n + 1, sizeof(*sorted));
	output_must(sorted == NULL ? -ENOMEM : 0, "calls.log");
	memcpy(sorted, environ, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 0; i < n; i++) {
		put_comma(b);
		output_text(b, sorted[i], strcspn(sorted[i], "="));
	}
	free(sorted);
}

static void
put_fds(struct buf *b)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    strtol(entry->d_name, NULL, 10) != dirfd(dir))
			put_int(b, strtol(entry->d_name, NULL, 10));
	}
	if (dir != NULL)
		closedir(dir);
}

static void
put_blocked(struct buf *b)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int signo = 1; signo < NSIG; signo++) {
		if (sigismember(&blocked, signo) == 1)
			put_int(b, signo);
	}
}

static void
put_ignored(struct buf *b)
{
	struct sigaction action;

	for (int signo = 1; signo < NSIG; signo++) {
		if (sigaction(signo, NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN)
			put_int(b, signo);
	}
}

static void
put_line(struct buf *b, char **argv, size_t stdin_bytes)
{
	char cwd[PATH_MAX];

	output_must(buf_printf(b, "{\"pid\":%d,\"pgid\":%d,\"argv\":[",
			(int)getpid(), (int)getpgrp()),
	    "calls.log");
	for (; *argv != NULL; argv++) {
		put_comma(b);
		output_string(b, *argv);
	}
	put(b, "],\"env\":{\"names\":[");
	put_names(b);
	put(b, "],\"CODEX_HOME\":");
	output_string(b, getenv("CODEX_HOME"));
	put(b, ",\"RUST_LOG\":");
	output_string(b, getenv("RUST_LOG"));
	put(b, "},\"cwd\":");
	output_string(b, getcwd(cwd, sizeof(cwd)));
	put(b, ",\"fds\":[");
	put_fds(b);
	put(b, "],\"blocked\":[");
	put_blocked(b);
	put(b, "],\"ignored\":[");
	put_ignored(b);
	output_must(buf_printf(b, "],\"stdin_bytes\":%zu}\n", stdin_bytes),
	    "calls.log");
}

/* Appends to $FAKE_CODEX_DIR/`name`, in one piece. */
static void
append_line(const char *name, const struct buf *line)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("FAKE_CODEX_DIR"), name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, line->data, line->len) != (ssize_t)line->len)
		output_must(-errno, path);
	close(fd);
}

void
calls_note(char **argv, size_t stdin_bytes)
{
	struct buf line;

	if (getenv("FAKE_CODEX_DIR") == NULL)
		return;
	buf_init(&line, SIZE_MAX);
	put_line(&line, argv, stdin_bytes);
	append_line("calls.log", &line);
	buf_free(&line);
}

void
calls_rpc(const char *line, size_t len)
{
	const char *wanted = getenv("FAKE_CODEX_LOG_RPC");
	const char *open = memchr(line, '{', len);
	struct buf entry;

	if (getenv("FAKE_CODEX_DIR") == NULL || wanted == NULL ||
	    strcmp(wanted, "1") != 0)
		return;
	buf_init(&entry, SIZE_MAX);
	output_must(
	    buf_printf(&entry, "{\"pid\":%d,", (int)getpid()), "rpc.log");
	output_must(
	    buf_append(&entry, open + 1, len - (size_t)(open + 1 - line)),
	    "rpc.log");
	put(&entry, "\n");
	append_line("rpc.log", &entry);
	buf_free(&entry);
}

/* FNV-1a, 64 bits. */
static uint64_t
hash(const char *s, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return h;
}

bool
calls_first(const char *what, const char *prompt, size_t len)
{
	const char *dir = getenv("FAKE_CODEX_DIR");
	char path[PATH_MAX];
	int fd;

	output_must(dir == NULL ? -ENOENT : 0, "FAKE_CODEX_DIR");
	snprintf(path, sizeof(path), "%s/%s-%016llx", dir, what,
	    (unsigned long long)hash(prompt, len));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		output_must(-errno, path);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
