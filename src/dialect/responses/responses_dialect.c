#include "dialect/responses/responses_dialect.h"

#include <errno.h>
#include <stdlib.h>

#include "dialect/openai_error.h"
#include "dialect/responses/responses_kept.h"
#include "dialect/responses/responses_read.h"
#include "dialect/responses/responses_reply.h"
#include "json/jsonw.h"

typedef int
reading(const char *body, size_t len, struct generation **ret_request,
    struct responses_form *ret_form, struct error *ret_error);

static int
read_with(reading *fn, const char *body, size_t len,
    struct generation **ret_request, struct form **ret_form,
    struct error *ret_error)
{
	struct responses_form *form = calloc(1, sizeof(*form));
	int rc;

	if (form == NULL) {
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
		return -ENOMEM;
	}
	rc = fn(body, len, ret_request, form, ret_error);
	if (rc == 0)
		*ret_form = &form->form;
	else
		free(form);
	return rc;
}

static int
read_body(const char *body, size_t len, struct generation **ret_request,
    struct form **ret_form, struct error *ret_error)
{
	return read_with(
	    responses_read, body, len, ret_request, ret_form, ret_error);
}

static int
read_given(const char *body, size_t len, struct generation **ret_request,
    struct form **ret_form, struct error *ret_error)
{
	return read_with(responses_read_conversation, body, len, ret_request,
	    ret_form, ret_error);
}

static void
form_free(struct form *form)
{
	if (form == NULL)
		return;
	responses_form_clear((struct responses_form *)form);
	free(form); /* the first member of a responses_form */
}

static int
count(uint64_t tokens, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "object", "response.input_tokens");
	jsonw_i64(&w, "input_tokens", (int64_t)tokens);
	jsonw_close(&w);
	return jsonw_end(&w);
}

/* Messages stay apart: each is an item, with its phase. */
const struct dialect responses_dialect = {
	.name = "responses",
	.read = read_body,
	.form_free = form_free,
	.resolve = responses_resolve,
	.param = responses_param,
	.error = openai_error_json,
	.stream = &responses_stream,
	.whole = &responses_whole,
	.count = count,
};

const struct dialect responses_given_dialect = {
	.name = "responses",
	.read = read_given,
	.form_free = form_free,
	.error = openai_error_json,
};
