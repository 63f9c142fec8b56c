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
#ifndef ENGINE_SETUP_CODEX_SETUP_H
#define ENGINE_SETUP_CODEX_SETUP_H

#include <stdbool.h>

#include "settings/settings.h"
#include "engine/setup/codex.h"
#include "engine/engine.h"

struct codex_setup;

/*
 * Starts the thread, which begins to prepare at once, for one of the two
 * engines. `minimum` is the oldest version that it can work with. Errors:
 * -errno.
 */
MUST_CHECK int
codex_setup_start(const struct settings *s, enum settings_engine engine,
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
    struct codex **ret_codex, struct error *ret_error);

/*
 * The same without waiting: -EAGAIN while it is being prepared; the hook then
 * tells when to ask again.
 */
MUST_CHECK int codex_setup_try(
    struct codex_setup *cs, struct codex **ret_codex, struct error *ret_error);

/*
 * Has `fn` called, on the setup's thread and without a lock, whenever a
 * preparation has ended. To be set once, before anybody asks.
 */
void
codex_setup_set_hook(struct codex_setup *cs, void (*fn)(void *arg), void *arg);

/*
 * Waits for the end of the first preparation; `on_step` as in engine.h. On
 * failure -EINVAL with `ret_error` set to CODEX_UNAVAILABLE or SHUTTING_DOWN.
 */
MUST_CHECK int codex_setup_wait(struct codex_setup *cs, engine_step_fn *on_step,
    void *arg, struct error *ret_error);

/*
 * A set of NOT_READY_ bits. Never blocks: it is what the thread has seen when
 * it looked last, and when that was over a second ago the thread is asked to
 * look again, for the next who asks. When something is missing it also
 * prepares again.
 */
unsigned codex_setup_readiness(struct codex_setup *cs);

/* A reference to the last good Codex, or NULL. Never blocks. */
struct codex *codex_setup_peek(struct codex_setup *cs);

/* Its version ("codex-cli 0.169.0"), or ""; at most `size` bytes. */
void codex_setup_version(struct codex_setup *cs, char *out, size_t size);

/* As the engine's op `unfit`. */
bool codex_setup_unfit(struct codex_setup *cs, char *out, size_t size);

/*
 * The models that it offers: a reference, or NULL. With `fresh` as they were
 * known at most ten minutes ago when somebody has asked so since; a fresh list
 * comes in the background.
 */
struct codex_models *codex_setup_models(struct codex_setup *cs, bool fresh);

#endif
