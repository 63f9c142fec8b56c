/*
 * Whatever Codex says of a failure, the caller gets an error of a status that
 * failures have, which can be shown. Input: the message, or stderr's tail.
 */
#include "codex/codex_error.h"
#include "fuzz.h"

/* 2026-11-24 12:00:00 UTC */
#define NOW INT64_C(1795521600)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { (const char *)data, size };
	char *message = fuzz_string(text);
	struct error error = ERROR_INIT;
	enum finish_reason reason = codex_error_incomplete(message);

	FUZZ_ASSERT(reason == FINISH_NONE || reason == FINISH_LENGTH ||
	    reason == FINISH_CONTENT_FILTER);
	codex_error_from_message(message, NOW, &error);
	fuzz_check_error(&error);
	if (codex_error_from_stderr(message, NOW, &error))
		fuzz_check_error(&error);
	else
		FUZZ_ASSERT(error.kind == ERROR_NONE);
	free(message);
	return 0;
}
