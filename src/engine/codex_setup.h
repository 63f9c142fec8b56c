/*
 * codex_setup.h - everything that must be known of Codex before it can be
 * run: where it is, its version, its home, its login, its model catalog.
 *
 * A thread of its own prepares this at start, again when the executable has
 * changed (an upgrade while the server runs), and again when it failed and
 * somebody asks. The result is an immutable, counted `struct codex`.
 *
 * Lock: one mutex; nothing is called while it is held.
 */
#ifndef ENGINE_CODEX_SETUP_H
#define ENGINE_CODEX_SETUP_H

#include <stdbool.h>

#include "core/settings.h"
#include "engine/codex.h"
#include "engine/engine.h"

struct codex_setup;

/*
 * Starts the thread, which begins to prepare at once. `minimum` is the oldest
 * version that the engine can work with. Errors: -errno.
 */
MUST_CHECK int codex_setup_start(const struct settings *s,
    const unsigned minimum[3], struct codex_setup **ret_setup);
void codex_setup_stop(struct codex_setup *cs);

/*
 * Ends all waiting below with an error and every preparation under way; there
 * will be no other. Any thread; may be repeated.
 */
void codex_setup_abort(struct codex_setup *cs);

/*
 * Engine threads: a reference to the current Codex. Waits while it is being
 * prepared, until `deadline` at the latest. On failure -EINVAL with
 * `ret_error` set: CODEX_UNAVAILABLE, TIMEOUT or SHUTTING_DOWN.
 */
MUST_CHECK int codex_setup_get(struct codex_setup *cs, int64_t deadline,
    struct codex **ret_codex, struct api_error *ret_error);

/*
 * Waits for the end of the first preparation; `on_step` as in engine.h. On
 * failure -EINVAL with `ret_error` set to CODEX_UNAVAILABLE or SHUTTING_DOWN.
 */
MUST_CHECK int codex_setup_wait(struct codex_setup *cs, engine_step_fn *on_step,
    void *arg, struct api_error *ret_error);

/*
 * A set of NOT_READY_ bits. Never blocks. When something is missing, asks
 * the thread to look again, at most once a second.
 */
unsigned codex_setup_readiness(struct codex_setup *cs);

/* A reference to the last good Codex, or NULL. Never blocks. */
struct codex *codex_setup_peek(struct codex_setup *cs);

#endif
