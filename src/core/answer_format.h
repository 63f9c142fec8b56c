/*
 * answer_format.h - response_format: what the model is told, and whether its
 * answer keeps to it. Pure; any thread.
 */
#ifndef CORE_ANSWER_FORMAT_H
#define CORE_ANSWER_FORMAT_H

#include "core/api_error.h"
#include "core/chat_request.h"

/*
 * The sentence that asks for a JSON object, for engines that cannot force
 * one; NULL when the request does not ask for json_object.
 */
const char *answer_format_instruction(const struct chat_request *r);

/*
 * Checks a whole answer: json_object must be a JSON object, json_schema must
 * keep to the schema (schema_check.h). Returns 0, or -EINVAL with an UPSTREAM
 * error that says why. Text is always fine.
 */
MUST_CHECK int answer_format_check(const struct chat_request *r,
    const char *answer, size_t len, struct api_error *ret_error);

#endif
