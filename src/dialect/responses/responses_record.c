#include "dialect/responses/responses_record.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What an item begins with: in a form, and once it has an id. */
#define TYPE_OPENING "{\"type\":\""
#define ID_OPENING "{\"id\":\""

void
responses_record_init(struct responses_record *record)
{
	*record = (struct responses_record){ .items = NULL };
	/* The request's body is what bounds it. */
	buf_init(&record->input, SIZE_MAX);
}

void
responses_record_free(struct responses_record *record)
{
	if (record == NULL)
		return;
	buf_free(&record->input);
	free(record->items);
	record->items = NULL;
}

/* The n-th of the request's own items. */
static struct text
input_item(const struct responses_form *form, size_t n)
{
	size_t at = n > 0 ? form->input_ends[n - 1] : 0;

	return (struct text){ form->input.data + at, form->input_ends[n] - at };
}

static struct text
up_to_quote(const char *s)
{
	return (struct text){ s, strcspn(s, "\"") };
}

/* The item with an id before its type. */
static int
add_input(struct responses_record *record, struct text item, const char *id,
    size_t number)
{
	struct text type = up_to_quote(item.s + strlen(TYPE_OPENING));
	struct bufw w;

	bufw_begin(&w, &record->input);
	bufw_puts(&w, ID_OPENING);
	bufw_puts(&w, responses_id_prefix(type));
	bufw_printf(&w, "%s_%zu\",", id, number);
	bufw_append(&w, item.s + 1, item.len - 1);
	return bufw_end(&w);
}

static struct record_item
item_of(struct text json, bool output)
{
	return (
	    struct record_item){ .id = up_to_quote(json.s + strlen(ID_OPENING)),
		.json = json,
		.output = output };
}

/* Where the items stand is known when all do; till then their ends are. */
static void
set_input(struct responses_record *record, size_t n)
{
	const char *at = record->input.data;

	for (size_t i = 0; i < n; i++) {
		struct text json = { at, record->items[i].json.len };

		record->items[i] = item_of(json, false);
		at += json.len;
	}
}

static int
make_input(struct responses_record *record, const struct responses_form *form,
    const char *id)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < form->n_input; i++) {
		size_t before = record->input.len;

		rc = add_input(record, input_item(form, i), id, i);
		record->items[i].json.len = record->input.len - before;
	}
	if (rc == 0)
		set_input(record, form->n_input);
	return rc;
}

/* Room for so many items. */
static int
make_room(struct responses_record *record, size_t n)
{
	record->items = calloc(n > 0 ? n : 1, sizeof(record->items[0]));
	return record->items == NULL ? -ENOMEM : 0;
}

int
responses_record_input(struct responses_record *record,
    const struct responses_form *form, const char *id)
{
	int rc = make_room(record, form->n_input);

	return rc != 0 ? rc : make_input(record, form, id);
}

int
responses_record_make(struct responses_record *record,
    const struct responses_object *object,
    const struct responses_output *output, struct text body, struct record *ret)
{
	const struct responses_form *form = object->form;
	size_t n = form->n_input + output->n_items;
	int rc = make_room(record, n);

	if (rc == 0)
		rc = make_input(record, form, output->id);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < output->n_items; i++)
		record->items[form->n_input + i] = item_of(
		    responses_quote(output, output->items[i]), true);
	*ret = (struct record){ .id = responses_object_id(object),
		.previous = form->previous,
		.conversation = form->conversation,
		.body = body,
		.items = record->items,
		.n_items = n };
	return 0;
}
