#include "api/store/api_given.h"

#include <errno.h>
#include <stdlib.h>

#include "api/aside/api_parser.h"
#include "dialect/responses/responses_form.h"
#include "dialect/responses/responses_record.h"
#include "http/http_reply.h"
#include "system/random_id.h"

enum {
	ID_MAX = 48
};

/* A body on its way into the question that it is part of. */
struct api_given {
	struct api_parser_task task;
	bool parsing; /* parked for it */
	struct api_ask *ask; /* NULL: it was asked, or never will be */
};

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

/* Both are copied: the question outlives the request that has it. */
static int
take(struct api_ask *ask, const struct form *read)
{
	const struct responses_form *form = responses_form_of(read);
	struct text metadata = { form->echo.data, form->echo.len };
	int rc = arena_text(&ask->arena, metadata, &ask->metadata);

	return rc != 0 ? rc : take_items(ask, form);
}

/* The body has been read; the question is asked. */
static void
parsed(struct http_request *r)
{
	struct api_asking *a = r->state;
	struct api_given *g = a->given;
	struct api_ask *ask = g->ask;

	g->parsing = false;
	g->ask = NULL;
	if (g->task.rc != 0) {
		api_ask_free(ask);
		http_reply_error(r, &g->task.error);
		return;
	}
	if (take(ask, g->task.form) != 0) {
		api_ask_free(ask);
		ask = NULL;
	}
	api_ask_run(r, ask);
}

void
api_given_run(struct http_request *r, struct api_ask *ask)
{
	struct api_asking *a = calloc(1, sizeof(*a));
	struct api_given *g = calloc(1, sizeof(*g));

	if (ask == NULL || a == NULL || g == NULL) {
		free(a);
		free(g);
		api_ask_free(ask);
		http_reply_no_memory(r);
		return;
	}
	r->state = a;
	a->given = g;
	g->ask = ask;
	g->parsing = api_parser_take(api_kept_of(r)->parser, &g->task, r);
	if (!g->parsing)
		parsed(r);
}

void
api_given_resume(struct http_request *r)
{
	struct api_asking *a = r->state;

	if (a->given != NULL && a->given->parsing)
		parsed(r);
	else
		api_ask_resume(r);
}

void
api_given_over(struct http_request *r)
{
	struct api_asking *a = r->state;
	struct api_given *g = a != NULL ? a->given : NULL;

	if (g != NULL) {
		api_parser_drop(api_kept_of(r)->parser, &g->task);
		api_ask_free(g->ask);
		free(g);
	}
	api_ask_over(r);
}
