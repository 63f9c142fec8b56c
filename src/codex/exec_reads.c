#include "codex/exec_reads.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "json/jsonw.h"

/* What ":minimal" has of a system (seen in the sandbox's mounts). */
static const char *const minimal[] = { "/bin", "/etc", "/lib", "/lib64", "/nix",
	"/sbin", "/usr" };

void
exec_reads_init(struct exec_reads *r)
{
	r->profiles = EXEC_PROFILES_NONE;
	r->package = NULL;
	strv_init(&r->hidden);
	strv_init(&r->homes);
}

void
exec_reads_free(struct exec_reads *r)
{
	free(r->package);
	strv_free(&r->hidden);
	strv_free(&r->homes);
	exec_reads_init(r);
}

bool
exec_reads_is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (strncmp(path, dir, n) != 0)
		return false;
	return path[n] == '\0' || path[n] == '/' ||
	    (n > 0 && dir[n - 1] == '/');
}

static bool
has(const struct strv *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i], path) == 0)
			return true;
	}
	return false;
}

int
exec_reads_hide(struct exec_reads *r, const char *path)
{
	return has(&r->hidden, path) ? 0 : strv_add(&r->hidden, path);
}

/*
 * Whether a rule can name it. Codex takes *, ? and brackets for patterns,
 * which it applies to files alone; a path with a line feed it does not find
 * (seen on 0.169.0). What is no UTF-8 it cannot be given.
 */
static bool
is_nameable(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		if (c < 0x20 || c == 0x7f || strchr("*?[]", c) != NULL)
			return false;
	}
	return utf8_valid_prefix(path, len) == len;
}

static bool
can_deny(const struct exec_reads *r, const char *path)
{
	return r->profiles == EXEC_PROFILES_DENY && is_nameable(path);
}

/* A rule below one that denies all would only be in its way. */
static bool
is_covered(const struct exec_reads *r, const char *path)
{
	for (size_t i = 0; i < r->hidden.n; i++) {
		const char *other = r->hidden.v[i];

		if (other != path && can_deny(r, other) &&
		    exec_reads_is_below(path, other))
			return true;
	}
	return false;
}

/* ,"PATH"="deny": a JSON string is a TOML basic string, too. */
static void
put_rule(struct jsonw *w, const char *path, const char *access)
{
	jsonw_puts(w, ",");
	jsonw_str(w, NULL, path);
	jsonw_puts(w, "=");
	jsonw_str(w, NULL, access);
}

/* Under --exec-read cwd a home matters only where it lies below the cwd. */
static bool
home_counts(const char *home, int what, const char *cwd)
{
	if (exec_reads_is_below(cwd, home))
		return false;
	return what == EXEC_READ_DISK || exec_reads_is_below(home, cwd);
}

/* The homes for which there is a rule; a rule below one is left out. */
static int
denied_homes(const struct exec_reads *r, int what, const char *cwd,
    struct strv *ret_homes)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->homes.n; i++) {
		const char *home = r->homes.v[i];

		if (home_counts(home, what, cwd) && can_deny(r, home) &&
		    !is_covered(r, home))
			rc = strv_add(ret_homes, home);
	}
	return rc;
}

static bool
is_in_one(const char *path, const struct strv *dirs)
{
	for (size_t i = 0; i < dirs->n; i++) {
		if (exec_reads_is_below(path, dirs->v[i]))
			return true;
	}
	return false;
}

static void
put_denied(
    const struct exec_reads *r, int what, const char *cwd, struct jsonw *w)
{
	struct strv homes;

	strv_init(&homes);
	jsonw_fail(w, denied_homes(r, what, cwd, &homes));
	for (size_t i = 0; i < homes.n; i++)
		put_rule(w, homes.v[i], "deny");
	for (size_t i = 0; i < r->hidden.n; i++) {
		const char *path = r->hidden.v[i];

		if (can_deny(r, path) && !is_covered(r, path) &&
		    !is_in_one(path, &homes))
			put_rule(w, path, "deny");
	}
	strv_free(&homes);
}

/* 0.122.0 knows the cwd by another name, and warns of one it does not know. */
static const char *
allowed(const struct exec_reads *r, int what)
{
	if (what == EXEC_READ_DISK)
		return "\":root\"=\"read\"";
	if (r->profiles == EXEC_PROFILES_ALLOW)
		return "\":minimal\"=\"read\",\":project_roots\"={\".\"="
		       "\"read\"}";
	return "\":minimal\"=\"read\",\":workspace_roots\"={\".\"=\"read\"}";
}

static int
write_profile(
    const struct exec_reads *r, int what, const char *cwd, struct buf *b)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_puts(&w, "permissions={proxy={filesystem={");
	jsonw_puts(&w, allowed(r, what));
	if (what != EXEC_READ_DISK && r->package != NULL)
		put_rule(&w, r->package, "read");
	put_denied(r, what, cwd, &w);
	jsonw_puts(&w, "}}}");
	return jsonw_end(&w);
}

bool
exec_reads_uses_profile(const struct exec_reads *r, int what)
{
	if (what == EXEC_READ_DISK)
		return r->profiles == EXEC_PROFILES_DENY;
	return r->profiles != EXEC_PROFILES_NONE;
}

int
exec_reads_argv(
    const struct exec_reads *r, int what, const char *cwd, struct strv *argv)
{
	struct buf b;
	int rc;

	if (!exec_reads_uses_profile(r, what))
		return strv_add_all(argv, "--sandbox", "read-only", NULL);
	buf_init(&b, LIMIT_EXEC_PROFILE);
	rc = write_profile(r, what, cwd, &b);
	if (rc == 0)
		rc = strv_add_all(argv, "-c", "default_permissions=\"proxy\"",
		    "-c", b.data, NULL);
	buf_free(&b);
	return rc;
}

/* Whether the agent's commands see this part of the disk at all. */
static bool
in_sight(
    const struct exec_reads *r, int what, const char *cwd, const char *path)
{
	if (what == EXEC_READ_DISK || r->profiles == EXEC_PROFILES_NONE ||
	    exec_reads_is_below(path, cwd) ||
	    (r->package != NULL && exec_reads_is_below(path, r->package)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(minimal); i++) {
		if (exec_reads_is_below(path, minimal[i]))
			return true;
	}
	return false;
}

const char *
exec_reads_exposed(const struct exec_reads *r, int what, const char *cwd)
{
	for (size_t i = 0; i < r->hidden.n; i++) {
		const char *path = r->hidden.v[i];

		if (!can_deny(r, path) && in_sight(r, what, cwd, path))
			return path;
	}
	for (size_t i = 0; i < r->homes.n; i++) {
		const char *home = r->homes.v[i];

		if (home_counts(home, what, cwd) && !can_deny(r, home))
			return home;
	}
	return NULL;
}

bool
exec_reads_may_be_in(const struct exec_reads *r, int what, const char *cwd)
{
	if (!exec_reads_uses_profile(r, what))
		return true;
	for (size_t i = 0; i < r->hidden.n; i++) {
		const char *path = r->hidden.v[i];

		if (exec_reads_is_below(cwd, path))
			return false;
		if (what != EXEC_READ_DISK && !can_deny(r, path) &&
		    exec_reads_is_below(path, cwd))
			return false;
	}
	for (size_t i = 0; what != EXEC_READ_DISK && i < r->homes.n; i++) {
		const char *home = r->homes.v[i];

		if (home_counts(home, what, cwd) && !can_deny(r, home))
			return false;
	}
	return true;
}
