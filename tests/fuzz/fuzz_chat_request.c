/*
 * A body is refused with a 400 that can be shown, or gives a request that
 * keeps what chat_request.h promises and can be rendered. Input: the body.
 */
#include <errno.h>

#include "core/chat_request.h"
#include "core/image_data.h"
#include "core/prompt.h"
#include "fuzz.h"

static void
check_error(struct api_error *e)
{
	struct buf b;
	json_t *root;

	buf_init(&b, SIZE_MAX);
	FUZZ_ASSERT(api_error_status(e->kind) == 400);
	FUZZ_ASSERT(e->message != NULL && e->message[0] != '\0');
	fuzz_must(api_error_json(e, &b));
	root = json_loadb(b.data, b.len, 0, NULL);
	FUZZ_ASSERT(json_is_object(json_object_get(root, "error")));
	json_decref(root);
	buf_free(&b);
}

static void
check_message(const struct chat_message *m)
{
	const char *fault;

	for (size_t i = 0; i < m->n_parts; i++) {
		FUZZ_ASSERT(m->parts[i].text.s != NULL);
		if (m->parts[i].kind == CHAT_PART_IMAGE)
			fuzz_must(image_data_check(m->parts[i].text, &fault));
	}
	for (size_t i = 0; i < m->n_tool_calls; i++)
		FUZZ_ASSERT(m->tool_calls[i].name.len > 0);
	FUZZ_ASSERT(m->n_tool_calls == 0 || m->role == CHAT_ASSISTANT);
	FUZZ_ASSERT(m->role != CHAT_TOOL || m->tool_call_id.len > 0);
	FUZZ_ASSERT(chat_role_name(m->role) != NULL);
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
check_prompt(const struct chat_request *r, size_t body_len)
{
	size_t images = 0;
	struct buf b;

	buf_init(&b, 2 * body_len + 4096);
	fuzz_must(prompt_render(r, &b));
	for (size_t i = 0; i < r->n_messages; i++) {
		const struct chat_message *m = &r->messages[i];

		for (size_t k = 0; k < m->n_parts; k++) {
			struct text t = m->parts[k].text;

			FUZZ_ASSERT(m->parts[k].kind == CHAT_PART_IMAGE ||
			    t.len == 0 ||
			    memmem(b.data, b.len, t.s, t.len) != NULL);
		}
	}
	fuzz_must(prompt_images(r, count_image, &images));
	buf_free(&b);
}

static void
check_request(const struct chat_request *r)
{
	FUZZ_ASSERT(r->model != NULL && r->model[0] != '\0');
	FUZZ_ASSERT(r->n_messages >= 1);
	FUZZ_ASSERT(r->n >= 1 && r->n <= CHAT_N_MAX);
	FUZZ_ASSERT(r->n_stop <= CHAT_STOP_MAX);
	for (size_t i = 0; i < r->n_stop; i++)
		FUZZ_ASSERT(r->stop[i].len > 0);
	FUZZ_ASSERT((r->format == CHAT_FORMAT_SCHEMA) == (r->schema != NULL));
	FUZZ_ASSERT((r->tool_choice == CHAT_TOOLS_NAMED) ==
	    (r->tool_choice_name.len > 0));
	for (size_t i = 0; i < r->n_messages; i++)
		check_message(&r->messages[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_error error = API_ERROR_INIT;
	struct chat_request *r;
	int rc = chat_request_parse(
	    size > 0 ? (const char *)data : "", size, &r, &error);

	if (rc == 0) {
		check_request(r);
		check_prompt(r, size);
		chat_request_unref(r);
	} else {
		FUZZ_ASSERT(rc == -EINVAL);
		check_error(&error);
	}
	api_error_free(&error);
	return 0;
}
