/*
 * app_probe.h - does `codex app-server` start and shake hands here? For
 * doctor.
 */
#ifndef ENGINE_POOL_APP_PROBE_H
#define ENGINE_POOL_APP_PROBE_H

#include "engine/pool/app_session.h"

/*
 * Starts one, waits for its handshake (app_bounds.handshake), and ends it.
 * -EINVAL with the reason in `why`; else *ret_ms is how long it took. Any
 * thread, which it blocks.
 */
MUST_CHECK int app_probe(const struct settings *s, struct codex *codex,
    int64_t *ret_ms, char why[APP_WHY_MAX]);

#endif
