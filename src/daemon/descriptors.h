/*
 * descriptors.h - how many descriptors the server may have open, and what it
 * was left with by whoever started it. Main thread, before any others.
 */
#ifndef DAEMON_DESCRIPTORS_H
#define DAEMON_DESCRIPTORS_H

#include <stddef.h>

#include "settings/settings.h"

/* What a careless parent left open is not for Codex to get. */
void descriptors_keep_ours(void);

/* As many as are allowed: each connection is one, and each Codex a handful. */
void descriptors_raise_limit(void);

/*
 * How many connections may be held: --max-connections, or fewer where the
 * limit of open files leaves no room for as many besides what the server and
 * Codex need. To be called when the server has nearly all that it keeps open.
 */
size_t descriptors_for_connections(const struct settings *s);

#endif
