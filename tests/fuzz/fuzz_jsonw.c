/*
 * Whatever is written as a JSON string can be read as one, and well-formed
 * text is what it was. Input: the text.
 */
#include "json/jsonw.h"
#include "base/utf8.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = size > 0 ? (const char *)data : "";
	struct jsonw w;
	struct buf b;
	json_t *value;

	buf_init(&b, SIZE_MAX);
	jsonw_begin(&w, &b);
	jsonw_text(&w, NULL, s, size);
	fuzz_must(jsonw_end(&w));
	FUZZ_ASSERT(utf8_valid_prefix(b.data, b.len) == b.len);
	FUZZ_ASSERT(memchr(b.data, '\n', b.len) == NULL);
	value = json_loadb(
	    b.data, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	FUZZ_ASSERT(json_is_string(value));
	if (utf8_valid_prefix(s, size) == size) {
		FUZZ_ASSERT(json_string_length(value) == size);
		FUZZ_ASSERT(memcmp(json_string_value(value), s, size) == 0);
	}
	json_decref(value);
	buf_free(&b);
	return 0;
}
