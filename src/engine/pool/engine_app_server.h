/*
 * engine_app_server.h - the engine that keeps `codex app-server` children and
 * runs each job as a turn in one of them.
 */
#ifndef ENGINE_POOL_ENGINE_APP_SERVER_H
#define ENGINE_POOL_ENGINE_APP_SERVER_H

#include "settings/settings.h"
#include "engine/engine.h"

/* Since then it does all that we rely on (doc/codex.md, Versions). */
extern const unsigned engine_app_server_minimum_version[3];

/* Makes it and begins to prepare Codex. Errors: -errno. */
MUST_CHECK int engine_app_server_new(
    const struct settings *s, struct stats *stats, struct engine **ret_engine);

#endif
