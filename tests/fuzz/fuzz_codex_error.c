/*
 * Whatever Codex says of a failure, the caller gets an error of a status that
 * failures have, which can be shown. Input: the message, or stderr's tail.
 */
#include "core/codex_error.h"
#include "fuzz.h"

/* 2026-11-24 12:00:00 UTC */
#define NOW INT64_C(1795521600)

static void
check_error(struct api_error *e)
{
	struct buf b;
	json_t *root;

	buf_init(&b, 64 * 1024);
	FUZZ_ASSERT(e->kind > API_ERROR_NONE && e->kind < API_ERROR_KINDS);
	FUZZ_ASSERT(api_error_status(e->kind) >= 400);
	FUZZ_ASSERT(e->retry_after >= -1);
	fuzz_must(api_error_json(e, &b));
	root = json_loadb(b.data, b.len, 0, NULL);
	FUZZ_ASSERT(json_is_object(json_object_get(root, "error")));
	json_decref(root);
	buf_free(&b);
	api_error_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { (const char *)data, size };
	char *message = fuzz_string(text);
	struct api_error error = API_ERROR_INIT;
	enum finish_reason reason = codex_error_incomplete(message);

	FUZZ_ASSERT(reason == FINISH_NONE || reason == FINISH_LENGTH ||
	    reason == FINISH_CONTENT_FILTER);
	codex_error_from_message(message, NOW, &error);
	check_error(&error);
	if (codex_error_from_stderr(message, NOW, &error))
		check_error(&error);
	else
		FUZZ_ASSERT(error.kind == API_ERROR_NONE);
	free(message);
	return 0;
}
