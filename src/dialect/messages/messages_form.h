/*
 * messages_form.h - what of a Messages request only this dialect knows: what
 * of the reasoning its answer shows, and which of its members were used.
 */
#ifndef DIALECT_MESSAGES_MESSAGES_FORM_H
#define DIALECT_MESSAGES_MESSAGES_FORM_H

#include "dialect/dialect.h"

struct messages_form {
	struct form form; /* first; left_out lies in the generation's arena */
	bool thinking; /* the answer has blocks of it */
	bool omitted; /* which have a signature alone */
	const char *effort_key; /* what has told the effort; or NULL */
	const char *format_key; /* what has told the format; or NULL */
};

static inline const struct messages_form *
messages_form_of(const struct form *form)
{
	return (const void *)form; /* its first member */
}

/* dialect.h: "messages.2.content.0.source" and the like. */
bool messages_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX]);

#endif
