#include "engine/setup/codex_reads.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#include "base/parse.h"

enum {
	/* Of passwd(5): people, and not what runs services. */
	FIRST_USER = 1000,
	NOBODY = 65534,
	/* Each is a rule in a command line. */
	HOMES_MAX = 256
};

/* Where our units have their environment, keys included (contrib/systemd). */
#define UNIT_SETTINGS "/etc/codex-api-proxy"
#define UNIT_ENVIRONMENT ".codex-api-proxy/environment"

/* What is private in a Codex home; its whole is hidden where it can be. */
static const char *const private_names[] = { "auth.json", "config.toml",
	"history.jsonl", "sessions", "archived_sessions", "memories" };

/* Neither "." nor "..", and no slash too many: as a resolved path looks. */
static bool
is_plain(const char *path)
{
	return path[0] == '/' && strstr(path, "//") == NULL &&
	    strstr(path, "/./") == NULL && strstr(path, "/../") == NULL;
}

/* The same place without links; the last name need not be there. */
static char *
resolve(const char *path)
{
	char dir[PATH_MAX], *real = realpath(path, NULL), *whole = NULL;
	const char *slash = strrchr(path, '/');

	if (real != NULL || slash == NULL || slash == path ||
	    (size_t)(slash - path) >= sizeof(dir))
		return real;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	real = realpath(dir, NULL);
	if (real != NULL && asprintf(&whole, "%s%s", real, slash) < 0)
		whole = NULL;
	free(real);
	return whole;
}

/*
 * Both names of a place: a link may lead elsewhere tomorrow, and Codex itself
 * follows it when a command is started.
 */
static int
hide(struct exec_reads *r, const char *path)
{
	char *real;
	int rc = 0;

	if (path == NULL)
		return 0;
	if (is_plain(path))
		rc = exec_reads_hide(r, path);
	real = resolve(path);
	if (rc == 0 && real != NULL)
		rc = exec_reads_hide(r, real);
	free(real);
	return rc;
}

static int
hide_in(struct exec_reads *r, const char *dir, const char *name)
{
	char *path;
	int rc;

	if (dir == NULL)
		return 0;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	rc = hide(r, path);
	free(path);
	return rc;
}

/* A directory that Codex itself lies in cannot be hidden as a whole. */
static int
add_home(struct exec_reads *r, const char *path)
{
	char *real = realpath(path, NULL);
	int rc = 0;

	if (real != NULL && strcmp(real, "/") != 0 &&
	    !exec_reads_is_below(r->package, real))
		rc = strv_add(&r->homes, real);
	free(real);
	return rc;
}

static int
hide_codex_home(struct exec_reads *r, const char *home)
{
	int rc = add_home(r, home);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(private_names); i++)
		rc = hide_in(r, home, private_names[i]);
	return rc;
}

static bool
is_another_person(const struct passwd *pw, const char *own)
{
	if (pw->pw_uid == getuid() || pw->pw_uid == NOBODY ||
	    (pw->pw_uid != 0 && pw->pw_uid < FIRST_USER))
		return false;
	return pw->pw_dir[0] == '/' &&
	    (own == NULL || !exec_reads_is_below(own, pw->pw_dir));
}

/* Of the local users: a directory service may have no end of them. */
static int
add_other_homes(struct exec_reads *r)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd pw, *found;
	char text[8192];
	int rc = 0;

	if (f == NULL)
		return 0;
	while (rc == 0 && r->homes.n < HOMES_MAX &&
	    fgetpwent_r(f, &pw, text, sizeof(text), &found) == 0) {
		if (is_another_person(&pw, getenv("HOME")))
			rc = add_home(r, pw.pw_dir);
	}
	fclose(f);
	return rc;
}

