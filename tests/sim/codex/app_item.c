#include "app_item.h"

#include <errno.h>

#include "app_mode.h"
#include "output.h"

#define OF_TURN "'threadId':'$t','turnId':'$u'"
#define TURN(items, view, status, error, start, end, duration) \
	"{'id':'$u','rootTurnId':'$u','items':[" items "],'itemsView':'" view \
	"','status':" status ",'error':" error ",'startedAt':" start \
	",'completedAt':" end ",'durationMs':" duration "}"
#define AGENT(text, end) \
	"{'type':'agentMessage','moderation':null,'id':'$i','text':" text \
	",'phase':$1,'memoryCitation':null,'delivery':null,'questions':null," \
	"'startedAtMs':$b,'completedAtMs':" end "}"
#define USER(end) \
	"{'type':'userMessage','id':'$i','clientId':null,'content':$0," \
	"'startedAtMs':$b,'completedAtMs':" end "}"

const char item_delta_method[] = "item/agentMessage/delta";
const char item_delta_params[] = "{" OF_TURN ",'itemId':'$i','delta':";

void
item_turn_answer(struct turn *t)
{
	static const char answer[] = "{'turn':" TURN("", "notLoaded",
	    "'inProgress'", "null", "null", "null", "null") "}";

	if (t->request == NULL)
		return;
	wire_result(t->request, answer, &t->args);
	free(t->request);
	t->request = NULL;
}

void
item_turn_started(const struct turn *t)
{
	static const char params[] = "{'threadId':'$t','turn':" TURN(
	    "", "notLoaded", "'inProgress'", "null", "$s", "null", "null") "}";

	wire_notify("turn/started", params, &t->args);
}

void
item_turn_completed(const struct turn *t, const char *status, const char *error)
{
	static const char bare[] = "{'threadId':'$t','turn':" TURN(
	    "", "notLoaded", "$0", "$2", "$s", "$s", "$3") "}";
	static const char with_message[] = "{'threadId':'$t','turn':" TURN(
	    AGENT("$0", "$m"), "summary", "'completed'", "null", "$s", "$s",
	    "$3") "}";
	struct wire_args args = t->args;
	char duration[24];

	snprintf(duration, sizeof(duration), "%lld",
	    (long long)(wire_ms() - t->started_ms));
	args.json[0] = status != NULL ? status : t->json.data;
	args.json[1] = t->phase;
	args.json[2] = error != NULL ? error : "null";
	args.json[3] = duration;
	wire_notify(
	    "turn/completed", status != NULL ? bare : with_message, &args);
}

void
item_status(const struct turn *t, const char *status)
{
	struct wire_args args = t->args;

	args.json[0] = status;
	wire_notify(
	    "thread/status/changed", "{'threadId':'$t','status':$0}", &args);
}

static struct usage
usage_of(const struct turn *t)
{
	long long u[4] = { 11, 3, 7, 2 };

	if (t->script->usage != NULL &&
	    sscanf(t->script->usage, "%lld,%lld,%lld,%lld", &u[0], &u[1], &u[2],
		&u[3]) != 4)
		output_must(-EINVAL, "usage");
	return (struct usage){ u[0], u[1], u[2], u[3] };
}

static void
usage_json(char json[256], const struct usage *u)
{
	snprintf(json, 256,
	    "{\"totalTokens\":%lld,\"inputTokens\":%lld,"
	    "\"cachedInputTokens\":%lld,\"cacheWriteInputTokens\":0,"
	    "\"outputTokens\":%lld,\"reasoningOutputTokens\":%lld}",
	    (long long)(u->input + u->output), (long long)u->input,
	    (long long)u->cached, (long long)u->output,
	    (long long)u->reasoning);
}

void
item_raw_response(struct turn *t)
{
	struct wire_args args = t->args;
	struct usage usage = usage_of(t);
	char json[256], response[WIRE_ID_MAX];

	if (!t->thread->raw)
		return;
	snprintf(response, sizeof(response), "\"resp_%llu_%d\"",
	    (unsigned long long)t->serial, t->responses);
	usage_json(json, &usage);
	args.json[0] = response;
	args.json[1] = json;
	wire_notify("rawResponse/completed",
	    "{" OF_TURN ",'responseId':$0,'usage':$1,'usageMetadata':null}",
	    &args);
}

