/*
 * rehearsal.h - whether a start would go well, as far as that can be seen
 * without one: a restart that could not start would end a server for nothing.
 * Main thread.
 */
#ifndef DAEMON_REHEARSAL_H
#define DAEMON_REHEARSAL_H

#include "settings/settings.h"

enum {
	REHEARSAL_ERROR_MAX = 512
};

/*
 * Looks at directories, state file, keys, certificate and store, and, with
 * `ports`, whether the TCP ports are free; nothing of it stays open. Errors:
 * -errno, with one line in `ret_error`, as a start would say it.
 */
MUST_CHECK int rehearsal_run(
    const struct settings *s, bool ports, char ret_error[REHEARSAL_ERROR_MAX]);

/*
 * The same of the store's file alone, which is set: also -EUCLEAN where a
 * damaged one lies beside it, which a start has set aside.
 */
MUST_CHECK int
rehearsal_store(const struct settings *s, char ret_error[REHEARSAL_ERROR_MAX]);

#endif
