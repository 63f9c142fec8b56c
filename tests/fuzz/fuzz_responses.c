/* The reader of responses: any bytes. */
#include <errno.h>
#include <string.h>

#include "dialect/responses/responses_kept.h"
#include "dialect/responses/responses_read.h"
#include "fuzz.h"
#include "json/jsonx.h"

static void
must_be_json(const char *bytes, size_t len)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;

	FUZZ_ASSERT(jsonx_parse(bytes, len, 256, &root, why) == 0);
	FUZZ_ASSERT(json_is_object(root));
	json_decref(root);
}

static void
check_echo(const struct buf *echo)
{
	struct buf whole;

	buf_init(&whole, SIZE_MAX);
	FUZZ_ASSERT(buf_printf(&whole, "{%s}", echo->data) == 0);
	must_be_json(whole.data, whole.len);
	buf_free(&whole);
}

/* Each listed item, read as one that was kept, is an item again. */
static void
check_input(const struct responses_form *form)
{
	static const char head[] = "{\"type\":";
	static const char body[] = "{\"previous_response_id\":\"r\"}";
	size_t from = 0;

	for (size_t i = 0; i < form->n_input; i++) {
		size_t to = form->input_ends[i];
		struct text item = { form->input.data + from, to - from };
		struct found found = { &item, 1 };
		struct error error = ERROR_INIT;
		struct responses_form other;
		struct generation *g;

		FUZZ_ASSERT(to > from && to <= form->input.len);
		FUZZ_ASSERT(memcmp(item.s, head, sizeof(head) - 1) == 0);
		must_be_json(item.s, item.len);
		FUZZ_ASSERT(responses_read(body, sizeof(body) - 1, &g, &other,
				&error) == 0);
		FUZZ_ASSERT(
		    responses_resolve(g, &other.form, &found, 1, &error) == 0);
		generation_unref(g);
		responses_form_clear(&other);
		from = to;
	}
	FUZZ_ASSERT(from == form->input.len);
}

static void
check_request(const struct generation *g)
{
	FUZZ_ASSERT(g->model != NULL && g->model[0] != '\0');
	FUZZ_ASSERT(g->n_items > 0);
	for (size_t i = 0; i < g->n_tools; i++)
		FUZZ_ASSERT(g->tools[i].name.len > 0);
	FUZZ_ASSERT(!g->search || !g->search_offered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct responses_form form;
	struct generation *g;
	int rc = responses_read(
	    size > 0 ? (const char *)data : "", size, &g, &form, &error);

	if (rc == 0) {
		check_request(g);
		check_echo(&form.echo);
		check_input(&form);
		generation_unref(g);
		responses_form_clear(&form);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		FUZZ_ASSERT(error.message != NULL);
	}
	error_free(&error);
	return 0;
}
