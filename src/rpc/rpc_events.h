/*
 * rpc_events.h - what `codex app-server` says, one line an event. Pure.
 *
 * A line is an answer to a request of ours, a request of Codex's, or a
 * notification; the notifications that matter are told apart here, with
 * their members. What stands in a line rpc_line knows; what it means is said
 * here.
 *
 * Source: the protocol as `codex app-server generate-json-schema
 * --experimental` prints it, 0.154.0 and 0.169.0.
 */
#ifndef RPC_RPC_EVENTS_H
#define RPC_RPC_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json_scan.h"
#include "conversation/usage.h"

enum {
	RPC_ID_MAX = 80 /* with the NUL; Codex's own have 36 */
};

enum rpc_event_kind {
	RPC_OTHER, /* nothing that we need to know */
	RPC_ANSWER, /* id; error, or what the result has of the others */
	RPC_REQUEST, /* request_id, method, call_id; wants an answer */
	RPC_TURN_STARTED, /* turn */
	RPC_MESSAGE_STARTED, /* item, phase */
	RPC_MESSAGE_DELTA, /* item, text */
	RPC_MESSAGE_COMPLETED, /* item, phase, text: all of it */
	RPC_REASONING_PART, /* item; a paragraph begins */
	RPC_REASONING_DELTA, /* item, text */
	RPC_REASONING_COMPLETED, /* item, text: encrypted, or nothing */
	RPC_COMPACTION, /* Codex begins to summarise the history */
	RPC_IMAGE_OMITTED, /* omitted: sentences in an image's place */
	RPC_TOOL_CALL, /* item, call_id, name, space, text: arguments */
	RPC_TOOL_OUTPUT, /* the history has what a call has brought */
	RPC_FILTERED, /* a filter has cut the response; Codex asks again */
	RPC_RESPONSE_COMPLETED, /* usage: the model's response is whole */
	RPC_USAGE, /* usage of the last response */
	RPC_BROKE_OFF, /* of no line: the response did, app_held.h */
	RPC_ERROR, /* error, will_retry */
	RPC_TURN_COMPLETED, /* turn, status, error */
	RPC_RATE_LIMITS, /* limits */
	RPC_WARNING, /* text */
	RPC_TOO_LONG /* thread, or id if it was an answer; or neither */
};

enum rpc_turn_status {
	RPC_TURN_FAILED,
	RPC_TURN_DONE,
	RPC_TURN_INTERRUPTED
};

struct rpc_event {
	enum rpc_event_kind kind;
	int64_t id; /* RPC_ANSWER, RPC_TOO_LONG; else 0 */
	json_t *error; /* as Codex gave it, or NULL; borrowed */
	const json_t *request_id; /* RPC_REQUEST; borrowed */
	const char *method; /* RPC_REQUEST; else "" */
	/* Empty when absent, not NUL-terminated. In an answer the ids of the
	 * thread or turn that was made. */
	struct text thread, turn, item, call_id, name, space, text;
	bool final_phase; /* the text is the answer, not commentary */
	bool will_retry;
	enum rpc_turn_status status;
	bool has_usage;
	struct usage usage;
	json_t *limits; /* or NULL; borrowed */
	bool login_needed, logged_in; /* the answer to account/read */
	size_t omitted; /* RPC_IMAGE_OMITTED */

	/* private */
	struct json_string written; /* the text as it stands in the line */
	char *unescaped;
	json_t *root;
};

/*
 * Reads one line of `len` bytes. What the event holds is good as long as line
 * and event are; rpc_event_free in any case of success.
 * Errors: -EINVAL what is no JSON object or neither answer, request nor
 * notification; -ENOMEM.
 */
MUST_CHECK int
rpc_event_parse(const char *line, size_t len, struct rpc_event *ret_event);
void rpc_event_free(struct rpc_event *e);

/*
 * What can be said of a line of which only the ends were kept: RPC_TOO_LONG.
 * It holds nothing that is to be freed, and is good as long as the ends are.
 */
void rpc_event_of_ends(
    struct text head, struct text tail, struct rpc_event *ret_event);

/* Keeps an id; one that is too long to be kept is "". */
void rpc_event_keep_id(struct text id, char ret_id[RPC_ID_MAX]);

#endif
