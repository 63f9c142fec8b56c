/*
 * codex_probe.h - the steps by which codex_setup prepares a Codex: find it,
 * ask its version, make its home, look for a login, derive the catalog.
 *
 * Runs Codex, so it takes up to a few seconds. The setup thread only.
 */
#ifndef ENGINE_CODEX_PROBE_H
#define ENGINE_CODEX_PROBE_H

#include "core/api_error.h"
#include "core/settings.h"
#include "engine/codex.h"
#include "engine/engine.h"

struct codex_probe_spec {
	const struct settings *settings;
	const unsigned *minimum; /* oldest version that does, 3 numbers */
	int abort_fd; /* becoming readable it ends the probe early; or -1 */
	engine_step_fn *on_step; /* before what takes time; or NULL */
	void *arg;
};

/*
 * On success *ret_codex is one reference. On failure -EINVAL, with
 * CODEX_UNAVAILABLE in `ret_error` and a NOT_READY_ bit (engine.h) in
 * *ret_reason.
 */
MUST_CHECK int
codex_probe(const struct codex_probe_spec *spec, struct codex **ret_codex,
    unsigned *ret_reason, struct api_error *ret_error);

/*
 * True when Codex can reach its model: a login file, a key in the
 * environment, a provider of the operator's own, or (then `c` uses the
 * user's own home) a login in the keyring. Quick.
 */
bool codex_probe_logged_in(const struct settings *s, const struct codex *c);

#endif