static bool
has_manifest(const char *dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/codex-package.json", dir);

	return n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

/*
 * The directory above the program's when it is a package's: npm's vendor
 * directory for a platform, or one with Codex's manifest. A program that
 * stands alone is all there is of Codex: what lies beside it is not its.
 */
static int
find_package(const char *binary, char **ret_package)
{
	char *real = realpath(binary, NULL), *dir;
	char *end = NULL;

	if (real == NULL)
		return errno == ENOMEM ? -ENOMEM : 0;
	dir = strdup(real);
	if (dir != NULL)
		end = strrchr(dir, '/');
	if (end != NULL)
		*end = '\0';
	if (end != NULL && (end = strrchr(dir, '/')) != NULL)
		*end = '\0';
	if (end != NULL && dir[0] != '\0' &&
	    (strstr(dir, "/vendor/") != NULL || has_manifest(dir))) {
		free(real);
		real = dir;
		dir = NULL;
	}
	free(dir);
	*ret_package = real;
	return 0;
}

static enum exec_profiles
profiles_of(const unsigned number[3])
{
	static const unsigned from[3] = EXEC_PROFILES_DENY_FROM;

	return version_older(number, from) ? EXEC_PROFILES_ALLOW
					   : EXEC_PROFILES_DENY;
}

/* With what SQLite has beside it, and what was set aside. */
static int
hide_store(struct exec_reads *r, const char *file)
{
	static const char *const ends[] = { "", "-wal", "-journal", "-shm",
		".damaged", ".damaged-wal" };
	char path[PATH_MAX];
	int rc = 0;

	for (size_t i = 0; rc == 0 && file != NULL && i < ARRAY_SIZE(ends);
	     i++) {
		snprintf(path, sizeof(path), "%s%s", file, ends[i]);
		rc = hide(r, path);
	}
	return rc;
}

/* Without one that is no file: Codex needs its /dev/null. */
static const char *
config_file(const struct settings *s)
{
	bool is_device = s->config != NULL &&
	    strncmp(s->config, "/dev/", 5) == 0;

	return is_device ? NULL : s->config;
}

int
codex_reads_collect(
    const struct settings *s, const char *users_home, struct codex *c)
{
	/* The first that there is stands for all in the log. */
	const char *const files[] = { s->api_key_file, config_file(s),
		s->tls_key, s->state_file, s->log_file, s->codex_home,
		UNIT_SETTINGS, getenv("CREDENTIALS_DIRECTORY") };
	struct exec_reads *r = &c->reads;
	int rc = find_package(c->binary.path, &r->package);

	if (rc != 0 || r->package == NULL)
		return rc;
	r->profiles = profiles_of(c->number);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(files); i++)
		rc = hide(r, files[i]);
	if (rc == 0)
		rc = hide_store(r, s->store_file);
	if (rc == 0)
		rc = hide_in(r, getenv("HOME"), UNIT_ENVIRONMENT);
	if (rc == 0)
		rc = hide_codex_home(r, users_home);
	return rc != 0 ? rc : add_other_homes(r);
}

static const char *
seen(const struct settings *s, const struct codex *c)
{
	if (s->exec_read == EXEC_READ_DISK ||
	    c->reads.profiles == EXEC_PROFILES_NONE)
		return "the whole disk";
	if (c->reads.profiles == EXEC_PROFILES_ALLOW)
		return "its working directory and the system, and pictures "
		       "anywhere";
	return "its working directory and the system";
}

bool
codex_reads_describe(const struct settings *s, const struct codex *c,
    char out[CODEX_READS_TEXT_MAX])
{
	char *cwd = realpath(s->default_cwd, NULL);
	const char *open = exec_reads_exposed(
	    &c->reads, s->exec_read, cwd != NULL ? cwd : s->default_cwd);
	bool hides = c->reads.profiles == EXEC_PROFILES_DENY;
	const char *remedy = hides
	    ? ""
	    : "; update Codex: npm install -g @openai/codex";

	if (open != NULL)
		snprintf(out, CODEX_READS_TEXT_MAX,
		    "the agent of exec can read %s, %.400s too: this Codex "
		    "cannot be told to hide it%s",
		    seen(s, c), open, remedy);
	else
		snprintf(out, CODEX_READS_TEXT_MAX,
		    "the agent of exec can read %s%s%s", seen(s, c),
		    hides ? ", but no keys and no login" : "", remedy);
	free(cwd);
	return open == NULL && hides;
}
