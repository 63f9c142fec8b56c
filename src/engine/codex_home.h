/*
 * codex_home.h - the isolated CODEX_HOME in which both engines run Codex.
 *
 * It is a directory of mode 0700 that holds what Codex makes there, the
 * derived model catalog, directories of running requests, and a symbolic
 * link to the user's auth.json: never a copy, since Codex rewrites the file
 * in place through the link when it refreshes the login (seen on 0.169.0).
 * Nothing else of the user's home is in it: no config, AGENTS.md or skills.
 *
 * Touches the file system. Any thread.
 */
#ifndef ENGINE_CODEX_HOME_H
#define ENGINE_CODEX_HOME_H

#include <stdbool.h>

#include "base/compiler.h"

/* The user's own home: $CODEX_HOME or ~/.codex. Owned by the caller. */
MUST_CHECK char *codex_home_users(void);

/* True when the user's home holds an auth.json. */
bool codex_home_has_login(const char *users_home);

/*
 * Makes the directory and the link and removes what proxies that are no
 * longer alive left behind. Errors: -errno; -EEXIST when something that is
 * no directory is in the way.
 */
MUST_CHECK int codex_home_prepare(const char *home, const char *users_home);

/*
 * Makes a private directory for one request's files. *ret_dir is owned by
 * the caller, who removes it with dir_remove.
 */
MUST_CHECK int codex_home_request_dir(const char *home, char **ret_dir);

#endif
