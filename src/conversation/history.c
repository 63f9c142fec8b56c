#include "conversation/history.h"

#include <errno.h>
#include <stdlib.h>

struct call {
	const struct item *item;
	bool answered;
};

/*
 * The calls of one segment: what stands between two messages of user or
 * assistant. Sorted by id, those of one id in their order.
 */
struct calls {
	struct call *v;
	size_t n;
	size_t n_answered;
};

static int
compare_ids(struct text x, struct text y)
{
	size_t shorter = x.len < y.len ? x.len : y.len;
	int order = shorter == 0 ? 0 : memcmp(x.s, y.s, shorter);

	return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static int
compare(const void *a, const void *b)
{
	const struct item *x = ((const struct call *)a)->item;
	const struct item *y = ((const struct call *)b)->item;
	int order = compare_ids(x->call_id, y->call_id);

	return order != 0 ? order : (x > y) - (x < y);
}

/* The last call of this id that stands before the item `before`, or NULL. */
static struct call *
find(const struct calls *calls, struct text id, const struct item *before)
{
	size_t low = 0, high = calls->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct item *i = calls->v[middle].item;
		int order = compare_ids(i->call_id, id);

		if (order < 0 || (order == 0 && i < before))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || !text_equal(calls->v[low - 1].item->call_id, id))
		return NULL;
	return &calls->v[low - 1];
}

/* ---- calls ---- */

/* Whether the two are of one message of the caller's. */
static bool
is_one(const struct generation *g, size_t a, size_t b)
{
	return b < g->n_items && item_is_beside(&g->items[a], &g->items[b]);
}

/* In some dialects texts stand between a message's calls, or its results. */
static bool
is_border(const struct generation *g, size_t at)
{
	const struct item *i = &g->items[at];

	if (at > 0 && is_one(g, at - 1, at))
		return false;
	if (item_is_message(i, ROLE_USER))
		return !is_one(g, at, at + 1) || i[1].kind != ITEM_RESULT;
	return item_is_message(i, ROLE_ASSISTANT);
}

/* Those of the segment that begins at item `at`. */
static void
open_calls(struct calls *calls, const struct generation *g, size_t at)
{
	calls->n = 0;
	calls->n_answered = 0;
	for (; at < g->n_items && !is_border(g, at); at++) {
		if (g->items[at].kind == ITEM_CALL)
			calls->v[calls->n++] = (struct call){ &g->items[at],
				false };
	}
	if (calls->n > 1)
		qsort(calls->v, calls->n, sizeof(*calls->v), compare);
}

/* An id may be used again once the call before has its result. */
static int
check_call(
    const struct calls *calls, const struct item *i, struct error *ret_error)
{
	const struct call *c = find(calls, i->call_id, i);

	if (c == NULL || c->answered)
		return 0;
	return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_CALL,
	    i->place, "Two tool calls have the id '%.64s'.", i->call_id.s);
}

static const struct item *
first_unanswered(const struct calls *calls)
{
	const struct item *first = NULL;

	for (size_t k = 0; k < calls->n; k++) {
		const struct call *c = &calls->v[k];

		if (!c->answered && (first == NULL || c->item < first))
			first = c->item;
	}
	return first;
}

/* Before the next user or assistant message all must have been answered. */
static int
close_calls(const struct calls *calls, struct error *ret_error)
{
	const struct item *i;

	if (calls->n_answered == calls->n)
		return 0;
	i = first_unanswered(calls);
	BUG_ON(i == NULL);
	if (i->call_id.len == 0)
		return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_CALL,
		    i->place,
		    "The call of '%.64s' has no function message before the "
		    "next user or assistant message.",
		    i->name.s);
	return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_CALL,
	    i->place,
	    "The tool call '%.64s' has no tool message before the next user "
	    "or assistant message.",
	    i->call_id.s);
}

/* ---- results ---- */

static int
answer(struct calls *calls, const struct item *i, struct error *ret_error)
{
	struct call *c = find(calls, i->call_id, i);

	if (c != NULL && !c->answered) {
		c->answered = true;
		calls->n_answered++;
		return 0;
	}
	if (c != NULL)
		return error_set_at(ret_error, ERROR_INVALID_VALUE,
		    FIELD_RESULT, i->place,
		    "The tool call '%.64s' is answered twice.", i->call_id.s);
	return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_RESULT,
	    i->place, "The assistant message before has no tool call '%.64s'.",
	    i->call_id.s);
}

/* One without an id is told by its function's name. */
static int
answer_function(
    struct calls *calls, const struct item *i, struct error *ret_error)
{
	struct call *c = find(calls, i->call_id, i);

	if (c != NULL && !c->answered && text_equal(c->item->name, i->name)) {
		c->answered = true;
		calls->n_answered++;
		return 0;
	}
	return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_RESULT,
	    i->place,
	    "The assistant message before has no call of '%.64s' that is yet "
	    "to be answered.",
	    i->name.s);
}

/* ---- items ---- */

static int
check_item(struct calls *calls, const struct generation *g, size_t at,
    struct error *ret_error)
{
	const struct item *i = &g->items[at];
	int rc;

	if (i->kind == ITEM_CALL)
		return check_call(calls, i, ret_error);
	if (i->kind == ITEM_RESULT)
		return i->call_id.len > 0
		    ? answer(calls, i, ret_error)
		    : answer_function(calls, i, ret_error);
	if (!is_border(g, at))
		return 0;
	rc = close_calls(calls, ret_error);
	if (rc == 0)
		open_calls(calls, g, at + 1);
	return rc;
}

static size_t
count_calls(const struct generation *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_items; i++)
		n += g->items[i].kind == ITEM_CALL;
	return n;
}

int
history_check(const struct generation *g, struct error *ret_error)
{
	size_t n = count_calls(g);
	struct calls calls = { 0 };
	int rc = 0;

	if (n > 0) {
		calls.v = calloc(n, sizeof(*calls.v));
		if (calls.v == NULL) {
			error_set(ret_error, ERROR_INTERNAL,
			    "The server is out of memory.");
			return -ENOMEM;
		}
	}
	open_calls(&calls, g, 0);
	for (size_t i = 0; rc == 0 && i < g->n_items; i++)
		rc = check_item(&calls, g, i, ret_error);
	if (rc == 0)
		rc = close_calls(&calls, ret_error);
	free(calls.v);
	return rc;
}
