#include "engine/setup/codex_home.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "settings/settings.h"
#include "system/fdio.h"

#define REQUEST_PREFIX "request-"
/* Stands in a home that is ours. */
#define MADE ".made-by-codex-api-proxy"

char *
codex_home_users(void)
{
	const char *home = getenv("CODEX_HOME");
	char *path = NULL;

	if (home != NULL && home[0] == '/')
		return strdup(home);
	home = getenv("HOME");
	if (asprintf(&path, "%s/.codex", home != NULL ? home : "") < 0)
		return NULL;
	return path;
}

bool
codex_home_has_login(const char *users_home)
{
	char *path;
	bool found;

	if (asprintf(&path, "%s/auth.json", users_home) < 0)
		return false;
	found = access(path, R_OK) == 0;
	free(path);
	return found;
}

static bool
same_directory(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
	    sa.st_ino == sb.st_ino && sa.st_dev == sb.st_dev;
}

/* A path below `home`; NULL: out of memory. */
static char *
below(const char *home, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", home, name) >= 0 ? path : NULL;
}

static bool
is_empty(const char *home)
{
	DIR *dir = opendir(home);
	struct dirent *entry;
	bool empty = dir != NULL;

	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/*
 * Ours is what we have made or found empty, which MADE tells, and what stands
 * where we make it by default. Never the user's own, whatever lies in it.
 */
static bool
is_ours(const char *home, const char *users_home)
{
	char *mark = below(home, MADE);
	bool ours = mark != NULL && !same_directory(home, users_home) &&
	    (settings_may_make(home) || access(mark, F_OK) == 0);

	free(mark);
	return ours;
}

static int
mark_as_ours(const char *home)
{
	char *mark = below(home, MADE);
	int rc = mark != NULL ? file_write_atomic(mark, "", 0, 0600) : -ENOMEM;

	free(mark);
	return rc;
}

static int
make_private(const char *home, const char *users_home)
{
	struct stat st;
	bool ours;
	int rc = dir_make(home, 0700);

	if (rc != 0)
		return rc;
	if (stat(home, &st) != 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -EEXIST;
	ours = is_ours(home, users_home);
	if ((st.st_mode & 077) != 0 && !ours)
		return -EPERM;
	if ((st.st_mode & 077) != 0 && chmod(home, 0700) != 0)
		return -errno;
	return ours || is_empty(home) ? mark_as_ours(home) : 0;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path) == 0 || errno == ENOENT ? 0 : -errno;
}

/* No links are followed. */
static int
remove_tree(const char *path)
{
	enum {
		DESCRIPTORS = 8
	};
	int rc = nftw(path, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);

	return rc == -1 ? -errno : rc;
}

static int
remove_any(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return remove_tree(path);
	return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

/*
 * Whatever Codex would take from its home into each request, or start: an MCP
 * server of a config.toml there runs in spite of `mcp_servers={}`, since a
 * table merges (seen on 0.171.0). Codex may write these itself, and so may
 * whoever takes this home for his own.
 */
static int
clear(const char *home)
{
	static const char *const strange[] = { "AGENTS.md",
		"AGENTS.override.md", "skills", "rules", "prompts",
		"hooks.json" };
	char *path = below(home, "config.toml");
	int rc = path != NULL ? file_write_atomic(path, "", 0, 0600) : -ENOMEM;

	free(path);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(strange); i++) {
		path = below(home, strange[i]);
		rc = path != NULL ? remove_any(path) : -ENOMEM;
		free(path);
	}
	return rc;
}

static bool
links_to(const char *link, const char *target)
{
	char now[4096];
	ssize_t n = readlink(link, now, sizeof(now) - 1);

	if (n < 0)
		return false;
	now[n] = '\0';
	return strcmp(now, target) == 0;
}

/*
 * A regular auth.json in the isolated home was put there on purpose (a login
 * of the proxy's own) and is left alone; a link that points elsewhere is ours
 * from another CODEX_HOME and is renewed.
 */
static int
place_link(const char *link, const char *target)
{
	struct stat st;

	if (links_to(link, target))
		return 0;
	if (lstat(link, &st) == 0) {
		if (!S_ISLNK(st.st_mode))
			return 0;
		if (unlink(link) != 0 && errno != ENOENT)
			return -errno;
	}
	if (symlink(target, link) != 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static int
link_login(const char *home, const char *users_home)
{
	char *link = NULL, *target = NULL;
	int rc = -ENOMEM;

	if (same_directory(home, users_home))
		return 0;
	if (asprintf(&link, "%s/auth.json", home) >= 0 &&
	    asprintf(&target, "%s/auth.json", users_home) >= 0)
		rc = place_link(link, target);
	free(link);
	free(target);
	return rc;
}

/* Directories are called request-PID-XXXXXX. */
static bool
is_abandoned(const char *name)
{
	char digits[16];
	size_t len;
	int64_t pid;

	if (strncmp(name, REQUEST_PREFIX, strlen(REQUEST_PREFIX)) != 0)
		return false;
	name += strlen(REQUEST_PREFIX);
	len = strcspn(name, "-");
	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, name, len);
	digits[len] = '\0';
	if (parse_int(digits, 1, INT32_MAX, &pid) != 0)
		return false;
	return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void
remove_abandoned(const char *home)
{
	DIR *dir = opendir(home);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		char *path;

		if (!is_abandoned(entry->d_name) ||
		    asprintf(&path, "%s/%s", home, entry->d_name) < 0)
			continue;
		dir_remove(path);
		free(path);
	}
	closedir(dir);
}

int
codex_home_prepare(const char *home, const char *users_home)
{
	int rc = make_private(home, users_home);

	if (rc == 0 && is_ours(home, users_home))
		rc = clear(home);
	if (rc == 0)
		rc = link_login(home, users_home);
	if (rc == 0)
		remove_abandoned(home);
	return rc;
}

int
codex_home_request_dir(const char *home, char **ret_dir)
{
	char *dir;

	if (asprintf(&dir, "%s/" REQUEST_PREFIX "%ld-XXXXXX", home,
		(long)getpid()) < 0)
		return -ENOMEM;
	if (mkdtemp(dir) == NULL) {
		int rc = -errno;

		free(dir);
		return rc;
	}
	*ret_dir = dir;
	return 0;
}
