#include "core/answer_format.h"

#include <errno.h>

#include "base/jsonx.h"

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

int
answer_format_check(const struct chat_request *r, const char *answer,
    size_t len, struct api_error *ret_error)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	bool object;

	if (r->format == CHAT_FORMAT_TEXT)
		return 0;
	if (jsonx_parse(answer, len, DEPTH_MAX, &root, why) != 0)
		return api_error_set(ret_error, API_ERROR_UPSTREAM,
		    "The model did not answer with JSON as response_format "
		    "asks: %s.",
		    why);
	object = json_is_object(root);
	json_decref(root);
	if (r->format == CHAT_FORMAT_OBJECT && !object)
		return api_error_set(ret_error, API_ERROR_UPSTREAM,
		    "The model did not answer with a JSON object as "
		    "response_format asks.");
	return 0;
}
