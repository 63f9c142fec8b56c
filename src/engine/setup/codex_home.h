/*
 * codex_home.h - the isolated CODEX_HOME in which both engines run Codex.
 *
 * It is a directory of mode 0700 that holds what Codex makes there, the
 * derived model catalog, directories of running requests, and a symbolic
 * link to the user's auth.json: never a copy, since Codex rewrites the file
 * in place through the link when it refreshes the login (seen on 0.169.0).
 * Nothing else of the user's home is in it: no config, AGENTS.md or skills.
 *
 * A directory that we have made, or found empty, is ours: its config.toml is
 * emptied, and AGENTS.md, skills and rules are taken away, each time that it
 * is prepared. Of any other nothing is touched.
 *
 * Touches the file system. Any thread.
 */
#ifndef ENGINE_SETUP_CODEX_HOME_H
#define ENGINE_SETUP_CODEX_HOME_H

#include <stdbool.h>

#include "base/compiler.h"

/* The user's own home: $CODEX_HOME or ~/.codex. Owned by the caller. */
MUST_CHECK char *codex_home_users(void);

/* True when the user's home holds an auth.json. */
bool codex_home_has_login(const char *users_home);

/*
 * Makes the directory and the link and removes what proxies that are no
 * longer alive left behind. Errors: -errno; -EEXIST when something that is
 * no directory is in the way; -EPERM when others can enter a directory that is
 * not ours, whose mode we leave alone.
 */
MUST_CHECK int codex_home_prepare(const char *home, const char *users_home);

/*
 * Makes a private directory for one request's files. *ret_dir is owned by
 * the caller, who removes it with dir_remove.
 */
MUST_CHECK int codex_home_request_dir(const char *home, char **ret_dir);

#endif
