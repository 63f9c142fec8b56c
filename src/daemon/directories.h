/*
 * directories.h - the directories that must be there before the server can
 * start.
 */
#ifndef DAEMON_DIRECTORIES_H
#define DAEMON_DIRECTORIES_H

#include "settings/settings.h"

enum {
	DIRECTORIES_ERROR_MAX = 512
};

/*
 * Makes the default working directory and those of pid, log and state file
 * where they are below ~/.codex-api-proxy, and checks those that the operator
 * has chosen. Errors: -errno, with one line in `ret_error`.
 */
MUST_CHECK int directories_prepare(
    const struct settings *s, char ret_error[DIRECTORIES_ERROR_MAX]);

#endif
