#include "settings/settings_path.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
home_directory(void)
{
	const char *home = getenv("HOME");
	struct passwd *pw;

	if (home != NULL && home[0] == '/')
		return home;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_dir : "/";
}

/* Replaces *path by a formatted one. */
static int replace_path(char **path, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int
replace_path(char **path, const char *fmt, ...)
{
	char *fresh;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&fresh, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	free(*path);
	*path = fresh;
	return 0;
}

int
settings_path_expand(char **path)
{
	const char *s = *path;

	if (s == NULL || s[0] != '~' || (s[1] != '/' && s[1] != '\0'))
		return 0;
	return replace_path(path, "%s%s", home_directory(), s + 1);
}

int
settings_path_make_absolute(char **path)
{
	char cwd[PATH_MAX];
	int rc = settings_path_expand(path);

	if (rc != 0 || *path == NULL || (*path)[0] == '/')
		return rc;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return -errno;
	return replace_path(path, "%s/%s", cwd, *path);
}
