#include "procfs.h"

#include <dirent.h>
#include <errno.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "bench.h"
#include "system/fdio.h"

enum {
	FILE_MAX = 1 << 20
};

/* False when the process has gone meanwhile. */
static bool
read_words(pid_t pid, const char *file, struct strv *ret)
{
	struct buf text;
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	buf_init(&text, FILE_MAX);
	rc = file_read(path, FILE_MAX, &text);
	for (size_t at = 0; rc == 0 && at < text.len;
	     at += strlen(text.data + at) + 1)
		bench_must(strv_add(ret, text.data + at), path);
	buf_free(&text);
	return rc == 0;
}

void
procfs_words(pid_t pid, const char *file, struct strv *ret)
{
	bench_must(read_words(pid, file, ret) ? 0 : -1, file);
}

static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512];
	const char *behind = NULL;
	FILE *f;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	/* The name, in parentheses, may hold anything. */
	if (fgets(line, sizeof(line), f) != NULL)
		behind = strrchr(line, ')');
	if (behind == NULL || sscanf(behind, ") %*c %d", &parent) != 1)
		parent = 0;
	fclose(f);
	return (pid_t)parent;
}

static bool
is_command(pid_t pid, const char *command)
{
	struct strv words;
	bool found;

	strv_init(&words);
	(void)read_words(pid, "cmdline", &words);
	found = words.n > 1 && strcmp(words.v[1], command) == 0;
	strv_free(&words);
	return found;
}

pid_t
procfs_child(pid_t parent, const char *command)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0, pid;

	bench_must(dir != NULL ? 0 : -1, "/proc");
	while (found == 0 && (entry = readdir(dir)) != NULL) {
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && parent_of(pid) == parent &&
		    is_command(pid, command))
			found = pid;
	}
	closedir(dir);
	errno = 0;
	bench_must(found > 0 ? 0 : -1, "the proxy's child");
	return found;
}

int64_t
procfs_cpu(pid_t pid)
{
	struct timespec ts;
	clockid_t id;

	errno = clock_getcpuclockid(pid, &id);
	bench_must(-errno, "clock_getcpuclockid");
	bench_must(clock_gettime(id, &ts), "clock_gettime");
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}
