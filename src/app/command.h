/*
 * command.h - what the commands share: their exit statuses, how they
 * complain, and where their settings come from. Main thread.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/state_file.h"
#include "core/settings.h"

/* sysexits.h has 64 for this; Unix tools at large, and our contract, 2. */
enum {
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3
};

/* Prints one line to stderr; returns EXIT_FAILURE. */
int command_complain(const char *message);

/*
 * Settings from the environment, the options of `saved` (NULL: none) and
 * `argv`, which holds options only. On failure prints why and returns
 * -ENOMEM or -EINVAL; there is nothing to free then.
 */
MUST_CHECK int command_settings(
    struct settings *s, char *const *argv, const struct state_file *saved);

#endif
