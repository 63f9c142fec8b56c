#include "app_ask.h"

#include <errno.h>

#include "../model/request.h"
#include "app_item.h"
#include "app_stage.h"
#include "base/clock.h"
#include "json/jsonw.h"
#include "json/jsonx.h"
#include "output.h"

#define CALL(rest) \
	"{'type':'dynamicToolCall','id':'$i','namespace':null,'tool':$0," \
	"'arguments':$1,'status':" rest ",'startedAtMs':$b,'completedAtMs':"

struct ask {
	LIST_ENTRY(ask) link;
	int64_t id;
	struct turn *turn;
	/* Of a tool: the item, its name and arguments as JSON. */
	char item[WIRE_ID_MAX];
	char *name;
	char *arguments;
	struct wire_args args;
};

static LIST_HEAD(, ask) asks = LIST_HEAD_INITIALIZER(asks);
static int64_t next_id;

static struct ask *
ask_new(struct turn *t)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	output_must(ask == NULL ? -ENOMEM : 0, "request");
	ask->id = next_id++;
	ask->turn = t;
	ask->args = t->args;
	ask->args.item = ask->item;
	LIST_INSERT_HEAD(&asks, ask, link);
	t->asked++;
	return ask;
}

static void
ask_free(struct ask *ask)
{
	LIST_REMOVE(ask, link);
	ask->turn->asked--;
	free(ask->name);
	free(ask->arguments);
	free(ask);
}

static char *
must_dump(const json_t *value)
{
	char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	output_must(json == NULL ? -ENOMEM : 0, "JSON");
	return json;
}

static char *
must_copy(const char *s)
{
	char *copy = strdup(s);

	output_must(copy == NULL ? -ENOMEM : 0, "JSON");
	return copy;
}

static char *
must_quote(const char *s)
{
	json_t *string = json_string(s);
	char *json = must_dump(string);

	json_decref(string);
	return json;
}

enum stage_result
stage_approval(struct turn *t)
{
	struct ask *ask;

	if (!t->script->approval)
		return STAGE_NEXT;
	ask = ask_new(t);
	item_begin(t, "call");
	wire_request(ask->id, "item/commandExecution/requestApproval",
	    "{'kind':'command','threadId':'$t','turnId':'$u','itemId':'$i',"
	    "'startedAtMs':$b,'environmentId':null,'reason':null,'command':"
	    "'touch /nonexistent','cwd':'/','commandActions':[]}",
	    &t->args);
	return STAGE_PARK;
}

enum stage_result
stage_unknown_request(struct turn *t)
{
	if (!t->script->unknown_request)
		return STAGE_NEXT;
	wire_request(ask_new(t)->id, "foo/bar",
	    "{'threadId':'$t','turnId':'$u','x':1}", &t->args);
	return STAGE_PARK;
}

static void
ask_for(struct ask *ask)
{
	struct wire_args args = ask->args;

	args.json[0] = ask->name;
	args.json[1] = ask->arguments;
	wire_request(ask->id, "item/tool/call",
	    "{'threadId':'$t','turnId':'$u','callId':'$i','namespace':null,"
	    "'tool':$0,'arguments':$1}",
	    &args);
}

/* Behind the response, the last first. */
static void
ask_for_all(struct turn *t)
{
	struct ask *ask;

	LIST_FOREACH(ask, &asks, link) {
		if (ask->turn == t && ask->name != NULL)
			ask_for(ask);
	}
}

/* Says that the model calls `call`, NAME:{json}, and asks for the result. */
static void
call_tool(struct turn *t, const char *call)
{
	const char *colon = strchrnul(call, ':');
	const char *arguments = *colon == ':' ? colon + 1 : "{}";
	json_t *parsed = json_loads(arguments, 0, NULL);
	char *name = strndup(call, (size_t)(colon - call));
	char *quoted = must_quote(arguments);
	struct ask *ask = ask_new(t);

	output_must(name == NULL ? -ENOMEM : 0, "tool");
	item_begin(t, "call");
	snprintf(ask->item, sizeof(ask->item), "%s", t->item);
	ask->name = must_quote(name);
	/* What is no JSON stays the text that it is. */
	ask->arguments = parsed != NULL ? must_dump(parsed) : must_copy(quoted);
	ask->args.began_ms = t->args.began_ms;
	ask->args.json[0] = ask->name;
	ask->args.json[1] = ask->arguments;
	ask->args.json[2] = quoted;
	item_raw(t,
	    "{'type':'function_call','status':'completed','id':'fc_$i','name':"
	    "$0,'arguments':$2,'call_id':'$i'}",
	    &ask->args);
	item_started(t,
	    CALL("'inProgress','contentItems':null,'success':null,"
		 "'durationMs':null") "null}",
	    &ask->args);
	if (!t->script->unasked && !t->script->ask_late)
		ask_for(ask);
	json_decref(parsed);
	free(name);
	free(quoted);
}

