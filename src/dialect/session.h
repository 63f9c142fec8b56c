/*
 * session.h - the headers by which agents name the conversation that a request
 * is of, whatever dialect they speak. Pure; any thread.
 *
 * Seen: x-claude-code-session-id, and -agent-id in what its subagents ask
 * (Claude Code); thread-id and session-id (Codex); session_id (pi);
 * x-session-affinity (opencode). x-client-request-id is not among them: some
 * send one for each conversation, others one for each request.
 */
#ifndef DIALECT_SESSION_H
#define DIALECT_SESSION_H

#include "conversation/generation.h"

enum {
	/* Bytes; one that is longer is passed over. */
	SESSION_NAME_MAX = 512
};

/* A header's value, which need not end in NUL; NULL: it is not there. */
typedef const char *
session_header(const void *arg, const char *name, size_t *ret_len);

/*
 * Sets `conversation` of `g` and of all beside it to the name in the headers,
 * as a copy in the arena; where they have none, what the body said stays. To be
 * called once, after the reader and before anybody else reads `g`. `header` is
 * called with `arg`. Errors: -ENOMEM.
 */
MUST_CHECK int
session_read(struct generation *g, session_header *header, const void *arg);

#endif
