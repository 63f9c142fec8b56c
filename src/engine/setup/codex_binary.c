#include "engine/setup/codex_binary.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/fdio.h"

#if defined(__x86_64__)
#define NPM_PLATFORM "codex-linux-x64"
#define NPM_TRIPLE "x86_64-unknown-linux-musl"
#elif defined(__aarch64__)
#define NPM_PLATFORM "codex-linux-arm64"
#define NPM_TRIPLE "aarch64-unknown-linux-musl"
#else
#define NPM_PLATFORM "codex-unknown"
#define NPM_TRIPLE "unknown"
#endif

/* 0, -ENOENT or -EACCES; directories do not count. */
static int
check_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == EACCES ? -EACCES : -ENOENT;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
		return -EACCES;
	return 0;
}

static int
join(const char *dir, size_t dir_len, const char *name, char **ret_path)
{
	if (asprintf(ret_path, "%.*s/%s", (int)dir_len, dir, name) < 0)
		return -ENOMEM;
	return 0;
}

/* Looks `name` up as execvp(3) does; an empty element is not the cwd here. */
static int
search_path(const char *name, char **ret_path)
{
	const char *p = getenv("PATH");
	int result = -ENOENT;

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, ":");
		char *candidate = NULL;
		int rc;

		rc = len == 0 ? -ENOENT : join(p, len, name, &candidate);
		if (rc == 0)
			rc = check_executable(candidate);
		if (rc == 0) {
			*ret_path = candidate;
			return 0;
		}
		free(candidate);
		if (rc == -EACCES)
			result = rc;
		p += len + (p[len] == ':');
	}
	return result;
}

static int
find_file(const char *name, char **ret_path)
{
	char *absolute;
	int rc;

	if (strchr(name, '/') == NULL)
		return search_path(name, ret_path);
	rc = check_executable(name);
	if (rc != 0)
		return rc;
	absolute = realpath(name, NULL);
	if (absolute == NULL)
		return -errno;
	*ret_path = absolute;
	return 0;
}

/* The last component of dir, cut off in place; false at the root. */
static bool
go_up(char *dir)
{
	char *slash = strrchr(dir, '/');

	if (slash == NULL || slash == dir)
		return false;
	*slash = '\0';
	return true;
}

/*
 * A launcher is .../@openai/codex/bin/codex.js beginning with "#!" and node;
 * its native binary is that of the platform package, which npm puts beside it
 * or in its own node_modules, or, in old versions, below itself.
 */
static bool
is_launcher(const char *real)
{
	static const char suffix[] = "/bin/codex.js";
	size_t len = strlen(real), n = strlen(suffix);

	return len > n && strcmp(real + len - n, suffix) == 0;
}

static int
try_native(const char *root, const char *vendor, char **ret_arch)
{
	static const char *const names[] = { "bin/codex", "codex/codex" };
	char *arch = NULL;

	if (asprintf(&arch, "%s/%s/" NPM_TRIPLE, root, vendor) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = NULL;
		int rc = join(arch, strlen(arch), names[i], &path);

		if (rc == 0 && check_executable(path) == 0) {
			*ret_arch = path;
			free(arch);
			return 0;
		}
		free(path);
	}
	free(arch);
	return -ENOENT;
}

/* Where Node would resolve the platform package from `package`. */
static int
find_native(const char *package, char **ret_native)
{
	static const char *const vendors[] = { "vendor",
		"node_modules/@openai/" NPM_PLATFORM "/vendor",
		"../" NPM_PLATFORM "/vendor" };
	char up[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (try_native(package, vendors[i], ret_native) == 0)
			return 0;
	}
	/* A node_modules further up the tree. */
	snprintf(up, sizeof(up), "%s", package);
	while (go_up(up)) {
		if (try_native(up, vendors[1], ret_native) == 0)
			return 0;
	}
	return -ENOENT;
}

