/*
 * What the scan is sure of, the tree says, too; and a string means the same
 * to both. Input: the JSON.
 */
#include "json/json_scan.h"
#include "fuzz.h"

static enum json_scan_state
skip(struct text json)
{
	struct json_scan s;

	json_scan_begin(&s, json.s, json.len);
	json_scan_skip(&s);
	return json_scan_end(&s);
}

static void
check_string(struct text json, const json_t *value)
{
	struct json_string string;
	struct json_scan s;
	char *out;

	json_scan_begin(&s, json.s, json.len);
	FUZZ_ASSERT(json_scan_string(&s, &string));
	out = malloc(string.len + 1);
	FUZZ_ASSERT(out != NULL);
	FUZZ_ASSERT(
	    text_equal((struct text){ out, json_scan_unescape(string, out) },
		(struct text){
		    json_string_value(value), json_string_length(value) }));
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	struct text json = fuzz_bytes(&in, in.len);
	enum json_scan_state state = skip(json);
	char why[JSONX_ERROR_MAX];
	json_t *root = NULL;
	bool taken = jsonx_parse(json.s, json.len, 2048, &root, why) == 0;

	FUZZ_ASSERT(
	    state == JSON_SCAN_UNSURE || taken == (state == JSON_SCAN_GOOD));
	if (state == JSON_SCAN_GOOD && json_is_string(root))
		check_string(json, root);
	json_decref(root);
	return 0;
}
