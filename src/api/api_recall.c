#include "api/api_recall.h"

#include <errno.h>

#include "api/api.h"
#include "base/limits.h"
#include "store/store_conversations.h"
#include "system/log.h"

/* An item of the caller's that is a reference. */
struct api_reference {
	uint32_t at; /* its index among his items */
	struct text id;
	struct text json; /* what it stood for, where the answer is kept */
};

/* One reference of the request, and what it stands for. */
struct wanted {
	enum item_reference kind;
	struct place place;
	struct text id;
	size_t end; /* of its items among those found */
};

/* The question: all references of a request at once. */
struct lookup {
	struct wanted *v;
	size_t n;
	size_t failed; /* the one that the rc is about */
};

/* ---- on the store's thread ---- */

static int
look_up_one(struct api_ask *ask, struct store_db *db, const struct wanted *w)
{
	switch (w->kind) {
	case REFERENCE_ANSWER:
		return store_answers_chain(db, ask->owner, w->id, &ask->rows);
	case REFERENCE_CONVERSATION:
		return store_conversations_all(
		    db, ask->owner, w->id, &ask->rows);
	case REFERENCE_ITEM:
		break;
	}
	return store_answers_item(db, ask->owner, w->id, &ask->rows);
}

static int
look_up(struct api_ask *ask, struct store_db *db)
{
	struct lookup *l = ask->arg;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		rc = look_up_one(ask, db, &l->v[i]);
		l->v[i].end = ask->rows.n;
		l->failed = i;
	}
	return rc;
}

/* ---- the question ---- */

static size_t
count_references(const struct generation *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_items; i++)
		n += g->items[i].kind == ITEM_REFERENCE;
	return n;
}

static int
add_wanted(struct api_ask *ask, struct lookup *l, const struct item *item)
{
	struct wanted *w = &l->v[l->n++];

	w->kind = item->reference;
	w->place = item->place;
	return arena_text(&ask->arena, item->id, &w->id);
}

static int
fill_lookup(struct api_ask *ask, const struct generation *g, size_t n)
{
	struct lookup *l = arena_array(&ask->arena, 1, sizeof(*l));
	int rc = l == NULL ? -ENOMEM : 0;

	ask->arg = l;
	if (rc == 0)
		l->v = arena_array(&ask->arena, n, sizeof(*l->v));
	if (rc == 0 && l->v == NULL)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < g->n_items; i++) {
		if (g->items[i].kind == ITEM_REFERENCE)
			rc = add_wanted(ask, l, &g->items[i]);
	}
	return rc;
}

/* Their places are gone once they are resolved. */
static int
note_references(struct api_recall *c, const struct generation *g, size_t n)
{
	int rc = 0;

	c->references = arena_array(&c->arena, n, sizeof(*c->references));
	if (c->references == NULL)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < g->n_items; i++) {
		const struct item *item = &g->items[i];

		if (item->kind != ITEM_REFERENCE ||
		    item->reference != REFERENCE_ITEM)
			continue;
		c->references[c->n_references].at = item->place.outer;
		rc = arena_text(
		    &c->arena, item->id, &c->references[c->n_references++].id);
	}
	return rc;
}

int
api_recall_begin(struct api_recall *c, struct http_request *r,
    struct generation *request, struct form *form, bool *ret_any,
    struct error *ret_error)
{
	size_t n = count_references(request);
	struct api_ask *ask;
	int rc;

	*ret_any = n > 0;
	if (n == 0)
		return 0;
	c->http = r;
	c->dialect = r->route->dialect;
	c->task = (struct api_parser_task){
		.dialect = c->dialect,
		.request = request,
		.form = form,
		.error = ERROR_INIT,
		.park = &r->park,
	};
	arena_init(&c->arena,
	    (size_t)r->context->settings->max_body_bytes +
		n * sizeof(*c->references) + LIMIT_MIB);
	rc = note_references(c, request, n);
	ask = rc == 0 ? api_ask_new(r, look_up) : NULL;
	if (ask == NULL)
		return -ENOMEM;
	rc = fill_lookup(ask, request, n);
	if (rc != 0) {
		api_ask_free(ask);
		return rc;
	}
	return api_ask_begin(&c->asking, r, ask, ret_error);
}

/* ---- what was found ---- */

static int
not_found(const struct wanted *w, struct error *e)
{
	switch (w->kind) {
	case REFERENCE_ANSWER:
		return error_set_at(e, ERROR_PREVIOUS_NOT_FOUND, FIELD_PREVIOUS,
		    PLACE_NONE,
		    "Previous response with id '%.100s' not found, or "
		    "something that it goes on from.",
		    w->id.s);
	case REFERENCE_CONVERSATION:
		return error_set_at(e, ERROR_INVALID_VALUE, FIELD_CONVERSATION,
		    PLACE_NONE, "Conversation with id '%.100s' not found.",
		    w->id.s);
	case REFERENCE_ITEM:
		break;
	}
	return error_set_at(e, ERROR_INVALID_VALUE, FIELD_REFERENCE, w->place,
	    "Item with id '%.100s' not found. Items are not persisted when "
	    "`store` is set to false. Try again with `store` set to true, or "
	    "remove this item from your input.",
	    w->id.s);
}

static int
explain(const struct api_ask *ask, struct error *e)
{
	const struct lookup *l = ask->arg;

	if (ask->rc == -ENOENT)
		return not_found(&l->v[l->failed], e);
	if (ask->rc == -EMSGSIZE || ask->rc == -E2BIG)
		return error_set(e, ERROR_CONTEXT_LENGTH,
		    "What the request refers to is longer than a request may "
		    "be (--max-body-bytes, 10,000 responses).");
	return error_set(e, ERROR_INTERNAL,
	    "What the request refers to cannot be looked up: %s.",
	    strerror(-ask->rc));
}