static const char *
manager_variable(const char *package)
{
	if (strstr(package, "/.bun/") != NULL)
		return "CODEX_MANAGED_BY_BUN";
	if (strstr(package, "/.pnpm/") != NULL)
		return "CODEX_MANAGED_BY_PNPM";
	return "CODEX_MANAGED_BY_NPM";
}

/*
 * ARCH/path (before 0.133) holds helpers such as rg. Resolved: what it goes
 * through on the way is not there in a sandbox that shows Codex's own files.
 */
static int
set_path_dir(struct codex_binary *b, const char *native)
{
	char dir[PATH_MAX];
	struct stat st;
	size_t len;

	snprintf(dir, sizeof(dir), "%s", native);
	if (!go_up(dir) || !go_up(dir))
		return 0;
	len = strlen(dir);
	if (len + sizeof("/path") > sizeof(dir))
		return 0;
	memcpy(dir + len, "/path", sizeof("/path"));
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return 0;
	b->path_dir = realpath(dir, NULL);
	return b->path_dir != NULL ? 0 : -ENOMEM;
}

/* If `b->path` is a launcher, puts the native binary in its place. */
static int
look_behind_launcher(struct codex_binary *b)
{
	char real[PATH_MAX], package[PATH_MAX];
	char *native;
	int rc;

	if (realpath(b->path, real) == NULL || !is_launcher(real))
		return 0;
	memcpy(package, real, sizeof(package));
	if (!go_up(package) || !go_up(package) ||
	    find_native(package, &native) != 0)
		return 0; /* the launcher itself runs, or says why not */
	rc = set_path_dir(b, native);
	if (rc == 0)
		rc = strv_addf(&b->env, "%s=1", manager_variable(package));
	if (rc == 0)
		rc = strv_addf(
		    &b->env, "CODEX_MANAGED_PACKAGE_ROOT=%s", package);
	if (rc != 0) {
		free(native);
		return rc;
	}
	b->launcher = b->path;
	b->path = native;
	return 0;
}

int
codex_binary_find(const char *name, struct codex_binary *ret_binary)
{
	struct codex_binary b = { .path = NULL };
	int rc = find_file(name, &b.path);

	strv_init(&b.env);
	if (rc == 0)
		rc = look_behind_launcher(&b);
	if (rc == 0 && stat(b.path, &b.seen) != 0)
		rc = -errno;
	if (rc != 0) {
		codex_binary_free(&b);
		return rc;
	}
	*ret_binary = b;
	return 0;
}

void
codex_binary_free(struct codex_binary *b)
{
	free(b->path);
	free(b->launcher);
	free(b->path_dir);
	strv_free(&b->env);
	memset(b, 0, sizeof(*b));
}

bool
codex_binary_changed(const struct codex_binary *b)
{
	struct stat st;

	return stat(b->path, &st) != 0 || st.st_ino != b->seen.st_ino ||
	    st.st_dev != b->seen.st_dev || st.st_size != b->seen.st_size ||
	    st.st_mtim.tv_sec != b->seen.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != b->seen.st_mtim.tv_nsec;
}

static int
prepend_path(struct strv *env, const char *dir)
{
	const char *old = strv_env_get(env, "PATH");
	char *value;
	int rc;

	if (asprintf(&value, "%s%s%s", dir, old != NULL ? ":" : "",
		old != NULL ? old : "") < 0)
		return -ENOMEM;
	rc = strv_env_set(env, "PATH", value);
	free(value);
	return rc;
}

int
codex_binary_environment(const struct codex_binary *b, struct strv *env)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < b->env.n; i++) {
		char *copy = strdup(b->env.v[i]), *eq;

		if (copy == NULL)
			return -ENOMEM;
		eq = strchr(copy, '=');
		*eq = '\0';
		rc = strv_env_set(env, copy, eq + 1);
		free(copy);
	}
	if (rc == 0 && b->path_dir != NULL)
		rc = prepend_path(env, b->path_dir);
	return rc;
}
