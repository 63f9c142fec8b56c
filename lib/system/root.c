#include "system/root.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where this decides, both are resolved: no "..", no double or trailing slash
 * (but in "/"). */
static bool
is_below(const char *path, const char *root)
{
	size_t n = strlen(root);

	if (strncmp(path, root, n) != 0)
		return false;
	return path[n] == '\0' || path[n] == '/' || root[n - 1] == '/';
}

static bool
has_dots(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")) != NULL; at += 3) {
		if (at[3] == '\0' || at[3] == '/')
			return true;
	}
	return false;
}

bool
root_holds_text(const char *path, const struct strv *roots)
{
	if (has_dots(path))
		return false;
	for (size_t i = 0; i < roots->n; i++) {
		if (is_below(path, roots->v[i]))
			return true;
	}
	return false;
}

static int
check_roots(const char *real, const struct strv *roots)
{
	char *root;
	bool below;

	for (size_t i = 0; i < roots->n; i++) {
		root = realpath(roots->v[i], NULL);
		if (root == NULL && errno == ENOMEM)
			return -ENOMEM;
		if (root == NULL)
			continue;
		below = is_below(real, root);
		free(root);
		if (below)
			return 0;
	}
	return -EACCES;
}

static int
check_directory(const char *real)
{
	struct stat st;

	if (stat(real, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int
root_resolve(const char *path, const struct strv *roots, char **ret_real)
{
	char *real;
	int r;

	if (path[0] != '/')
		return -EINVAL;
	real = realpath(path, NULL);
	if (real == NULL)
		return -errno;
	r = check_directory(real);
	if (r == 0)
		r = check_roots(real, roots);
	if (r == 0 && eaccess(real, X_OK) < 0)
		r = -errno;
	if (r < 0) {
		free(real);
		return r;
	}
	*ret_real = real;
	return 0;
}
