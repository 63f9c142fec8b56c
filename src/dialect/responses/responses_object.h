/*
 * responses_object.h - the response object, at any time of its life. Pure.
 *
 * Source: OpenAI API reference, "The response object"; every member that it
 * names is there, null where there is nothing to tell.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_OBJECT_H
#define DIALECT_RESPONSES_RESPONSES_OBJECT_H

#include "dialect/responses/responses_form.h"
#include "dialect/responses/responses_output.h"

#define RESPONSES_ID_PREFIX "resp_"

struct responses_object {
	struct buf head; /* what it begins with and never changes */
	const struct responses_form *form; /* borrowed */
};

/* How far the response is. */
struct responses_state {
	enum finish_reason finish; /* NONE: in progress, or failed */
	const struct error *error; /* of one that has failed, or NULL */
	const struct usage *usage; /* or NULL: not known */
	int64_t completed; /* Unix seconds, of one that has completed */
};

/* May be freed whether this worked or not. Errors: -ENOMEM. */
MUST_CHECK int responses_object_init(struct responses_object *object,
    const struct responses_form *form, const struct identity *identity,
    const char *model);
void responses_object_free(struct responses_object *object);

/* "resp_..." */
struct text responses_object_id(const struct responses_object *object);

/* "completed", "incomplete", ... */
const char *responses_status(const struct responses_state *state);

/* "key":{...}. `output`, no item of which is open; or NULL for none. */
void responses_object_json(struct jsonw *w, const char *key,
    const struct responses_object *object, const struct responses_state *state,
    const struct responses_output *output);

#endif