enum stage_result
stage_tools(struct turn *t)
{
	const struct strv *tools = &t->script->tools;

	if (request_ends_in_tool_output(t->thread->items)) {
		t->tool_said = true;
		output_must(
		    request_tool_outputs(t->thread->items, &t->tool_output),
		    "tool");
		return STAGE_NEXT;
	}
	for (size_t i = 0; i < tools->n; i++)
		call_tool(t, tools->v[i]);
	if (tools->n == 0)
		return STAGE_NEXT;
	item_raw_response(t);
	if (t->script->ask_late)
		ask_for_all(t);
	item_turn_answer(t);
	t->thread->gone = t->script->vanish;
	t->thread->refuse_news = t->script->refuse_news;
	if (t->script->abandon == 0)
		return STAGE_PARK;
	t->due = clock_after(t->script->abandon * NS_PER_MS);
	return STAGE_SLEEP;
}

enum stage_result
stage_tools_done(struct turn *t)
{
	if (t->script->tools.n == 0 || t->tool_said)
		return STAGE_NEXT;
	t->tool_said = true;
	item_usage(t);
	item_rate_limits();
	return STAGE_NEXT;
}

/* The call has ended, with this output; `items` is JSON. */
static void
finish_call(
    struct ask *ask, bool success, const char *items, const char *output)
{
	char *quoted = must_quote(output);

	ask->args.json[2] = items;
	item_completed(ask->turn,
	    success ? CALL("'completed','contentItems':$2,'success':true,"
			   "'durationMs':0") "$m}"
		    : CALL("'failed','contentItems':$2,'success':false,"
			   "'durationMs':0") "$m}",
	    &ask->args);
	ask->args.json[2] = quoted;
	item_raw(ask->turn,
	    "{'type':'function_call_output','id':'fco_$i','call_id':'$i',"
	    "'output':$2}",
	    &ask->args);
	free(quoted);
}

/* The texts of a tool's content items, appended to what others said. */
static size_t
collect_output(struct turn *t, const json_t *items)
{
	size_t start;
	const json_t *item, *text;
	size_t i;

	if (t->tool_output.len > 0)
		output_must(buf_puts(&t->tool_output, "; "), "tool");
	start = t->tool_output.len;
	output_must(buf_puts(&t->tool_output, ""), "tool");
	json_array_foreach(items, i, item) {
		text = json_object_get(item, "text");
		if (json_is_string(text))
			output_must(
			    buf_puts(&t->tool_output, json_string_value(text)),
			    "tool");
	}
	return start;
}

static void
tool_answered(struct ask *ask, const json_t *result)
{
	struct turn *t = ask->turn;
	json_t *items = json_object_get(result, "contentItems");
	char *json = items != NULL ? must_dump(items) : must_copy("[]");
	size_t start = collect_output(t, items);

	finish_call(ask, json_is_true(json_object_get(result, "success")), json,
	    t->tool_output.data + start);
	free(json);
}

void
ask_answered(const json_t *message)
{
	struct turn *t;
	struct ask *ask;
	int64_t id;

	if (jsonx_get_int(message, "id", &id) < 0)
		return;
	LIST_FOREACH(ask, &asks, link) {
		if (ask->id == id)
			break;
	}
	if (ask == NULL)
		return;
	t = ask->turn;
	if (ask->name != NULL)
		tool_answered(ask, json_object_get(message, "result"));
	ask_free(ask);
	if (t->asked == 0)
		turn_resume(t);
}

void
ask_cancel(struct turn *t)
{
	struct ask *ask;
	bool called = false;

	LIST_FOREACH(ask, &asks, link) {
		if (ask->turn != t || ask->name == NULL)
			continue;
		finish_call(ask, false, "[]",
		    "dynamic tool call was cancelled before receiving a "
		    "response");
		called = true;
	}
	if (called)
		item_usage(t);
	ask_forget(t);
}

void
ask_forget(struct turn *t)
{
	struct ask *ask, *next;

	for (ask = LIST_FIRST(&asks); ask != NULL && t->asked > 0; ask = next) {
		next = LIST_NEXT(ask, link);
		if (ask->turn == t)
			ask_free(ask);
	}
}
