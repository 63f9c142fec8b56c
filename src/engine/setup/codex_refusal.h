/*
 * codex_refusal.h - whether Codex takes the configuration that the operator
 * gives it. exec would only find out with its first request. The setup thread,
 * or main where there is none.
 */
#ifndef ENGINE_SETUP_CODEX_REFUSAL_H
#define ENGINE_SETUP_CODEX_REFUSAL_H

#include "engine/setup/codex.h"
#include "settings/settings.h"

enum {
	CODEX_REFUSAL_MAX = 512
};

/*
 * Runs Codex, for at most some seconds; `abort_fd` (or -1) becoming readable
 * ends it. True, with Codex's own words, when it refuses --codex-config;
 * false, too, when that cannot be found out.
 */
bool codex_refusal(const struct settings *s, const struct codex *c,
    int abort_fd, char ret_why[CODEX_REFUSAL_MAX]);

#endif
