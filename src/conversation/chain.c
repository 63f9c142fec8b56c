#include "conversation/chain.h"

#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/jsonx.h"

enum {
	UNIT_MESSAGE = 'm',
	UNIT_CALL = 'c',
	UNIT_RESULT = 'r',
	UNIT_OTHER = 'o',
	ARGUMENTS_JSON = 'j',
	ARGUMENTS_TEXT = 't' /* a freeform tool's input, or no JSON */
};

void
chain_add(struct digester *d, struct digest *chain, const struct digest *unit)
{
	digester_digest(d, chain);
	digester_digest(d, unit);
	digester_end(d, chain);
}

static void
add_parts(struct digester *d, const struct chain_part *parts, size_t n)
{
	digester_number(d, n);
	for (size_t i = 0; i < n; i++) {
		digester_number(d, parts[i].kind);
		digester_digest(d, &parts[i].text);
	}
}

void
chain_message(struct digester *d, enum item_role role, enum item_phase phase,
    const struct chain_part *parts, size_t n, struct digest *ret_unit)
{
	digester_number(d, UNIT_MESSAGE);
	digester_number(d, role);
	digester_number(d, phase);
	add_parts(d, parts, n);
	digester_end(d, ret_unit);
}

/* ---- calls ---- */

static int
add_dumped(const char *bytes, size_t len, void *arg)
{
	digester_add(arg, bytes, len);
	return 0;
}

/*
 * Clients read arguments and write them anew. -EINVAL for no JSON. Into a
 * digest of their own, since a fault may come in the midst of them.
 */
static int
digest_json(struct digester *d, struct text json, struct digest *ret)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc = jsonx_parse(json.s, json.len, LIMIT_LINE_DEPTH, &root, why);

	if (rc != 0)
		return rc;
	rc = json_dump_callback(root, add_dumped, d,
	    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	json_decref(root);
	digester_end(d, ret);
	return rc == 0 ? 0 : -ENOMEM;
}

int
chain_call(struct digester *d, const struct item *call, struct digest *ret_unit)
{
	struct digest arguments;
	int form = ARGUMENTS_JSON, rc = -EINVAL;

	if (!call->custom)
		rc = digest_json(d, call->arguments, &arguments);
	if (rc == -ENOMEM)
		return rc;
	if (rc != 0) {
		form = ARGUMENTS_TEXT;
		digester_add(d, call->arguments.s, call->arguments.len);
		digester_end(d, &arguments);
	}
	digester_number(d, UNIT_CALL);
	digester_text(d, call->call_id);
	digester_text(d, call->space);
	digester_text(d, call->name);
	digester_number(d, call->custom);
	digester_number(d, (uint64_t)form);
	digester_digest(d, &arguments);
	digester_end(d, ret_unit);
	return 0;
}

/* ---- items ---- */

static void
digest_part(
    struct digester *d, const struct part *part, struct chain_part *ret_part)
{
	ret_part->kind = part->kind;
	digester_add(d, part->text.s, part->text.len);
	digester_end(d, &ret_part->text);
}

static bool
goes_on(const struct item *first, const struct item *i)
{
	return i->kind == ITEM_REASONING ||
	    (item_is_message(i, ROLE_ASSISTANT) && item_is_beside(first, i));
}

/* Up to where what begins at `at` is one message, of `ret_parts` parts. */
static size_t
end_of_message(
    const struct generation *g, size_t at, size_t to, size_t *ret_parts)
{
	const struct item *first = &g->items[at];
	size_t parts = first->n_parts, end = at + 1;

	while (end < to && first->role == ROLE_ASSISTANT &&
	    goes_on(first, &g->items[end])) {
		if (g->items[end].kind == ITEM_MESSAGE)
			parts += g->items[end].n_parts;
		end++;
	}
	*ret_parts = parts;
	return end;
}

static bool
has_words(const struct generation *g, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (g->items[at].kind == ITEM_MESSAGE &&
		    !item_is_empty(&g->items[at]))
			return true;
	}
	return false;
}

/* One that only makes room for the calls beside it. */
static bool
is_none(const struct generation *g, size_t at, size_t end)
{
	const struct item *first = &g->items[at];

	return first->role == ROLE_ASSISTANT && end < g->n_items &&
	    g->items[end].kind == ITEM_CALL &&
	    item_is_beside(first, &g->items[end]);
}

static int
add_message(struct digester *d, const struct generation *g, size_t at,
    size_t end, size_t n, struct digest *chain)
{
	struct chain_part *parts = calloc(n + 1, sizeof(*parts));
	struct digest unit;
	size_t k = 0;

	if (parts == NULL)
		return -ENOMEM;
	for (size_t i = at; i < end; i++) {
		const struct item *item = &g->items[i];

		for (size_t p = 0;
		     item->kind == ITEM_MESSAGE && p < item->n_parts; p++)
			digest_part(d, &item->parts[p], &parts[k++]);
	}
	chain_message(
	    d, g->items[at].role, g->items[at].phase, parts, k, &unit);
	chain_add(d, chain, &unit);
	free(parts);
	return 0;
}

/* A message, with what belongs to it; *at is behind it then. */
static int
on_message(struct digester *d, const struct generation *g, size_t to,
    size_t *at, struct digest *chain)
{
	size_t n, begin = *at, end = end_of_message(g, begin, to, &n);

	*at = end;
	if (has_words(g, begin, end))
		return add_message(d, g, begin, end, n, chain);
	return is_none(g, begin, end)
	    ? 0
	    : add_message(d, g, begin, begin, 0, chain);
}

static int
on_result(struct digester *d, const struct item *i, struct digest *chain)
{
	size_t n = item_is_empty(i) ? 0 : i->n_parts;
	struct chain_part *parts = calloc(n + 1, sizeof(*parts));
	struct digest unit;

	if (parts == NULL)
		return -ENOMEM;
	for (size_t p = 0; p < n; p++)
		digest_part(d, &i->parts[p], &parts[p]);
	digester_number(d, UNIT_RESULT);
	digester_text(d, i->call_id);
	digester_text(d, i->name);
	digester_number(d, i->failed);
	add_parts(d, parts, n);
	digester_end(d, &unit);
	chain_add(d, chain, &unit);
	free(parts);
	return 0;
}

static int
on_item(struct digester *d, const struct item *i, struct digest *chain)
{
	struct digest unit;
	int rc = 0;

	if (i->kind == ITEM_REASONING)
		return 0;
	if (i->kind == ITEM_RESULT)
		return on_result(d, i, chain);
	if (i->kind == ITEM_CALL) {
		rc = chain_call(d, i, &unit);
	} else {
		digester_number(d, UNIT_OTHER);
		digester_text(d, i->verbatim);
		digester_end(d, &unit);
	}
	if (rc == 0)
		chain_add(d, chain, &unit);
	return rc;
}

int
chain_items(struct digester *d, const struct generation *g, size_t from,
    size_t to, struct digest *chain)
{
	size_t at = from;
	int rc = 0;

	while (rc == 0 && at < to) {
		if (g->items[at].kind == ITEM_MESSAGE)
			rc = on_message(d, g, to, &at, chain);
		else
			rc = on_item(d, &g->items[at++], chain);
	}
	return rc;
}

static bool
is_news(const struct item *i)
{
	return i->kind == ITEM_RESULT ||
	    (i->kind == ITEM_MESSAGE && i->role != ROLE_ASSISTANT);
}

size_t
chain_news(const struct generation *g)
{
	size_t at = g->n_items;

	while (at > 0 && is_news(&g->items[at - 1]))
		at--;
	return at;
}
