/*
 * codex_probe.h - the steps by which codex_setup prepares a Codex: find it,
 * ask its version, make its home, have it read its configuration, look for a
 * login, derive the catalog.
 *
 * Runs Codex, so it takes up to a few seconds. The setup thread only.
 */
#ifndef ENGINE_SETUP_CODEX_PROBE_H
#define ENGINE_SETUP_CODEX_PROBE_H

#include "conversation/error.h"
#include "settings/settings.h"
#include "engine/setup/codex.h"
#include "engine/engine.h"

/* The oldest Codex that any engine can work with. */
extern const unsigned codex_oldest_version[3];

struct codex_probe_spec {
	const struct settings *settings;
	enum settings_engine engine; /* for which of the two */
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
MUST_CHECK int codex_probe(const struct codex_probe_spec *spec,
    struct codex **ret_codex, unsigned *ret_reason, struct error *ret_error);

/* By what Codex can reach its model. */
enum codex_login {
	CODEX_LOGIN_NONE,
	CODEX_LOGIN_PROVIDER, /* of the operator's own */
	CODEX_LOGIN_KEYRING, /* then `c` uses the user's own home */
	CODEX_LOGIN_FOUND /* a login file, or a key in the environment */
};

/* Quick. */
enum codex_login
codex_probe_login(const struct settings *s, const struct codex *c);

static inline bool
codex_probe_logged_in(const struct settings *s, const struct codex *c)
{
	return codex_probe_login(s, c) != CODEX_LOGIN_NONE;
}

#endif
