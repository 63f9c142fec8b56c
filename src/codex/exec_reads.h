/*
 * exec_reads.h - what the agent of `codex exec` may read, and how Codex is
 * told: by a permission profile of Codex's own, on the command line.
 *
 * Under --exec-read cwd the agent's commands see their working directory, the
 * files of Codex itself and what Codex calls a minimal system; under disk the
 * whole of it. In neither do they see what is hidden: the proxy's keys and
 * state, Codex's homes with the login, the homes of others. Writing and the
 * network are refused in any case. Measured in doc/codex.md.
 *
 * Life cycle: exec_reads_init, the fields and exec_reads_hide, then only
 * reading; exec_reads_free. Pure; any thread once it is filled in.
 * Errors: -ENOMEM, -E2BIG.
 */
#ifndef CODEX_EXEC_READS_H
#define CODEX_EXEC_READS_H

#include <stdbool.h>

#include "base/strv.h"
#include "settings/settings.h"

/* What a Codex makes of permission profiles when it runs `exec`. */
enum exec_profiles {
	EXEC_PROFILES_NONE, /* nothing runs in one: --sandbox read-only */
	EXEC_PROFILES_ALLOW, /* only what a profile allows can be read, but
	                        what it denies is not denied (0.122.0) */
	EXEC_PROFILES_DENY /* what it denies is denied, too (0.154.0) */
};

/* The first version of Codex of which EXEC_PROFILES_DENY was seen. */
#define EXEC_PROFILES_DENY_FROM \
	{ \
		0, 154, 0 \
	}

struct exec_reads {
	enum exec_profiles profiles;
	char *package; /* Codex's own directory, or its program alone; owned */
	struct strv hidden; /* files and directories that nobody may read */
	struct strv homes; /* directories likewise, unless the cwd is in one */
};

void exec_reads_init(struct exec_reads *r);
void exec_reads_free(struct exec_reads *r);

/* Adds an absolute path to hidden, once. */
MUST_CHECK int exec_reads_hide(struct exec_reads *r, const char *path);

/*
 * Whether a profile is used: not where Codex makes nothing of it, or under
 * disk could deny nothing; then --sandbox read-only is, under which the whole
 * disk can be read.
 */
bool exec_reads_uses_profile(const struct exec_reads *r, int what);

/* Appends to argv what makes Codex obey: `what` is --exec-read's value. */
MUST_CHECK int exec_reads_argv(
    const struct exec_reads *r, int what, const char *cwd, struct strv *argv);

/*
 * The first hidden path that an agent in `cwd` could read all the same, since
 * no rule of this Codex's can deny it; NULL: none. Borrowed. Resolved paths.
 */
const char *
exec_reads_exposed(const struct exec_reads *r, int what, const char *cwd);

/*
 * False when no agent may work in `cwd` (resolved): it lies in a hidden
 * directory, or what cannot be denied lies below it. Under disk, and without
 * profiles, the directory makes no difference.
 */
bool
exec_reads_may_be_in(const struct exec_reads *r, int what, const char *cwd);

/* True when `path` is `dir` or lies below it. Both are resolved. */
bool exec_reads_is_below(const char *path, const char *dir);

#endif
