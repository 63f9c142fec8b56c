#include "dialect/responses/responses_kept.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "dialect/responses/responses_parse.h"
#include "json/jsonw.h"

enum {
	CONVERSATION_ITEMS_MAX = 20 /* given at once */
};

/* ---- what a conversation is given ---- */

static int
refuse_references(struct reader *r)
{
	char param[READER_PARAM_MAX];
	const struct generation *g = r->generation;

	for (size_t i = 0; i < g->n_items; i++) {
		if (g->items[i].kind == ITEM_REFERENCE)
			return reader_unsupported(r,
			    responses_item_param(
				g->items[i].place, ".type", param),
			    "a conversation has items of its own");
	}
	return 0;
}

/* The items are read as the input that they will be. */
static int
parse_given_items(struct responses_parse *p, json_t *items)
{
	json_t *input;
	int rc;

	if (json_array_size(items) == 0)
		return 0;
	if (json_array_size(items) > CONVERSATION_ITEMS_MAX)
		return reader_invalid(p->r, "items", "of at most 20 items");
	input = json_pack("{s:O}", "input", items);
	rc = input == NULL ? -ENOMEM : responses_parse_input(p, input);
	json_decref(input);
	return rc != 0 ? rc : refuse_references(p->r);
}

static int
parse_conversation(struct responses_parse *p, const json_t *root)
{
	json_t *items = NULL, *metadata = NULL;
	struct jsonw w;
	int rc = reader_array(p->r, root, "items", "items", &items);

	if (rc == 0)
		rc = parse_given_items(p, items);
	if (rc == 0)
		rc = responses_parse_metadata(p->r, root);
	if (rc == 0)
		rc = reader_object(
		    p->r, root, "metadata", "metadata", &metadata);
	if (rc != 0)
		return rc;
	jsonw_begin(&w, &p->form->echo);
	if (metadata != NULL)
		jsonw_tree(&w, NULL, metadata);
	else
		jsonw_puts(&w, "{}");
	return jsonw_end(&w);
}

static int
parse_conversation_body(struct reader *r, const json_t *root, void *arg)
{
	return responses_parse_with(parse_conversation, r, root, arg);
}

/* Both names have the same length. */
static void
rename_items(char *at)
{
	static const char before[] = "input", here[] = "items";

	if (strncmp(at, before, strlen(before)) == 0)
		memcpy(at, here, strlen(here));
}

int
responses_read_conversation(const char *body, size_t len,
    struct generation **ret_generation, struct responses_form *ret_form,
    struct error *ret_error)
{
	int rc = responses_read_with(parse_conversation_body, body, len,
	    ret_generation, ret_form, ret_error);

	if (rc != 0 && ret_error->param != NULL)
		rename_items(ret_error->param);
	if (rc != 0 && ret_error->message != NULL &&
	    *ret_error->message == '\'')
		rename_items(ret_error->message + 1);
	return rc;
}

/* ---- what references stand for ---- */

/* Room in the arena for items that were no part of the body. */
static void
make_way(struct generation *g, const struct found *found, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < found[i].n; k++)
			arena_raise(
			    &g->arena, reader_arena_max(found[i].items[k].len));
	}
	arena_raise(&g->arena, reader_arena_max(0));
}

static size_t
count(const struct generation *g, const struct found *found, size_t n)
{
	size_t all = g->n_items;

	for (size_t i = 0; i < n; i++)
		all += found[i].n;
	return all;
}

static int
add_kept(struct responses_parse *p, struct text json)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc = jsonx_parse(
	    json.s, json.len, LIMIT_BODY_DEPTH + 1, &root, why);

	if (rc == -EINVAL)
		return error_set(p->r->error, ERROR_INTERNAL,
		    "An item that was kept cannot be read: %s.", why);
	if (rc != 0)
		return rc;
	rc = responses_parse_item(p, root, PLACE_NONE);
	json_decref(root);
	return rc;
}

static int
add_found(struct responses_parse *p, const struct found *found)
{
	int rc = 0;

	for (size_t k = 0; rc == 0 && k < found->n; k++)
		rc = add_kept(p, found->items[k]);
	return rc;
}

/* Reads into new items what the old ones are and stand for. */
static int
rebuild(struct responses_parse *p, const struct item *old, size_t n_old,
    const struct found *found, size_t n)
{
	struct generation *g = p->r->generation;
	size_t used = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_old; i++) {
		if (old[i].kind != ITEM_REFERENCE) {
			g->items[g->n_items++] = old[i];
			continue;
		}
		BUG_ON(used >= n);
		rc = add_found(p, &found[used++]);
	}
	BUG_ON(rc == 0 && used != n);
	return rc;
}

int
responses_resolve(struct generation *g, struct form *form,
    const struct found *found, size_t n, struct error *ret_error)
{
	struct reader r = { .generation = g, .error = ret_error };
	struct responses_parse p = {
		.r = &r, .form = (struct responses_form *)form, .kept = true
	};
	const struct item *old = g->items;
	size_t n_old = g->n_items;
	int rc = -ENOMEM;

	if (n == 0)
		return 0;
	make_way(g, found, n);
	g->items = reader_room(&r, count(g, found, n), sizeof(*g->items));
	g->n_items = 0;
	if (g->items != NULL)
		rc = rebuild(&p, old, n_old, found, n);
	json_decref(p.names);
	if (rc == -ENOMEM)
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
	return rc;
}
