/*
 * chat_read.h - reads and checks a POST /v1/chat/completions body.
 *
 * Source of the fields: OpenAI API reference, "Create chat completion".
 */
#ifndef DIALECT_CHAT_CHAT_READ_H
#define DIALECT_CHAT_CHAT_READ_H

#include "dialect/chat/chat_form.h"

/*
 * On success *ret_generation is one reference, and `ret_form` is filled in. On
 * failure -EINVAL with `ret_error` set (INVALID_JSON, INVALID_TYPE,
 * INVALID_VALUE, MISSING_PARAMETER, UNSUPPORTED_PARAMETER or INVALID_IMAGE,
 * with `param` such as "messages[2].content[0].type"), or -ENOMEM with
 * INTERNAL. Takes time in proportion to the body. Any thread.
 *
 * A message is an item, and each call of it one more behind it; the old
 * function role is a result without a call_id.
 */
MUST_CHECK int
chat_read(const char *body, size_t len, struct generation **ret_generation,
    struct chat_form *ret_form, struct error *ret_error);

#endif
