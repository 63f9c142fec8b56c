/*
 * completions_form.h - what of a completion request only this dialect knows.
 */
#ifndef DIALECT_COMPLETIONS_COMPLETIONS_FORM_H
#define DIALECT_COMPLETIONS_COMPLETIONS_FORM_H

#include "dialect/dialect.h"

struct completions_form {
	struct form form; /* first */
	bool include_usage; /* a stream ends with the numbers */
	bool echo; /* an answer begins with its prompt */
};

static inline const struct completions_form *
completions_form_of(const struct form *form)
{
	return (const void *)form; /* its first member */
}

#endif
