/*
 * engine_exec.h - the engine that starts one `codex exec` a request.
 */
#ifndef ENGINE_EXEC_ENGINE_EXEC_H
#define ENGINE_EXEC_ENGINE_EXEC_H

#include "settings/settings.h"
#include "engine/engine.h"

/*
 * Makes the engine and begins to prepare Codex in the background. On success
 * *ret_engine belongs to the caller, or to the dispatch that it is given to.
 * Errors: -errno.
 */
MUST_CHECK int engine_exec_new(
    const struct settings *s, struct stats *stats, struct engine **ret_engine);

#endif
