/*
 * codex_reads.h - finds out what the agent of `codex exec` must not read, and
 * where Codex's own files are, which its sandbox must.
 *
 * Touches the file system and the user database; starts nothing. Any thread.
 */
#ifndef ENGINE_SETUP_CODEX_READS_H
#define ENGINE_SETUP_CODEX_READS_H

#include "engine/setup/codex.h"
#include "settings/settings.h"

/*
 * Fills in c->reads, for the binary and the version that `c` has: hidden are
 * the files of keys, the TLS key, the state file, the log, the isolated home,
 * and of the user's own Codex home (`users_home`) the login and all else;
 * homes are those of other users. Errors: -ENOMEM, -E2BIG.
 */
MUST_CHECK int codex_reads_collect(
    const struct settings *s, const char *users_home, struct codex *c);

enum {
	CODEX_READS_TEXT_MAX = 1024
};

/*
 * One sentence on what the agent may read, for people. True when it is no
 * more than was asked for.
 */
bool codex_reads_describe(const struct settings *s, const struct codex *c,
    char out[CODEX_READS_TEXT_MAX]);

#endif
