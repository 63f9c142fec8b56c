#include "dialect/completions/completions_dialect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialect/completions/completions_read.h"
#include "dialect/completions/completions_reply.h"
#include "dialect/openai_error.h"

static int
read_body(const char *body, size_t len, struct generation **ret_request,
    struct form **ret_form, struct error *ret_error)
{
	struct completions_form *form = calloc(1, sizeof(*form));
	int rc;

	if (form == NULL) {
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
		return -ENOMEM;
	}
	rc = completions_read(body, len, ret_request, form, ret_error);
	if (rc == 0)
		*ret_form = &form->form;
	else
		free(form);
	return rc;
}

static void
completions_form_free(struct form *form)
{
	free(form); /* the first member of a completions_form */
}

/* There is little that it could be about. */
static bool
completions_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	const char *word = e->field == FIELD_MODEL ? "model"
	    : e->field == FIELD_STOP               ? "stop"
						   : NULL;

	(void)g;
	(void)form;
	if (word != NULL)
		snprintf(out, DIALECT_PARAM_MAX, "%s", word);
	return word != NULL;
}

const struct dialect completions_dialect = {
	.name = "completions",
	.joint = "\n\n",
	.read = read_body,
	.form_free = completions_form_free,
	.param = completions_param,
	.error = openai_error_json,
	.stream = &completions_stream,
	.whole = &completions_whole,
};
