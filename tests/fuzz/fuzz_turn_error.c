/*
 * Whatever stands in the error of a turn, the caller gets a failure that can
 * be shown. Input: the error object, or anything else.
 */
#include "codex/codex_error.h"
#include "fuzz.h"

/* 2026-11-24 12:00:00 UTC */
#define NOW INT64_C(1795521600)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *error = json_loadb(
	    (const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct error e = ERROR_INIT;

	codex_error_from_turn(error, NOW, &e);
	fuzz_check_error(&e);
	json_decref(error);
	return 0;
}
