/*
 * What is accepted is a value no deeper than allowed, which comes through
 * writing and reading unchanged; a refusal says why, as valid text. Input: the
 * depth allowed, the JSON.
 */
#include <errno.h>

#include "base/utf8.h"
#include "fuzz.h"

static unsigned
depth_of(json_t *value)
{
	unsigned deepest = 0, d;
	const char *key;
	json_t *member;
	size_t i;

	if (!json_is_array(value) && !json_is_object(value))
		return 0;
	json_array_foreach(value, i, member) {
		d = depth_of(member);
		deepest = d > deepest ? d : deepest;
	}
	json_object_foreach(value, key, member) {
		d = depth_of(member);
		deepest = d > deepest ? d : deepest;
	}
	return 1 + deepest;
}

static void
check_round_trip(json_t *value)
{
	char why[JSONX_ERROR_MAX];
	json_t *again;
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	FUZZ_ASSERT(text != NULL);
	fuzz_must(jsonx_parse(text, strlen(text), 2048, &again, why));
	FUZZ_ASSERT(json_equal(value, again));
	json_decref(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	unsigned max = fuzz_byte(&in) % 64;
	char why[JSONX_ERROR_MAX] = "";
	json_t *root;
	int rc = jsonx_parse(in.s, in.len, max, &root, why);

	if (rc != 0) {
		FUZZ_ASSERT(rc == -EINVAL);
		FUZZ_ASSERT(why[0] != '\0');
		FUZZ_ASSERT(utf8_valid_prefix(why, strlen(why)) == strlen(why));
		return 0;
	}
	FUZZ_ASSERT(depth_of(root) <= max);
	check_round_trip(root);
	json_decref(root);
	return 0;
}
