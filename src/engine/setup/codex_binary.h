/*
 * codex_binary.h - finds the Codex executable and what it really is.
 *
 * The npm package installs a Node script as `codex`, which starts a native
 * binary: one more process, and about 110 ms a start. When --codex-bin leads
 * to that script, the native binary is found and run directly with the
 * environment that the script would have given it (seen in the launchers of
 * 0.122.0 to 0.169.0).
 *
 * Touches the file system; starts nothing. Any thread.
 */
#ifndef ENGINE_SETUP_CODEX_BINARY_H
#define ENGINE_SETUP_CODEX_BINARY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/strv.h"

struct codex_binary {
	char *path; /* absolute; what is run */
	char *launcher; /* the npm script it stands behind, or NULL */
	struct strv env; /* NAME=VALUE that the launcher would set */
	char *path_dir; /* directory it would put before PATH, or NULL */
	struct stat seen; /* of `path` when it was found */
};

/*
 * Finds `name`: with a slash a path, otherwise looked up in PATH.
 * Errors: -ENOENT, -EACCES not executable, -ENOMEM.
 */
MUST_CHECK int
codex_binary_find(const char *name, struct codex_binary *ret_binary);
void codex_binary_free(struct codex_binary *b);

/* True when the file is no longer the one that was found. */
bool codex_binary_changed(const struct codex_binary *b);

/* Applies env and path_dir to a child's environment. */
MUST_CHECK int
codex_binary_environment(const struct codex_binary *b, struct strv *env);

#endif
