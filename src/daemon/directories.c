#include "daemon/directories.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "system/fdio.h"

static int
complain(const char *option, const char *dir, int rc, char *ret_error)
{
	snprintf(ret_error, DIRECTORIES_ERROR_MAX, "--%s: %s: %s", option, dir,
	    strerror(-rc));
	return rc;
}

/* Nobody has named it, so the fault is where all of ours is. */
static int
complain_of_home(const char *option, const char *dir, int rc, char *ret_error)
{
	snprintf(ret_error, DIRECTORIES_ERROR_MAX,
	    "%s cannot be made: %s. The server keeps its files below "
	    "~/.codex-api-proxy; set HOME to a directory that can be written "
	    "to, or "
	    "name other places (--%s and its like)",
	    dir, strerror(-rc), option);
	return rc;
}

static int
need_directory(
    const char *option, const char *dir, int access_mode, char *ret_error)
{
	int rc = 0;

	if (settings_may_make(dir))
		rc = dir_make(dir, 0700);
	if (rc != 0)
		return complain_of_home(option, dir, rc, ret_error);
	if (rc == 0 && access(dir, access_mode) != 0)
		rc = -errno;
	return rc == 0 ? 0 : complain(option, dir, rc, ret_error);
}

static int
need_parent(const char *option, const char *file, char *ret_error)
{
	char dir[PATH_MAX];
	char *slash;

	if (strlen(file) >= sizeof(dir))
		return complain(option, file, -ENAMETOOLONG, ret_error);
	memcpy(dir, file, strlen(file) + 1);
	slash = strrchr(dir, '/');
	if (slash == NULL || slash == dir)
		return 0;
	*slash = '\0';
	return need_directory(option, dir, W_OK | X_OK, ret_error);
}

int
directories_prepare(
    const struct settings *s, char ret_error[DIRECTORIES_ERROR_MAX])
{
	int rc = need_directory("default-cwd", s->default_cwd, X_OK, ret_error);

	if (rc == 0)
		rc = need_parent("pid-file", s->pid_file, ret_error);
	if (rc == 0)
		rc = need_parent("state-file", s->state_file, ret_error);
	if (rc == 0)
		rc = need_parent("log-file", s->log_file, ret_error);
	return rc;
}
