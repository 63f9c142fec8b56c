#include "dialect/messages/messages_dialect.h"

#include <errno.h>
#include <stdlib.h>

#include "dialect/messages/messages_error.h"
#include "dialect/messages/messages_read.h"
#include "dialect/messages/messages_reply.h"

static int
read_any(const char *body, size_t len, bool counting,
    struct generation **ret_request, struct form **ret_form,
    struct error *ret_error)
{
	struct messages_form *form = calloc(1, sizeof(*form));
	int rc;

	if (form == NULL) {
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
		return -ENOMEM;
	}
	rc = messages_read(body, len, counting, ret_request, form, ret_error);
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
	return read_any(body, len, false, ret_request, ret_form, ret_error);
}

static int
read_to_count(const char *body, size_t len, struct generation **ret_request,
    struct form **ret_form, struct error *ret_error)
{
	return read_any(body, len, true, ret_request, ret_form, ret_error);
}

static void
messages_form_free(struct form *form)
{
	free(form); /* the first member of a messages_form */
}

const struct dialect messages_dialect = {
	.name = "messages",
	.read = read_body,
	.form_free = messages_form_free,
	.param = messages_param,
	.error = messages_error_json,
	.stream = &messages_stream,
	.whole = &messages_whole,
};

static int
count(uint64_t tokens, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_u64(&w, "input_tokens", tokens);
	jsonw_close(&w);
	return jsonw_end(&w);
}

const struct dialect messages_count_dialect = {
	.name = "messages",
	.read = read_to_count,
	.form_free = messages_form_free,
	.param = messages_param,
	.error = messages_error_json,
	.count = count,
};
