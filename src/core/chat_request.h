/*
 * chat_request.h - a parsed and validated POST /v1/chat/completions body.
 *
 * Engine-neutral: messages keep their roles, parts, tool calls and results as
 * structure; only an engine renders them. All strings are borrowed from the
 * parsed JSON that the request owns, with their length, since JSON text may
 * contain NUL.
 *
 * Life cycle: chat_request_parse gives one reference; chat_request_ref and
 * _unref from any thread; immutable in between, so any number of threads may
 * read it.
 *
 * Source of the fields: OpenAI API reference, "Create chat completion".
 */
#ifndef CORE_CHAT_REQUEST_H
#define CORE_CHAT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/jsonx.h"
#include "core/api_error.h"

enum {
	CHAT_N_MAX = 8,
	CHAT_STOP_MAX = 4,
	CHAT_STOP_LEN_MAX = 1024, /* the filter is quadratic in it */
	/*
	 * Codex reads JSON with serde_json, which stops at 128 levels; what
	 * we send it wraps a schema in fewer than ten more.
	 */
	CHAT_JSON_DEPTH_MAX = 100
};

enum chat_role {
	CHAT_SYSTEM,
	CHAT_DEVELOPER,
	CHAT_USER,
	CHAT_ASSISTANT,
	CHAT_TOOL,
	CHAT_FUNCTION /* the old name of a tool result, without a call id */
};

enum chat_part_kind {
	CHAT_PART_TEXT,
	CHAT_PART_REFUSAL,
	CHAT_PART_IMAGE /* text is the URL, a valid data: URL */
};

struct chat_part {
	enum chat_part_kind kind;
	struct text text;
};

struct chat_tool_call {
	struct text id; /* empty for the old function_call alone */
	struct text name;
	struct text arguments; /* the model's own JSON text, unchecked */
};

struct chat_message {
	enum chat_role role;
	struct text name; /* empty when absent */
	struct text tool_call_id; /* CHAT_TOOL; never empty */
	struct chat_part *parts; /* none for null content */
	size_t n_parts;
	struct chat_tool_call *tool_calls; /* CHAT_ASSISTANT */
	size_t n_tool_calls;
};

struct chat_tool {
	struct text name;
	struct text description; /* may be empty */
	json_t *parameters; /* borrowed; NULL when absent */
};

enum chat_tool_choice {
	CHAT_TOOLS_UNSET,
	CHAT_TOOLS_AUTO,
	CHAT_TOOLS_NONE,
	CHAT_TOOLS_REQUIRED,
	CHAT_TOOLS_NAMED
};

enum chat_format {
	CHAT_FORMAT_TEXT,
	CHAT_FORMAT_OBJECT,
	CHAT_FORMAT_SCHEMA
};

enum chat_option {
	CHAT_OPTION_UNSET,
	CHAT_OPTION_FALSE,
	CHAT_OPTION_TRUE
};

struct chat_request {
	const char *model; /* as asked, never empty */
	struct chat_message *messages;
	size_t n_messages; /* at least 1 */
	bool stream;
	bool include_usage;
	unsigned n; /* choices, 1 to CHAT_N_MAX */

	struct chat_tool *tools; /* tools, or the old functions */
	size_t n_tools;
	const char *tools_key; /* which of the two; NULL when neither */
	bool old_functions; /* the latter: the answer is in their form */
	enum chat_tool_choice tool_choice;
	const char *tool_choice_key; /* or function_call; NULL when unset */
	struct text tool_choice_name; /* CHAT_TOOLS_NAMED */
	enum chat_option parallel_tool_calls;

	enum chat_format format;
	json_t *schema; /* CHAT_FORMAT_SCHEMA; owned; made strict */

	const char *reasoning_effort; /* NULL when absent */
	const char *verbosity; /* NULL, low, medium or high */
	const char *service_tier; /* NULL when absent */
	struct text stop[CHAT_STOP_MAX];
	size_t n_stop;
	const char *cwd; /* metadata.cwd, unchecked; NULL when absent */

	/* private */
	json_t *root;
	_Atomic unsigned refs;
};

/*
 * Parses and validates `len` bytes of body. On success *ret_request is one
 * reference. On failure -EINVAL with `ret_error` set (INVALID_JSON,
 * INVALID_TYPE, INVALID_VALUE, MISSING_PARAMETER or UNSUPPORTED_PARAMETER,
 * with `param` such as "messages[2].content[0].type"), or -ENOMEM with
 * INTERNAL. Takes time in proportion to the body. Any thread.
 */
MUST_CHECK int chat_request_parse(const char *body, size_t len,
    struct chat_request **ret_request, struct api_error *ret_error);

struct chat_request *chat_request_ref(struct chat_request *r);
void chat_request_unref(struct chat_request *r);

/* "system", "developer", ... */
const char *chat_role_name(enum chat_role role);

#endif
