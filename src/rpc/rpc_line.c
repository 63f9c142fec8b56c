#include "rpc/rpc_line.h"

#include "rpc/rpc_line_table.h"

#define MEMBER(key, shape, type, field) \
	{ \
		{ key, sizeof(key) - 1 }, shape, offsetof(struct type, field), \
		    NULL \
	}
#define MEMBER_OBJECT(key, type, field, inside) \
	{ \
		{ key, sizeof(key) - 1 }, OBJECT, \
		    offsetof(struct type, field), inside \
	}
#define END \
	{ \
		{ NULL, 0 }, WORD, 0, NULL \
	}

static const struct member turn_members[] = {
	MEMBER("id", WORD, rpc_line_turn, id),
	MEMBER("status", WORD, rpc_line_turn, status),
	MEMBER("error", JSON, rpc_line_turn, error),
	END,
};

static const struct member item_members[] = {
	MEMBER("type", WORD, rpc_line_item, type),
	MEMBER("id", WORD, rpc_line_item, id),
	MEMBER("phase", WORD, rpc_line_item, phase),
	MEMBER("text", TEXT, rpc_line_item, text),
	MEMBER("call_id", WORD, rpc_line_item, call_id),
	MEMBER("name", WORD, rpc_line_item, name),
	MEMBER("namespace", WORD, rpc_line_item, space),
	MEMBER("arguments", TEXT, rpc_line_item, arguments),
	MEMBER("encrypted_content", TEXT, rpc_line_item, sealed),
	MEMBER("content", JSON, rpc_line_item, content),
	MEMBER("output", JSON, rpc_line_item, output),
	END,
};

static const struct member tokens_members[] = {
	MEMBER("inputTokens", INT, rpc_line_tokens, input),
	MEMBER("cachedInputTokens", INT, rpc_line_tokens, cached_input),
	MEMBER(
	    "cacheWriteInputTokens", INT, rpc_line_tokens, cache_write_input),
	MEMBER("outputTokens", INT, rpc_line_tokens, output),
	MEMBER("reasoningOutputTokens", INT, rpc_line_tokens, reasoning_output),
	END,
};

static const struct member token_usage_members[] = {
	MEMBER_OBJECT("last", rpc_line_token_usage, last, tokens_members),
	END,
};

static const struct member params_members[] = {
	MEMBER("threadId", WORD, rpc_line_params, thread_id),
	MEMBER("turnId", WORD, rpc_line_params, turn_id),
	MEMBER("itemId", WORD, rpc_line_params, item_id),
	MEMBER("callId", WORD, rpc_line_params, call_id),
	MEMBER("delta", TEXT, rpc_line_params, delta),
	MEMBER_OBJECT("turn", rpc_line_params, turn, turn_members),
	MEMBER_OBJECT("item", rpc_line_params, item, item_members),
	MEMBER_OBJECT("usage", rpc_line_params, usage, tokens_members),
	MEMBER_OBJECT(
	    "tokenUsage", rpc_line_params, token_usage, token_usage_members),
	MEMBER("error", JSON, rpc_line_params, error),
	MEMBER("willRetry", BOOL, rpc_line_params, will_retry),
	MEMBER("rateLimits", JSON, rpc_line_params, rate_limits),
	MEMBER("summary", TEXT, rpc_line_params, summary),
	MEMBER("message", TEXT, rpc_line_params, message),
	END,
};

static const struct member thread_members[] = {
	MEMBER("id", WORD, rpc_line_thread, id),
	END,
};

static const struct member account_members[] = {
	END,
};

static const struct member result_members[] = {
	MEMBER_OBJECT("thread", rpc_line_result, thread, thread_members),
	MEMBER_OBJECT("turn", rpc_line_result, turn, turn_members),
	MEMBER_OBJECT("account", rpc_line_result, account, account_members),
	MEMBER(
	    "requiresOpenaiAuth", BOOL, rpc_line_result, requires_openai_auth),
	MEMBER("rateLimits", JSON, rpc_line_result, rate_limits),
	END,
};

const struct member rpc_line_members[] = {
	MEMBER("method", WORD, rpc_line, method),
	MEMBER_OBJECT("params", rpc_line, params, params_members),
	MEMBER("id", ID, rpc_line, id),
	MEMBER_OBJECT("result", rpc_line, result, result_members),
	MEMBER("error", JSON, rpc_line, error),
	END,
};

/* ---- the two readers ---- */

int
rpc_line_read(const char *bytes, size_t len, struct rpc_line *ret_line)
{
	if (rpc_line_scan(bytes, len, ret_line))
		return 0;
	return rpc_line_read_tree(bytes, len, ret_line);
}

void
rpc_line_free(struct rpc_line *line)
{
	json_decref(line->root);
	line->root = NULL;
}
