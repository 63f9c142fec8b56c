#include "core/answer_format.h"

#include <errno.h>

#include "base/jsonx.h"
#include "core/schema_check.h"

enum {
	DEPTH_MAX = 512
};

const char *
answer_format_instruction(const struct chat_request *r)
{
	if (r->format != CHAT_FORMAT_OBJECT)
		return NULL;
	return "Answer with one valid JSON object and nothing else: no text "
	       "around it and no code fence.";
}

static int
check_value(const struct chat_request *r, const json_t *value,
    struct api_error *ret_error)
{
	char why[SCHEMA_WHY_MAX];

	if (r->format == CHAT_FORMAT_OBJECT && !json_is_object(value))
		return api_error_set(ret_error, API_ERROR_UPSTREAM,
		    "The model did not answer with a JSON object as "
		    "response_format asks.");
	if (r->format == CHAT_FORMAT_SCHEMA &&
	    schema_check(r->schema, value, why) != 0)
		return api_error_set(ret_error, API_ERROR_UPSTREAM,
		    "The model did not keep to the JSON schema of "
		    "response_format: %s.",
		    why);
	return 0;
}

int
answer_format_check(const struct chat_request *r, const char *answer,
    size_t len, struct api_error *ret_error)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc;

	if (r->format == CHAT_FORMAT_TEXT)
		return 0;
	if (jsonx_parse(answer, len, DEPTH_MAX, &root, why) != 0)
		return api_error_set(ret_error, API_ERROR_UPSTREAM,
		    "The model did not answer with JSON as response_format "
		    "asks: %s.",
		    why);
	rc = check_value(r, root, ret_error);
	json_decref(root);
	return rc;
}
