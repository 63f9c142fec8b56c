/*
 * chat_parse.h - the parts of the chat reader. Private to chat_read.c,
 * chat_messages.c, chat_details.c, chat_calls.c, chat_tools.c and
 * chat_choice.c; they return what reader.h says.
 */
#ifndef DIALECT_CHAT_CHAT_PARSE_H
#define DIALECT_CHAT_CHAT_PARSE_H

#include "dialect/chat/chat_form.h"
#include "dialect/reader.h"

/* messages */
MUST_CHECK int chat_parse_messages(struct reader *r, const json_t *root);

/* "messages[2]REST", and "messages[2].LIST[1]REST"; both return `out`. */
const char *chat_message_param(
    struct place at, const char *rest, char out[READER_PARAM_MAX]);
const char *chat_item_param(struct place at, const char *list, const char *rest,
    char out[READER_PARAM_MAX]);

/* The next item of the generation, for which there is room. */
struct item *
chat_add_item(struct reader *r, enum item_kind kind, struct place at);

/* The id of a call; an empty one is none, as it could not tell two apart. */
MUST_CHECK int chat_parse_id(struct reader *r, const json_t *object,
    const char *key, const char *param, struct text *ret);

/* tool_calls and function_call of the message `object`, which is at `at` */
MUST_CHECK int
chat_parse_calls(struct reader *r, const json_t *object, struct place at);

/*
 * reasoning_details of the assistant's message `object`, which is at `at`: its
 * encrypted ones as items, at no place. As many as there is to be room for.
 */
MUST_CHECK int
chat_parse_details(struct reader *r, const json_t *object, struct place at);
size_t chat_count_details(const json_t *object);

/* Whether the answer is to have them: include_reasoning, or `reasoning` */
MUST_CHECK int chat_parse_wish(struct reader *r, const json_t *root);

/* tool_choice and function_call, once the tools are known */
MUST_CHECK int
chat_parse_choice(struct reader *r, const json_t *root, struct chat_form *form);

/* tools, tool_choice, parallel_tool_calls, functions, function_call */
MUST_CHECK int
chat_parse_tools(struct reader *r, const json_t *root, struct chat_form *form);

#endif
