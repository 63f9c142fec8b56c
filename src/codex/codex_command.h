/*
 * codex_command.h - the command line and environment with which Codex runs.
 *
 * One module for both engines: what keeps things that the caller did not
 * send away from the model is said here and nowhere else. Prompts and keys
 * never stand in it: every local user can read a command line.
 *
 * Pure but for reading our own environment; any thread.
 * Errors: -ENOMEM, -E2BIG.
 */
#ifndef CODEX_CODEX_COMMAND_H
#define CODEX_CODEX_COMMAND_H

#include <stdbool.h>

#include "base/strv.h"
#include "codex/exec_reads.h"
#include "conversation/generation.h"
#include "settings/settings.h"

/* What one `codex exec` is started with besides the settings. */
struct codex_exec_spec {
	const char *binary;
	const char *catalog; /* file with the derived model catalog, or NULL */
	const char *cwd;
	const struct exec_reads *reads;
	const char *model; /* NULL: Codex's own */
	const char *schema; /* file for --output-schema, or NULL */
	const struct strv *images; /* files for -i */
	const char *effort; /* one that the model knows, or NULL */
	const struct generation *request; /* verbosity */
};

/* Appends the whole argv, argv[0] included. */
MUST_CHECK int codex_exec_argv(const struct settings *s,
    const struct codex_exec_spec *spec, struct strv *argv);

/*
 * Appends the argv of `codex app-server`; `catalog` as above. What a request
 * may choose is said to the child per thread and turn.
 */
MUST_CHECK int codex_app_server_argv(const struct settings *s,
    const char *binary, const char *catalog, struct strv *argv);

/*
 * Appends the environment of a child: `ours` without what is meant for this
 * program or its service manager, with the home and the proxies set.
 */
MUST_CHECK int codex_environment(const struct settings *s, char *const *ours,
    const char *codex_home, struct strv *env);

/* True when --codex-config picks a model provider other than Codex's own. */
bool codex_has_own_provider(const struct settings *s);

#endif
