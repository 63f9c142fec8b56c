/*
 * rpc_line.h - the members of a line of `codex app-server` that are of use,
 * by name, whatever the line is about. Pure.
 *
 * One table in rpc_line.c names them; two readers fill them in. The scan
 * reads the line where it stands, which is what nearly all lines allow. The
 * tree reads those that have a JSON value to be kept (an error, rate limits,
 * a request's id, what the model is sent), and those of which the scan is not
 * sure; it also decides what is no JSON. What both read they read the same.
 *
 * A member is absent (s == NULL, 0, false) when it is not there, null, or of
 * another type.
 */
#ifndef RPC_RPC_LINE_H
#define RPC_RPC_LINE_H

#include "json/json_scan.h"

enum rpc_found {
	RPC_ABSENT,
	RPC_VALUE, /* be it null */
	RPC_OBJECT
};

struct rpc_line_id {
	const json_t *json; /* any value; by the tree only */
	bool is_int;
	int64_t n;
};

struct rpc_line_turn {
	enum rpc_found found;
	struct text id, status;
	json_t *error;
};

struct rpc_line_item {
	enum rpc_found found;
	struct text type, id, phase;
	struct json_string text;
	/* of a function_call */
	struct text call_id, name, space;
	struct json_string arguments;
	struct json_string sealed; /* of reasoning */
	/* of what is sent to the model */
	json_t *content, *output;
};

struct rpc_line_tokens {
	enum rpc_found found;
	int64_t input, cached_input, cache_write_input, output,
	    reasoning_output;
};

struct rpc_line_token_usage {
	enum rpc_found found;
	struct rpc_line_tokens last;
};

struct rpc_line_thread {
	enum rpc_found found;
	struct text id;
};

struct rpc_line_account {
	enum rpc_found found;
};

struct rpc_line_params {
	enum rpc_found found;
	struct text thread_id, turn_id, item_id, call_id;
	struct json_string delta, summary, message;
	struct rpc_line_turn turn;
	struct rpc_line_item item;
	struct rpc_line_tokens usage;
	struct rpc_line_token_usage token_usage;
	bool will_retry;
	json_t *error, *rate_limits;
};

struct rpc_line_result {
	enum rpc_found found;
	struct rpc_line_thread thread;
	struct rpc_line_turn turn;
	struct rpc_line_account account;
	bool requires_openai_auth;
	json_t *rate_limits;
};

struct rpc_line {
	struct text method; /* NUL-terminated when by the tree */
	struct rpc_line_id id;
	struct rpc_line_params params;
	struct rpc_line_result result;
	json_t *error;

	json_t *root; /* private; owns all json_t */
};

/*
 * Reads `len` bytes; what the line holds is good as long as both are.
 * rpc_line_free in case of success.
 * Errors: -EINVAL no JSON object, -ENOMEM.
 */
MUST_CHECK int
rpc_line_read(const char *bytes, size_t len, struct rpc_line *ret_line);
void rpc_line_free(struct rpc_line *line);

/*
 * Reads the beginning of a line: the members that stand whole in it, before
 * any that the tree would be needed for. Nothing to be freed.
 */
void
rpc_line_read_head(const char *bytes, size_t len, struct rpc_line *ret_line);

/* ---- its two ways, for tests ---- */

/* False: left to the tree; *ret_line is undefined. Nothing to be freed. */
bool rpc_line_scan(const char *bytes, size_t len, struct rpc_line *ret_line);
/* As rpc_line_read. */
MUST_CHECK int
rpc_line_read_tree(const char *bytes, size_t len, struct rpc_line *ret_line);

#endif
