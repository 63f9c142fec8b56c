/*
 * A body is refused with a 400 that can be shown, or gives a request that
 * keeps what generation.h promises and can be rendered. Input: the body.
 */
#include <errno.h>

#include "dialect/chat/chat_read.h"
#include "image/image_data.h"
#include "codex/exec_prompt.h"
#include "dialect/openai_fields.h"
#include "dialect/openai_error.h"
#include "fuzz.h"

static void
check_error(struct error *e)
{
	struct buf b;
	json_t *root;

	buf_init(&b, SIZE_MAX);
	FUZZ_ASSERT(error_status(e->kind) == 400);
	FUZZ_ASSERT(e->message != NULL && e->message[0] != '\0');
	fuzz_must(openai_error_json(e, "r", &b));
	root = json_loadb(b.data, b.len, 0, NULL);
	FUZZ_ASSERT(json_is_object(json_object_get(root, "error")));
	json_decref(root);
	buf_free(&b);
}

static void
check_item(const struct item *i)
{
	const char *fault;
	uint64_t decoded;

	for (size_t k = 0; k < i->n_parts; k++) {
		FUZZ_ASSERT(i->parts[k].text.s != NULL);
		if (i->parts[k].kind == PART_IMAGE)
			fuzz_must(image_data_check(
			    i->parts[k].text, &decoded, &fault));
	}
	switch (i->kind) {
	case ITEM_MESSAGE:
		FUZZ_ASSERT(item_role_name(i->role) != NULL);
		break;
	case ITEM_CALL:
		FUZZ_ASSERT(i->name.s != NULL && i->arguments.s != NULL);
		break;
	case ITEM_RESULT:
		FUZZ_ASSERT(i->call_id.len > 0 || i->name.s != NULL);
		break;
	default:
		FUZZ_ASSERT(!"no item of a chat");
	}
}

static int
count_image(void *arg, struct text url)
{
	size_t *n = arg;

	(*n)++;
	FUZZ_ASSERT(url.len > 0);
	return 0;
}

/* No message's text gets lost on the way into the prompt. */
static void
check_prompt(const struct generation *g, size_t body_len)
{
	size_t images = 0;
	struct buf b;

	buf_init(&b, 2 * body_len + 4096);
	fuzz_must(prompt_render(g, &b));
	for (size_t i = 0; i < g->n_items; i++) {
		const struct item *m = &g->items[i];

		for (size_t k = 0; k < m->n_parts; k++) {
			struct text t = m->parts[k].text;

			FUZZ_ASSERT(m->parts[k].kind == PART_IMAGE ||
			    t.len == 0 ||
			    memmem(b.data, b.len, t.s, t.len) != NULL);
		}
	}
	fuzz_must(prompt_images(g, count_image, &images));
	buf_free(&b);
}

static void
check_request(const struct generation *g, size_t body_len)
{
	/* What a body holds in memory is in proportion to it. */
	FUZZ_ASSERT(arena_held(&g->arena) <= 64 * 1024 + 8 * body_len);
	FUZZ_ASSERT(g->model != NULL && g->model[0] != '\0');
	FUZZ_ASSERT(g->n_items >= 1);
	FUZZ_ASSERT(g->choices >= 1 && g->choices <= OPENAI_N_MAX);
	FUZZ_ASSERT(g->n_stop <= STOP_MAX);
	for (size_t i = 0; i < g->n_stop; i++)
		FUZZ_ASSERT(g->stop[i].len > 0);
	FUZZ_ASSERT((g->format == FORMAT_SCHEMA || g->format == FORMAT_TOLD ||
			g->forced != NULL) == (g->schema != NULL));
	FUZZ_ASSERT((g->choice == CHOICE_NAMED) == (g->chosen.len > 0));
	for (size_t i = 0; i < g->n_items; i++)
		check_item(&g->items[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct generation *g;
	struct chat_form form;
	int rc = chat_read(
	    size > 0 ? (const char *)data : "", size, &g, &form, &error);

	if (rc == 0) {
		check_request(g, size);
		check_prompt(g, size);
		generation_unref(g);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		check_error(&error);
	}
	error_free(&error);
	return 0;
}
