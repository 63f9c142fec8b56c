#include "core/app_history.h"

#include <errno.h>

enum {
	PARAM_MAX = 64
};

struct call {
	struct text id; /* empty: the old function_call */
	size_t index; /* within its message */
	bool answered;
};

/* The calls of the last assistant message, sorted by id. */
struct calls {
	size_t message;
	struct call *v;
	size_t n;
	size_t n_answered;
};

static const char *
param_of(size_t message, const char *field, char out[PARAM_MAX])
{
	snprintf(out, PARAM_MAX, "messages[%zu].%s", message, field);
	return out;
}

static int
compare(const void *a, const void *b)
{
	const struct text *x = &((const struct call *)a)->id;
	const struct text *y = &((const struct call *)b)->id;
	int order = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static struct call *
find(const struct calls *calls, struct text id)
{
	const struct call key = { .id = id };

	return calls->n == 0
	    ? NULL
	    : bsearch(&key, calls->v, calls->n, sizeof(*calls->v), compare);
}

/* ---- calls ---- */

static int
open_calls(struct calls *calls, const struct chat_request *r, size_t i,
    struct api_error *e)
{
	const struct chat_message *m = &r->messages[i];
	char param[PARAM_MAX];

	calls->message = i;
	calls->n = m->n_tool_calls;
	calls->n_answered = 0;
	for (size_t k = 0; k < calls->n; k++)
		calls->v[k] = (struct call){ m->tool_calls[k].id, k, false };
	if (calls->n > 1)
		qsort(calls->v, calls->n, sizeof(*calls->v), compare);
	for (size_t k = 1; k < calls->n; k++) {
		if (compare(&calls->v[k - 1], &calls->v[k]) == 0)
			return api_error_set_param(e, API_ERROR_INVALID_VALUE,
			    param_of(i, "tool_calls", param),
			    "Two tool calls have the id '%.64s'.",
			    calls->v[k].id.s);
	}
	return 0;
}

static const struct call *
first_unanswered(const struct calls *calls)
{
	const struct call *first = NULL;

	for (size_t k = 0; k < calls->n; k++) {
		const struct call *c = &calls->v[k];

		if (!c->answered && (first == NULL || c->index < first->index))
			first = c;
	}
	return first;
}

/* Before the next user or assistant message all must have been answered. */
static int
close_calls(const struct calls *calls, const struct chat_request *r,
    struct api_error *e)
{
	char param[PARAM_MAX];
	const struct call *c;

	if (calls->n_answered == calls->n)
		return 0;
	c = first_unanswered(calls);
	BUG_ON(c == NULL);
	if (c->id.len == 0)
		return api_error_set_param(e, API_ERROR_INVALID_VALUE,
		    param_of(calls->message, "function_call", param),
		    "The call of '%.64s' has no function message before the "
		    "next user or assistant message.",
		    r->messages[calls->message].tool_calls[0].name.s);
	return api_error_set_param(e, API_ERROR_INVALID_VALUE,
	    param_of(calls->message, "tool_calls", param),
	    "The tool call '%.64s' has no tool message before the next user "
	    "or assistant message.",
	    c->id.s);
}

/* ---- results ---- */

static int
answer(struct calls *calls, const struct chat_request *r, size_t i,
    struct api_error *e)
{
	struct text id = r->messages[i].tool_call_id;
	struct call *c = find(calls, id);
	char param[PARAM_MAX];

	if (c != NULL && !c->answered) {
		c->answered = true;
		calls->n_answered++;
		return 0;
	}
	param_of(i, "tool_call_id", param);
	if (c != NULL)
		return api_error_set_param(e, API_ERROR_INVALID_VALUE, param,
		    "The tool call '%.64s' is answered twice.", id.s);
	return api_error_set_param(e, API_ERROR_INVALID_VALUE, param,
	    "The assistant message before has no tool call '%.64s'.", id.s);
}

static int
answer_function(struct calls *calls, const struct chat_request *r, size_t i,
    struct api_error *e)
{
	struct text name = r->messages[i].name;
	struct call *c = find(calls, (struct text){ "", 0 });
	char param[PARAM_MAX];

	if (c != NULL && !c->answered &&
	    text_equal(r->messages[calls->message].tool_calls[0].name, name)) {
		c->answered = true;
		calls->n_answered++;
		return 0;
	}
	return api_error_set_param(e, API_ERROR_INVALID_VALUE,
	    param_of(i, "name", param),
	    "The assistant message before has no call of '%.64s' that is yet "
	    "to be answered.",
	    name.s);
}

/* ---- messages ---- */

static int
check_message(struct calls *calls, const struct chat_request *r, size_t i,
    struct api_error *e)
{
	int rc = 0;

	switch (r->messages[i].role) {
	case CHAT_SYSTEM:
	case CHAT_DEVELOPER:
		break;
	case CHAT_USER:
	case CHAT_ASSISTANT:
		rc = close_calls(calls, r, e);
		if (rc == 0)
			rc = open_calls(calls, r, i, e);
		break;
	case CHAT_TOOL:
		rc = answer(calls, r, i, e);
		break;
	case CHAT_FUNCTION:
		rc = answer_function(calls, r, i, e);
		break;
	}
	return rc;
}

static size_t
most_calls(const struct chat_request *r)
{
	size_t most = 0;

	for (size_t i = 0; i < r->n_messages; i++) {
		if (r->messages[i].n_tool_calls > most)
			most = r->messages[i].n_tool_calls;
	}
	return most;
}

int
app_history_check(const struct chat_request *r, struct api_error *ret_error)
{
	size_t most = most_calls(r);
	struct calls calls = { 0 };
	int rc = 0;

	if (most > 0) {
		calls.v = calloc(most, sizeof(*calls.v));
		if (calls.v == NULL) {
			api_error_set(ret_error, API_ERROR_INTERNAL,
			    "The server is out of memory.");
			return -ENOMEM;
		}
	}
	for (size_t i = 0; rc == 0 && i < r->n_messages; i++)
		rc = check_message(&calls, r, i, ret_error);
	if (rc == 0)
		rc = close_calls(&calls, r, ret_error);
	free(calls.v);
	return rc;
}
