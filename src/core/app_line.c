#include "core/app_line.h"

#include "core/app_line_table.h"

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
	MEMBER("id", WORD, app_line_turn, id),
	MEMBER("status", WORD, app_line_turn, status),
	MEMBER("error", JSON, app_line_turn, error),
	END,
};

static const struct member item_members[] = {
	MEMBER("type", WORD, app_line_item, type),
	MEMBER("id", WORD, app_line_item, id),
	MEMBER("phase", WORD, app_line_item, phase),
	MEMBER("text", TEXT, app_line_item, text),
	MEMBER("call_id", WORD, app_line_item, call_id),
	MEMBER("name", WORD, app_line_item, name),
	MEMBER("arguments", TEXT, app_line_item, arguments),
	MEMBER("content", JSON, app_line_item, content),
	MEMBER("output", JSON, app_line_item, output),
	END,
};

static const struct member tokens_members[] = {
	MEMBER("inputTokens", INT, app_line_tokens, input),
	MEMBER("cachedInputTokens", INT, app_line_tokens, cached_input),
	MEMBER("outputTokens", INT, app_line_tokens, output),
	MEMBER("reasoningOutputTokens", INT, app_line_tokens, reasoning_output),
	END,
};

static const struct member token_usage_members[] = {
	MEMBER_OBJECT("last", app_line_token_usage, last, tokens_members),
	END,
};

static const struct member params_members[] = {
	MEMBER("threadId", WORD, app_line_params, thread_id),
	MEMBER("turnId", WORD, app_line_params, turn_id),
	MEMBER("itemId", WORD, app_line_params, item_id),
	MEMBER("delta", TEXT, app_line_params, delta),
	MEMBER_OBJECT("turn", app_line_params, turn, turn_members),
	MEMBER_OBJECT("item", app_line_params, item, item_members),
	MEMBER_OBJECT("usage", app_line_params, usage, tokens_members),
	MEMBER_OBJECT(
	    "tokenUsage", app_line_params, token_usage, token_usage_members),
	MEMBER("error", JSON, app_line_params, error),
	MEMBER("willRetry", BOOL, app_line_params, will_retry),
	MEMBER("rateLimits", JSON, app_line_params, rate_limits),
	MEMBER("summary", TEXT, app_line_params, summary),
	MEMBER("message", TEXT, app_line_params, message),
	END,
};

static const struct member thread_members[] = {
	MEMBER("id", WORD, app_line_thread, id),
	END,
};

static const struct member account_members[] = {
	END,
};

static const struct member result_members[] = {
	MEMBER_OBJECT("thread", app_line_result, thread, thread_members),
	MEMBER_OBJECT("turn", app_line_result, turn, turn_members),
	MEMBER_OBJECT("account", app_line_result, account, account_members),
	MEMBER(
	    "requiresOpenaiAuth", BOOL, app_line_result, requires_openai_auth),
	MEMBER("rateLimits", JSON, app_line_result, rate_limits),
	END,
};

const struct member app_line_members[] = {
	MEMBER("method", WORD, app_line, method),
	MEMBER_OBJECT("params", app_line, params, params_members),
	MEMBER("id", ID, app_line, id),
	MEMBER_OBJECT("result", app_line, result, result_members),
	MEMBER("error", JSON, app_line, error),
	END,
};

/* ---- the two readers ---- */

int
app_line_read(const char *bytes, size_t len, struct app_line *ret_line)
{
	if (app_line_scan(bytes, len, ret_line))
		return 0;
	return app_line_read_tree(bytes, len, ret_line);
}

void
app_line_free(struct app_line *line)
{
	json_decref(line->root);
	line->root = NULL;
}
