/*
 * responses_form.h - what of a Responses request only this dialect knows: what
 * the answer repeats of it, and its own items as they will be kept.
 *
 * The reader fills it in; the writers read it.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_FORM_H
#define DIALECT_RESPONSES_RESPONSES_FORM_H

#include "base/buf.h"
#include "dialect/dialect.h"

struct responses_form {
	struct form form; /* first; owns left_out */
	/*
	 * Members of the response object that repeat the request, normalised:
	 * "instructions":null,...,"metadata":{} without a comma at either end.
	 * All that the API names but id, object, created_at, completed_at,
	 * status, error, incomplete_details, model, output and usage.
	 */
	struct buf echo;
	/*
	 * The items of this request alone, in the form in which the API lists
	 * them (texts as parts, "type" in each), but without their ids: the
	 * writer that records them gives each one. Each is one JSON object
	 * that begins {"type":.
	 */
	struct buf input; /* all of them, one behind the other */
	size_t *input_ends; /* where each ends in it; owned */
	size_t n_input;
	struct text previous; /* previous_response_id; of the arena, or empty */
	struct text conversation; /* its id; of the arena, or empty */
};

static inline const struct responses_form *
responses_form_of(const struct form *form)
{
	return (const void *)form; /* its first member */
}

#endif
