/*
 * calls.h - how fake_codex was called, for tests to look at.
 */
#ifndef FAKE_CALLS_H
#define FAKE_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Appends one JSON line to $FAKE_CODEX_DIR/calls.log, if that is set: pid,
 * pgid, argv, env {names, values of CODEX_HOME and RUST_LOG}, cwd, fds
 * (open ones), blocked and ignored (signal numbers), stdin_bytes.
 */
void calls_note(char **argv, size_t stdin_bytes);

/*
 * Appends a message of the JSON-RPC client, a JSON object with a member, to
 * $FAKE_CODEX_DIR/rpc.log, if that is set and FAKE_CODEX_LOG_RPC is 1, with
 * one more member in front: "pid".
 */
void calls_rpc(const char *line, size_t len);

/*
 * True the first time it is asked this `what` for this prompt, which a
 * marker file in $FAKE_CODEX_DIR remembers.
 */
bool calls_first(const char *what, const char *prompt, size_t len);

#endif
