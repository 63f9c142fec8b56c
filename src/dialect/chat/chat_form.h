/*
 * chat_form.h - what of a chat completion request only this dialect knows:
 * which of its members were used, and in which form the answer is wanted.
 */
#ifndef DIALECT_CHAT_CHAT_FORM_H
#define DIALECT_CHAT_CHAT_FORM_H

#include "dialect/dialect.h"

struct chat_form {
	struct form form; /* first */
	bool include_usage; /* a stream ends with the numbers */
	bool old_functions; /* functions instead of tools: the answer's call
	                       is a function_call */
	const char *tools_key; /* which of the two, a constant; or NULL */
	const char *choice_key; /* tool_choice, function_call, or NULL */
	const char *effort_key; /* reasoning_effort and the like, or NULL */
};

static inline const struct chat_form *
chat_form_of(const struct form *form)
{
	return (const void *)form; /* its first member */
}

/* dialect.h: "messages[2].content[0].image_url.url" and the like. */
bool chat_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX]);

#endif