/*
 * The items that were referred to are kept again with the answer, as they are
 * now: they may be deleted, or make room, while it is being made. What
 * previous_response_id and conversation stood for is not: that belongs to the
 * records they name, and goes with them (store_answers_keep).
 */
static int
note_found(struct api_recall *c)
{
	const struct api_ask *ask = c->asking.ask;
	const struct lookup *l = ask->arg;
	size_t next = 0;
	int rc = 0;

	if (!c->task.form->keep || c->n_references == 0)
		return 0;
	/* Blocks that a text does not fit into any more are left half full. */
	arena_raise(&c->arena, 2 * ask->rows.bytes.len + LIMIT_MIB);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		if (l->v[i].kind == REFERENCE_ITEM)
			rc = arena_text(&c->arena,
			    store_rows_json(&ask->rows, l->v[i].end - 1),
			    &c->references[next++].json);
	}
	return rc;
}

/* The rows as the dialect takes them. */
static int
hand_over(struct api_recall *c)
{
	const struct api_ask *ask = c->asking.ask;
	const struct lookup *l = ask->arg;
	size_t from = 0;

	c->found = calloc(l->n, sizeof(*c->found));
	c->items = calloc(ask->rows.n + 1, sizeof(*c->items));
	if (c->found == NULL || c->items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < ask->rows.n; i++)
		c->items[i] = store_rows_json(&ask->rows, i);
	for (size_t i = 0; i < l->n; i++) {
		c->found[i].items = &c->items[from];
		c->found[i].n = l->v[i].end - from;
		from = l->v[i].end;
	}
	c->task.found = c->found;
	c->task.n_found = l->n;
	c->task.size = ask->rows.bytes.len;
	return note_found(c);
}

static enum api_recall_state
resolved(struct api_recall *c, struct error *ret_error)
{
	if (c->task.rc == 0)
		return API_RECALL_RESOLVED;
	error_move(ret_error, &c->task.error);
	return API_RECALL_FAILED;
}

/*
 * What is long is read on a thread of the parser's, which alone may wake the
 * request then.
 */
static enum api_recall_state
resolve(struct api_recall *c, struct error *ret_error)
{
	struct api *api = api_of(c->http);

	api_wait_end(&c->asking.wait);
	http_park_forget(&c->http->park);
	c->parsing = c->task.size > API_PARSER_THRESHOLD &&
	    !atomic_load(&c->http->context->draining) &&
	    api_parser_submit(api->kept.parser, &c->task) == 0;
	if (c->parsing)
		return API_RECALL_WAITING;
	api_parser_read(&c->task);
	return resolved(c, ret_error);
}

static enum api_recall_state
take_found(struct api_recall *c, struct error *ret_error)
{
	if (c->asking.ask->rc != 0) {
		explain(c->asking.ask, ret_error);
		return API_RECALL_FAILED;
	}
	if (hand_over(c) == 0)
		return resolve(c, ret_error);
	error_set(ret_error, ERROR_INTERNAL, "The server is out of memory.");
	return API_RECALL_FAILED;
}

enum api_recall_state
api_recall_look(struct api_recall *c, struct error *ret_error)
{
	/* The parser has woken it. */
	if (c->parsing) {
		c->parsing = false;
		return resolved(c, ret_error);
	}
	switch (api_ask_look(&c->asking, ret_error)) {
	case API_ASK_ANSWERED:
		return take_found(c, ret_error);
	case API_ASK_FAILED:
		return API_RECALL_FAILED;
	case API_ASK_GONE:
		return API_RECALL_GONE;
	case API_ASK_WAITING:
		break;
	}
	return API_RECALL_WAITING;
}

void
api_recall_done(struct api_recall *c)
{
	api_ask_end(&c->asking);
	free(c->found);
	free(c->items);
	c->found = NULL;
	c->items = NULL;
}

void
api_recall_end(struct api_recall *c)
{
	if (c->http == NULL)
		return;
	api_recall_done(c);
	error_free(&c->task.error);
	arena_free(&c->arena);
}

/* ---- keeping ---- */

/* The caller's items in their order: those he wrote, those he referred to. */
static void
merge(const struct api_recall *c, const struct record *record,
    struct store_item *out)
{
	size_t next = 0, n = 0, own = 0;

	for (size_t i = 0; i < record->n_items; i++) {
		const struct record_item *item = &record->items[i];

		while (next < c->n_references &&
		    (item->output || c->references[next].at == own)) {
			out[n++] = (struct store_item){
				.id = c->references[next].id,
				.json = c->references[next].json
			};
			next++;
			own++;
		}
		out[n++] = (struct store_item){ item->id, item->json,
			item->output };
		own++;
	}
}

void
api_recall_keep(const struct api_recall *c, struct http_request *r,
    struct reply *reply, int64_t created)
{
	struct record record;
	struct store_item *items;
	struct store_answer answer;
	size_t n;

	if (!reply_record(reply, &record))
		return;
	n = record.n_items + c->n_references;
	items = calloc(n + 1, sizeof(*items));
	if (items == NULL) {
		log_warning("store: an answer was not kept: out of memory");
		return;
	}
	merge(c, &record, items);
	answer = (struct store_answer){ .owner = text_of(r->owner),
		.id = record.id,
		.previous = record.previous,
		.conversation = record.conversation,
		.body = record.body,
		.created = created,
		.items = items,
		.n_items = n };
	store_keep(api_of(r)->kept.store, &answer);
	free(items);
}
