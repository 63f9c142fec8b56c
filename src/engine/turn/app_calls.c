#include "engine/turn/app_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codex/tool_names.h"
#include "rpc/rpc_tools.h"
#include "system/random_id.h"

enum {
	CALL_ID_MAX = 40
};

static void
call_free(struct app_call *call)
{
	free(call->item);
	free(call->id);
	free(call->arguments);
}

void
app_calls_drop(struct app_calls *calls)
{
	for (size_t i = 0; i < calls->n; i++)
		call_free(&calls->list[i]);
	free(calls->list);
	*calls = (struct app_calls){ 0 };
}

/* All are told to the model, also where one is demanded. */
static bool
is_chosen(const struct generation *g, const struct tool *t)
{
	return g->choice != CHOICE_NAMED || text_equal(g->chosen, t->name);
}

static bool
is_wanted(const struct app_calls *calls, const struct generation *g)
{
	return calls->n == 0 ||
	    (calls->n < LIMIT_CALLS && g->parallel != PARALLEL_NO);
}

static bool
has_id(const struct app_calls *calls, const char *id)
{
	for (size_t i = 0; i < calls->n; i++) {
		if (strcmp(calls->list[i].id, id) == 0)
			return true;
	}
	return false;
}

/* Results go by the id, so that there must be one, and no other like it. */
static char *
usable_id(const struct app_calls *calls, struct text id)
{
	char made[CALL_ID_MAX];
	char *given = strndup(id.s, id.len);

	if (given == NULL || (given[0] != '\0' && !has_id(calls, given)))
		return given;
	free(given);
	random_id(made, sizeof(made), "call_", 12);
	return strdup(made);
}

/* A function without parameters may be called with nothing: no JSON. */
static char *
usable_arguments(struct text arguments)
{
	for (size_t i = 0; i < arguments.len; i++) {
		if (strchr(" \t\r\n", arguments.s[i]) == NULL)
			return strndup(arguments.s, arguments.len);
	}
	return strdup("{}");
}

static int
keep(
    struct app_calls *calls, const struct rpc_event *e, const struct tool *tool)
{
	struct app_call *list, call;

	if (e->text.len > LIMIT_BACKLOG - calls->len)
		return -EMSGSIZE;
	list = reallocarray(calls->list, calls->n + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	calls->list = list;
	call.tool = tool;
	call.behind = SIZE_MAX;
	call.item = strndup(e->item.s, e->item.len);
	call.id = usable_id(calls, e->call_id);
	call.arguments = usable_arguments(e->text);
	if (call.item == NULL || call.id == NULL || call.arguments == NULL) {
		call_free(&call);
		return -ENOMEM;
	}
	call.n_arguments = strlen(call.arguments);
	list[calls->n++] = call;
	calls->len += e->text.len;
	return 0;
}

/* A freeform tool is a function to Codex (rpc_tools.h). */
static int
take_input(struct app_call *call, struct text arguments)
{
	char *input;
	int rc = rpc_tools_input(arguments, &input, &call->n_arguments);

	if (rc != 0)
		return rc;
	free(call->arguments);
	call->arguments = input;
	return 0;
}

/* Codex refuses what is no JSON itself. */
static bool
is_json(struct text arguments)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	bool good = jsonx_parse(arguments.s, arguments.len, LIMIT_LINE_DEPTH,
			&root, why) == 0;

	if (good)
		json_decref(root);
	return good;
}

static void
note_fitness(struct app_calls *calls, const struct rpc_event *e)
{
	const struct app_call *call = &calls->list[calls->n - 1];

	if (!text_is(e->call_id, call->id) || !is_json(e->text))
		calls->unfit = true;
}

int
app_calls_add(struct app_calls *calls, const struct generation *r,
    const struct rpc_event *e)
{
	const struct tool *tool = tool_from_codex(r, e->space, e->name);
	int rc;

	calls->made++;
	if (tool == NULL || !generation_offers(r, tool) ||
	    !is_chosen(r, tool) || !is_wanted(calls, r))
		return 0;
	rc = keep(calls, e, tool);
	if (rc == 0 && tool->custom)
		rc = take_input(&calls->list[calls->n - 1], e->text);
	if (rc == 0)
		note_fitness(calls, e);
	return rc;
}
