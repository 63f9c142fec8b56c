/*
 * responses_record.h - what is kept of a response, for requests that refer to
 * it. Pure.
 *
 * Life cycle: responses_record_init, responses_record_make once,
 * responses_record_free. Threads: one at a time.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_RECORD_H
#define DIALECT_RESPONSES_RESPONSES_RECORD_H

#include "dialect/responses/responses_object.h"

struct responses_record {
	struct buf input; /* the request's items, with their ids */
	struct record_item *items;
};

void responses_record_init(struct responses_record *record);
void responses_record_free(struct responses_record *record);

/*
 * Fills in `ret`, all of which is borrowed: from the record, the object, its
 * form, the output (all of whose items are ended) and `body`. The items' ids
 * are numbered on from those of the request to those of the output. Errors:
 * -ENOMEM.
 */
MUST_CHECK int responses_record_make(struct responses_record *record,
    const struct responses_object *object,
    const struct responses_output *output, struct text body,
    struct record *ret);

/*
 * The request's items alone, with ids made of `id`; they are record->items,
 * as many as form->n_input. Errors: -ENOMEM.
 */
MUST_CHECK int responses_record_input(struct responses_record *record,
    const struct responses_form *form, const char *id);

#endif
