/*
 * messages_read.h - reads and checks a POST /v1/messages body.
 *
 * Source of the fields: Anthropic API reference, "Create a Message".
 */
#ifndef DIALECT_MESSAGES_MESSAGES_READ_H
#define DIALECT_MESSAGES_MESSAGES_READ_H

#include "dialect/messages/messages_form.h"

/*
 * On success *ret_generation is one reference, and `ret_form` is filled in. On
 * failure -EINVAL with `ret_error` set and `param` such as
 * "messages.2.content.0.type", or -ENOMEM with INTERNAL. Takes time in
 * proportion to the body. Any thread. `counting`: only its tokens are asked
 * for, and so max_tokens may be missing.
 *
 * What stands side by side in a message, texts and images, is one item; each
 * call, result and thought is one of its own. system is a message before all
 * others.
 */
MUST_CHECK int messages_read(const char *body, size_t len, bool counting,
    struct generation **ret_generation, struct messages_form *ret_form,
    struct error *ret_error);

#endif
