#include "api/store/api_given.h"

#include <errno.h>

#include "dialect/responses/responses_kept.h"
#include "dialect/responses/responses_read.h"
#include "dialect/responses/responses_record.h"
#include "system/random_id.h"

enum {
	ID_MAX = 48
};

int
api_given_take(struct api_ask *ask, struct http_request *r)
{
	struct text body = { r->body.bytes.data, r->body.bytes.len };
	int rc = arena_text(&ask->arena, body, &ask->body);

	http_body_free(&r->body);
	return rc;
}

static int
take_item(struct api_ask *ask, const struct record_item *from)
{
	struct store_item *to = &ask->items[ask->n_items++];
	int rc = arena_text(&ask->arena, from->id, &to->id);

	return rc != 0 ? rc : arena_text(&ask->arena, from->json, &to->json);
}

static int
take_items(struct api_ask *ask, const struct responses_form *form)
{
	struct responses_record record;
	char id[ID_MAX];
	int rc;

	random_id(id, sizeof(id), "", RANDOM_ID_BYTES_MAX);
	responses_record_init(&record);
	rc = responses_record_input(&record, form, id);
	ask->items = arena_array(
	    &ask->arena, form->n_input, sizeof(*ask->items));
	if (ask->items == NULL)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < form->n_input; i++)
		rc = take_item(ask, &record.items[i]);
	responses_record_free(&record);
	return rc;
}

int
api_given_read(struct api_ask *ask)
{
	struct generation *generation = NULL;
	struct responses_form form;
	struct text metadata;
	int rc = responses_read_conversation(
	    ask->body.s, ask->body.len, &generation, &form, &ask->error);

	if (rc != 0)
		return rc;
	metadata = (struct text){ form.echo.data, form.echo.len };
	rc = arena_text(&ask->arena, metadata, &ask->metadata);
	if (rc == 0)
		rc = take_items(ask, &form);
	responses_form_clear(&form);
	generation_unref(generation);
	return rc;
}
