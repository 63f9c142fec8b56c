/*
 * rpc_requests.h - what is said to `codex app-server`: one line of JSON-RPC a
 * function (without the "jsonrpc" member, as Codex has it), appended to `out`.
 *
 * `id` is ours to choose; the answer carries it. Thread and turn ids are
 * Codex's. Measured on 0.154.0 to 0.169.0 (doc/codex.md); the protocol of an
 * installed version is printed by `codex app-server generate-json-schema
 * --experimental --out DIR`. Pure; errors are those of buf, and `out` then
 * holds what it held.
 */
#ifndef RPC_RPC_REQUESTS_H
#define RPC_RPC_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "conversation/generation.h"
#include "settings/settings.h"

/* How --instructions is carried out by this version of Codex. */
enum rpc_instructions {
	RPC_INSTRUCTIONS_CODEX, /* Codex's own prompt */
	RPC_INSTRUCTIONS_NONE, /* nothing at all */
	RPC_INSTRUCTIONS_BASE, /* our sentence, as base instructions */
	RPC_INSTRUCTIONS_MESSAGE /* our sentence, as the first message */
};

/*
 * Until 0.162 base instructions went upstream as `instructions`; since then
 * they are the first developer message, which a newer model without tools
 * gets twice (seen on gpt-6.1-sol, 0.169.0). A message that we put there
 * ourselves is the same request, and is never doubled.
 */
enum rpc_instructions
rpc_instructions_for(const struct settings *s, const unsigned version[3]);

MUST_CHECK int rpc_initialize(int64_t id, struct buf *out);
MUST_CHECK int rpc_initialized(struct buf *out);
/* Who is logged in, and what is left of the quota. */
MUST_CHECK int rpc_account_read(int64_t id, struct buf *out);
MUST_CHECK int rpc_rate_limits_read(int64_t id, struct buf *out);
/* What costs Codex nothing and is answered at once; to see whether it lives. */
MUST_CHECK int rpc_ping(int64_t id, struct buf *out);

struct rpc_thread {
	const char *cwd;
	const char *model; /* NULL: Codex's own */
	bool ephemeral;
	bool web_search; /* Codex's own may be had */
	enum rpc_instructions instructions;
	const struct generation *request; /* tools, verbosity */
};
/* The parameters alone: threads with the same ones do the same. */
MUST_CHECK int rpc_thread_params(const struct rpc_thread *t, struct buf *out);
MUST_CHECK int
rpc_thread_start(int64_t id, struct text params, struct buf *out);

/*
 * The whole conversation, and before and behind it what Codex has no other
 * place for: our sentence, long schemas and descriptions, the form that is
 * wished for. Never as the input of the turn, where Codex would look for
 * mentions ("$name" brings in a skill's text) and limit the length. For
 * `reasoning` see rpc_items_put.
 */
MUST_CHECK int
rpc_inject(int64_t id, const char *thread, enum rpc_instructions instructions,
    const struct generation *r, bool reasoning, struct buf *out);

/* Items of it from `from` on: a thread that was kept knows the others. */
MUST_CHECK int rpc_inject_news(int64_t id, const char *thread,
    const struct generation *r, size_t from, struct buf *out);

/* `effort`: one that the model knows, or NULL for its own. */
MUST_CHECK int rpc_turn_start(int64_t id, const char *thread,
    const char *effort, const struct generation *r, struct buf *out);
/* In a thread that has had one: what is not wished for any more is unsaid. */
MUST_CHECK int rpc_turn_go_on(int64_t id, const char *thread,
    const char *effort, const struct generation *r, struct buf *out);
MUST_CHECK int rpc_turn_interrupt(
    int64_t id, const char *thread, const char *turn, struct buf *out);
MUST_CHECK int rpc_archive(int64_t id, const char *thread, struct buf *out);
MUST_CHECK int rpc_unsubscribe(int64_t id, const char *thread, struct buf *out);

/*
 * What a call has given, a RESULT of texts, in answer to the request of this
 * id (as JSON) by which Codex has it carried out. It goes to the model as
 * rpc_items_put would have it.
 */
MUST_CHECK int
rpc_call_result(const char *id, const struct item *result, struct buf *out);

/*
 * Our answer to a request of Codex's with this id (as JSON text): approvals
 * are denied, anything else is an error; nothing is ever allowed.
 */
MUST_CHECK int rpc_deny(const char *id, const char *method, struct buf *out);

#endif
