/* The reader of messages: any bytes. */
#include <errno.h>
#include <string.h>

#include "dialect/messages/messages_read.h"
#include "fuzz.h"

static void
check_item(const struct item *i)
{
	for (size_t k = 0; k < i->n_parts; k++) {
		FUZZ_ASSERT(i->parts[k].kind != PART_REFUSAL);
		FUZZ_ASSERT(i->parts[k].text.s != NULL);
	}
	switch (i->kind) {
	case ITEM_MESSAGE:
		break;
	case ITEM_CALL:
		FUZZ_ASSERT(i->call_id.len > 0 && i->arguments.len > 1);
		FUZZ_ASSERT(i->arguments.s[0] == '{');
		break;
	case ITEM_RESULT:
		FUZZ_ASSERT(i->call_id.len > 0);
		break;
	case ITEM_REASONING:
		FUZZ_ASSERT(i->sealed.len > 0 && i->n_parts <= 1);
		break;
	default:
		FUZZ_ASSERT(false);
	}
}

static void
check_request(const struct generation *g, const struct messages_form *form)
{
	FUZZ_ASSERT(g->model != NULL && g->model[0] != '\0');
	FUZZ_ASSERT(g->n_items > 0 && g->choices == 1 && g->beside == NULL);
	FUZZ_ASSERT(g->sealed == form->thinking);
	FUZZ_ASSERT(g->n_tools > 0 || form->form.left_out == NULL);
	for (size_t i = 0; i < g->n_items; i++)
		check_item(&g->items[i]);
	for (size_t i = 0; i < g->n_tools; i++) {
		FUZZ_ASSERT(g->tools[i].name.len > 0);
		FUZZ_ASSERT(g->tools[i].parameters.len > 0);
	}
}

static void
check_params(const struct generation *g, const struct messages_form *form)
{
	char param[DIALECT_PARAM_MAX];

	for (int f = FIELD_NONE; f <= FIELD_CWD; f++) {
		struct error e = { .field = (enum error_field)f,
			.place = { 1, 2 } };

		if (messages_param(g, &form->form, &e, param))
			FUZZ_ASSERT(param[0] != '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct messages_form form;
	struct generation *g;
	bool counting = size > 0 && data[size - 1] == '\n';
	int rc = messages_read(size > 0 ? (const char *)data : "", size,
	    counting, &g, &form, &error);

	if (rc == 0) {
		check_request(g, &form);
		check_params(g, &form);
		generation_unref(g);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		FUZZ_ASSERT(error.message != NULL);
	}
	error_free(&error);
	return 0;
}
