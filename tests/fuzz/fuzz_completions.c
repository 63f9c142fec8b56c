/* The reader of completions: any bytes. */
#include <errno.h>
#include <string.h>

#include "dialect/completions/completions_read.h"
#include "dialect/openai_fields.h"
#include "fuzz.h"

static void
check_one(const struct generation *g)
{
	FUZZ_ASSERT(g->n_items == 1 || g->n_items == 2);
	FUZZ_ASSERT(g->choices >= 1 && g->choices <= OPENAI_N_MAX);
	for (size_t i = 0; i < g->n_items; i++) {
		FUZZ_ASSERT(g->items[i].n_parts == 1);
		FUZZ_ASSERT(g->items[i].parts[0].text.len > 0);
	}
	FUZZ_ASSERT(item_is_message(&g->items[g->n_items - 1], ROLE_USER));
}

static void
check_request(const struct generation *g)
{
	FUZZ_ASSERT(g->model != NULL && g->model[0] != '\0');
	FUZZ_ASSERT(generation_choices(g) <= CHOICES_MAX);
	for (const struct generation *b = g; b != NULL; b = b->beside) {
		FUZZ_ASSERT(strcmp(b->model, g->model) == 0);
		FUZZ_ASSERT(b->n_stop == g->n_stop);
		check_one(b);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct completions_form form;
	struct generation *g;
	int rc = completions_read(
	    size > 0 ? (const char *)data : "", size, &g, &form, &error);

	if (rc == 0) {
		check_request(g);
		generation_unref(g);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		FUZZ_ASSERT(error.message != NULL);
	}
	error_free(&error);
	return 0;
}
