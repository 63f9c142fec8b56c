#include "dialect/chat/chat_dialect.h"

#include <errno.h>
#include <stdlib.h>

#include "dialect/chat/chat_read.h"
#include "dialect/chat/chat_reply.h"
#include "dialect/chat/chat_stream.h"
#include "dialect/chat/chat_whole.h"
#include "dialect/openai_error.h"

static int
read_body(const char *body, size_t len, struct generation **ret_request,
    struct form **ret_form, struct error *ret_error)
{
	struct chat_form *form = calloc(1, sizeof(*form));
	int rc;

	if (form == NULL) {
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
		return -ENOMEM;
	}
	rc = chat_read(body, len, ret_request, form, ret_error);
	if (rc == 0)
		*ret_form = &form->form;
	else
		free(form);
	return rc;
}

static void
chat_form_free(struct form *form)
{
	free(form); /* the first member of a chat_form */
}

const struct dialect chat_dialect = {
	.name = "chat",
	.joint = CHAT_BLANK_LINE,
	.read = read_body,
	.form_free = chat_form_free,
	.param = chat_param,
	.error = openai_error_json,
	.stream = &chat_stream,
	.whole = &chat_whole,
};
