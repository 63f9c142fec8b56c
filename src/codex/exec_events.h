/*
 * exec_events.h - reads the JSON lines of `codex exec --json`. Pure.
 *
 * Seen on codex-cli 0.122.0 to 0.169.0: thread.started, turn.started,
 * item.started, item.updated, item.completed (agent_message, reasoning,
 * command_execution, error = a warning, ...), turn.completed {usage},
 * turn.failed {error.message}, error {message} ("Reconnecting... 1/5" is not
 * final; only turn.failed is).
 */
#ifndef CODEX_EXEC_EVENTS_H
#define CODEX_EXEC_EVENTS_H

#include "json/jsonx.h"
#include "conversation/usage.h"

enum exec_event_kind {
	EXEC_OTHER, /* nothing to do, known or not */
	EXEC_MESSAGE, /* text: a whole agent message */
	EXEC_REASONING, /* text: a whole reasoning summary */
	EXEC_WARNING, /* text: an item of type error */
	EXEC_ERROR, /* text: an error line; final only if the end comes */
	EXEC_COMPLETED, /* usage */
	EXEC_FAILED /* text: why */
};

struct exec_event {
	enum exec_event_kind kind;
	struct text text; /* borrowed from `root` */
	struct usage usage;
	json_t *root; /* owned */
};

/*
 * Parses one line. -EINVAL when it is not a JSON object with a string
 * "type" (the caller counts and skips it), -ENOMEM.
 */
MUST_CHECK int
exec_event_parse(const char *line, size_t len, struct exec_event *ret_event);
void exec_event_free(struct exec_event *e);

#endif
