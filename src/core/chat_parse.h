/*
 * chat_parse.h - what the parts of the request parser share. Private to
 * chat_request.c, chat_messages.c and chat_tools.c.
 */
#ifndef CORE_CHAT_PARSE_H
#define CORE_CHAT_PARSE_H

#include "core/chat_request.h"

enum {
	CHAT_PARAM_MAX = 128
};

/*
 * Parsers return 0, -EINVAL with the error set, or -ENOMEM. Absent and null
 * optional fields are the same.
 */
struct chat_parse {
	struct chat_request *request;
	struct api_error *error;
};

/* The error "`param` must be WANTED, not FOUND"; returns -EINVAL. */
int chat_wrong_type(struct chat_parse *p, const char *param, const char *wanted,
    const json_t *found);
int chat_missing(struct chat_parse *p, const char *param);

/*
 * An optional or (`required`) necessary string member; *ret is left alone
 * when it is absent.
 */
MUST_CHECK int chat_text_field(struct chat_parse *p, const json_t *object,
    const char *key, const char *param, bool required, struct text *ret);

/* Name of 1 to 64 of [A-Za-z0-9_-]. */
MUST_CHECK int
chat_check_name(struct chat_parse *p, struct text name, const char *param);

/* messages */
MUST_CHECK int chat_parse_messages(struct chat_parse *p, const json_t *root);
void chat_messages_free(struct chat_request *r);

/* tools, tool_choice, parallel_tool_calls, functions, function_call */
MUST_CHECK int chat_parse_tools(struct chat_parse *p, const json_t *root);
void chat_tools_free(struct chat_request *r);

#endif
