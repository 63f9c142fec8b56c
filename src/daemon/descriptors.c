#include "daemon/descriptors.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"

void
descriptors_keep_ours(void)
{
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

void
descriptors_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static size_t
count_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* A worker of app-server has two children while one is replaced. */
static size_t
children(const struct settings *s)
{
	size_t n = 1; /* that prepares Codex */

	if (s->engine != ENGINE_APP_SERVER)
		n += (size_t)s->max_concurrency;
	if (s->engine != ENGINE_EXEC)
		n += 2 * (size_t)s->workers;
	return n;
}

size_t
descriptors_for_connections(const struct settings *s)
{
	size_t wanted = (size_t)s->max_connections, needed;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return wanted;
	needed = count_open() + LIMIT_FDS_SPARE + LIMIT_FDS_CHILD * children(s);
	if (limit.rlim_cur >= needed + wanted)
		return wanted;
	return limit.rlim_cur > needed ? limit.rlim_cur - needed : 1;
}