void
item_usage(struct turn *t)
{
	struct usage last = usage_of(t), *total = &t->thread->total;
	struct wire_args args = t->args;
	char last_json[256], total_json[256];

	total->input += last.input;
	total->cached += last.cached;
	total->output += last.output;
	total->reasoning += last.reasoning;
	t->responses++;
	usage_json(last_json, &last);
	usage_json(total_json, total);
	args.json[0] = total_json;
	args.json[1] = last_json;
	wire_notify("thread/tokenUsage/updated",
	    "{" OF_TURN ",'tokenUsage':{'total':$0,'last':$1,"
	    "'modelContextWindow':258400}}",
	    &args);
}

const char *
item_limits(void)
{
	const char *limits = app_mode()->rate_limits;

	if (limits != NULL)
		return limits;
	return "{\"limitId\":\"codex\",\"limitName\":null,"
	       "\"normalModelSlug\":null,\"primary\":null,\"secondary\":null,"
	       "\"credits\":null,\"individualLimit\":null,"
	       "\"spendControlReached\":null,\"planType\":null,"
	       "\"rateLimitReachedType\":null}";
}

void
item_rate_limits(void)
{
	wire_notify("account/rateLimits/updated", "{'rateLimits':$0}",
	    &(struct wire_args){ .json = { item_limits() } });
}

void
item_error(const struct turn *t, const char *error, const char *retry)
{
	struct wire_args args = t->args;

	args.json[0] = error;
	args.json[1] = retry;
	wire_notify("error",
	    retry != NULL ? "{'error':$0,'willRetry':$1," OF_TURN "}"
			  : "{'error':$0," OF_TURN "}",
	    &args);
}

void
item_begin(struct turn *t, const char *kind)
{
	snprintf(t->item, sizeof(t->item), "%s_%llu_%d", kind,
	    (unsigned long long)t->serial, t->items++);
	t->args.began_ms = wire_ms();
}

static void
item_event(const char *method, const char *item, const char *rest,
    const struct wire_args *args)
{
	char params[1024];
	int n = snprintf(params, sizeof(params), "{'item':%s%s", item, rest);

	BUG_ON(n < 0 || (size_t)n >= sizeof(params));
	wire_notify(method, params, args);
}

void
item_started(
    const struct turn *t, const char *item, const struct wire_args *args)
{
	(void)t;
	item_event(
	    "item/started", item, "," OF_TURN ",'startedAtMs':$m}", args);
}

void
item_completed(
    const struct turn *t, const char *item, const struct wire_args *args)
{
	(void)t;
	item_event("item/completed", item,
	    "," OF_TURN ",'contentTokenCount':null,'completedAtMs':$m}", args);
}

void
item_raw(const struct turn *t, const char *item, const struct wire_args *args)
{
	if (t->thread->raw)
		item_event(
		    "rawResponseItem/completed", item, "," OF_TURN "}", args);
}

void
item_raw_aborted(const struct turn *t)
{
	item_raw(t,
	    "{'type':'message','id':'msg_$u','role':'user','content':[{'type':"
	    "'input_text','text':'<turn_aborted>\\n...\\n</turn_aborted>'}]}",
	    &t->args);
}

void
item_user(struct turn *t)
{
	struct wire_args args;
	char *content;

	if (t->input == NULL)
		return;
	content = json_dumps(t->input, JSON_COMPACT);
	output_must(content == NULL ? -ENOMEM : 0, "userMessage");
	thread_make_id(t->item, 'a', t->serial);
	t->args.began_ms = wire_ms();
	args = t->args;
	args.json[0] = content;
	item_started(t, USER("null"), &args);
	item_completed(t, USER("$m"), &args);
	free(content);
}

void
item_message_started(struct turn *t)
{
	struct wire_args args;

	item_begin(t, "msg");
	args = t->args;
	args.json[1] = t->phase;
	item_started(t, AGENT("''", "null"), &args);
}

void
item_message_completed(struct turn *t, const char *text)
{
	struct wire_args args = t->args;

	args.json[0] = text;
	args.json[1] = t->phase;
	item_completed(t, AGENT("$0", "$m"), &args);
	item_raw(t,
	    "{'type':'message','status':'completed','id':'$i','role':"
	    "'assistant','content':[{'type':'output_text','text':$0,"
	    "'annotations':[]}],'phase':$1}",
	    &args);
}
