/*
 * command.h - what the commands share: their exit statuses, how they
 * complain, and where their settings come from. Main thread.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "settings/settings.h"

/* sysexits.h has 64 for this; Unix tools at large, and our contract, 2. */
enum {
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3
};

/* Prints one line to stderr; returns EXIT_FAILURE. */
int command_complain(const char *message);

/*
 * Settings from the configuration file, the environment, the options of `saved`
 * (NULL: none), which stand in the file `saved_in`, and `argv`, which holds
 * options only. On failure prints why and returns -ENOMEM or -EINVAL; there is
 * nothing to free then.
 */
MUST_CHECK int command_settings(struct settings *s, char *const *argv,
    const json_t *saved, const char *saved_in);

/*
 * The same with the options of the last start as their state file has them,
 * where there is one. One that is no use is named on stderr, and does not
 * hide what else is known.
 */
MUST_CHECK int command_last_settings(struct settings *s, char *const *argv);

#endif
