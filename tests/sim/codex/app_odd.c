#include "app_odd.h"

#include <errno.h>
#include <signal.h>

#include "app_item.h"
#include "app_request.h"
#include "app_stage.h"
#include "calls.h"
#include "faults.h"
#include "output.h"

enum {
	LATE_DELTAS = 3,
	STRAY_ID = 987654321
};

#define OF_NOBODY \
	"'threadId':'00000000-0000-7000-8000-000000000000'," \
	"'turnId':'00000000-0000-7000-9000-000000000000'"

static void
say_foreign(void)
{
	static const struct wire_args none;

	wire_notify("item/agentMessage/delta",
	    "{" OF_NOBODY ",'itemId':'msg_0','delta':'not yours'}", &none);
	wire_notify("item/completed",
	    "{'item':{'type':'agentMessage','id':'msg_0','text':'not yours',"
	    "'phase':null}," OF_NOBODY ",'completedAtMs':$m}",
	    &none);
	wire_notify("error",
	    "{'error':{'message':'not yours','codexErrorInfo':'other',"
	    "'additionalDetails':null},'willRetry':false," OF_NOBODY "}",
	    &none);
	wire_notify("turn/completed",
	    "{'threadId':'00000000-0000-7000-8000-000000000000','turn':{'id':"
	    "'00000000-0000-7000-9000-000000000000','items':[],'status':"
	    "'completed','error':null}}",
	    &none);
}

static void
say_stray(void)
{
	static const struct wire_args none;
	char id[24];

	snprintf(id, sizeof(id), "%d", STRAY_ID);
	wire_result(id, "{}", &none);
	wire_error("\"nobody\"", -32603, "nobody asked", NULL);
	wire_result("null", "null", &none);
}

static void
say_garbage(void)
{
	static const char lines[] =
	    "this is not JSON\n\n{\"method\":\nnull\n[1,2]\n{}\n"
	    "{\"method\":7,\"params\":[]}\n{\"method\":\"turn/started\"}\n"
	    "{\"method\":\"turn/completed\",\"params\":{\"threadId\":1}}\n"
	    "\xff\xfe\xc3(\x80\n{\"method\":\"po\xff\xc3(ng\"}\n";

	wire_raw(lines, sizeof(lines) - 1);
}

static void
say_long_line(const char *head, size_t len, const char *end)
{
	char *space = malloc(len);

	output_must(space == NULL ? -ENOMEM : 0, "long_line");
	memset(space, 'x', len);
	wire_raw(head, strlen(head));
	wire_raw(space, len);
	wire_raw(end, strlen(end));
	free(space);
}

/* As Codex writes it: whose it is stands behind it. */
static void
say_long_item(const struct turn *t, size_t len)
{
	char end[256];

	snprintf(end, sizeof(end),
	    "\"},\"threadId\":\"%s\",\"turnId\":\"%s\"}}\n", t->thread->id,
	    t->id);
	say_long_line("{\"method\":\"item/completed\",\"params\":{\"item\":{"
		      "\"type\":\"userMessage\",\"id\":\"m\",\"text\":\"",
	    len, end);
}

enum stage_result
stage_weeds(struct turn *t)
{
	const struct script *s = t->script;

	if (s->unknown_notification)
		wire_notify("turn/fromTheFuture",
		    "{'threadId':'$t','turnId':'$u','x':{'y':[1,null]}}",
		    &t->args);
	if (s->stray_answer)
		say_stray();
	if (s->foreign)
		say_foreign();
	if (s->garbage)
		say_garbage();
	if (s->long_line > 0)
		say_long_line(
		    "{\"method\":\"from/the/future\",\"params\":{\"x\":\"",
		    (size_t)s->long_line, "\"}}\n");
	if (s->long_item > 0)
		say_long_item(t, (size_t)s->long_item);
	return STAGE_NEXT;
}

static bool
is_first(const struct turn *t, const char *what)
{
	return calls_first(what, t->prompt.data, t->prompt.len);
}

void
odd_start(const struct turn *t)
{
	const char *what = t->script->child_once;

	if (what == NULL || !is_first(t, "child"))
		return;
	if (strcmp(what, "stop_reading") == 0)
		request_stop_reading();
	else if (strcmp(what, "mute") == 0)
		request_mute();
	else if (strcmp(what, "close_stdout") == 0)
		wire_close();
	else
		output_must(-EINVAL, "child_once");
}

/* Ends the process if the turn is to end it, with half a line. */
static void
die(const struct turn *t)
{
	static const char half[] =
	    "{\"method\":\"item/started\",\"params\":{\"item\":{\"type\":";
	const struct script *s = t->script;
	int64_t signo = s->crash > 0 ? s->crash : SIGSEGV;

	if (s->exit >= 0) {
		wire_finish();
		exit((int)s->exit);
	}
	if (s->crash_once > 0) {
		if (!is_first(t, "crash"))
			return;
		signo = s->crash_once;
	}
	wire_raw(half, sizeof(half) - 1);
	wire_finish();
	fault_crash(signo);
}

enum stage_result
stage_death(struct turn *t)
{
	const struct script *s = t->script;

	if (s->crash_after < 0 &&
	    (s->exit >= 0 || s->crash > 0 || s->crash_once > 0))
		die(t);
	return STAGE_NEXT;
}

void
odd_death_after(struct turn *t)
{
	if (t->script->crash_after >= 0 && t->deltas == t->script->crash_after)
		die(t);
}

enum stage_result
stage_compaction(struct turn *t)
{
	if (!t->script->compaction)
		return STAGE_NEXT;
	item_begin(t, "compaction");
	item_started(t,
	    "{'type':'contextCompaction','id':'$i','startedAtMs':$b,"
	    "'completedAtMs':null}",
	    &t->args);
	/* One more call of the model. */
	item_usage(t);
	item_rate_limits();
	item_completed(t,
	    "{'type':'contextCompaction','id':'$i','startedAtMs':$b,"
	    "'completedAtMs':$m}",
	    &t->args);
	return STAGE_NEXT;
}

enum stage_result
stage_retry(struct turn *t)
{
	static const char error[] =
	    "{\"message\":\"Reconnecting... 1/5\",\"codexErrorInfo\":"
	    "{\"responseStreamDisconnected\":{\"httpStatusCode\":null}},"
	    "\"additionalDetails\":\"stream disconnected before completion: "
	    "Transport error: network error: error decoding response body\","
	    "\"misalignment\":null}";
	static const char half[] = "half ";

	if (!t->script->will_retry)
		return STAGE_NEXT;
	t->phase = "null";
	item_message_started(t);
	wire_delta_head(
	    &t->head, item_delta_method, item_delta_params, &t->args);
	wire_delta(&t->head, half, sizeof(half) - 1);
	item_rate_limits();
	item_error(t, error, "true");
	return STAGE_NEXT;
}

void
odd_end(struct turn *t)
{
	const struct script *s = t->script;

	for (int i = 0; s->late_deltas && i < LATE_DELTAS; i++)
		wire_delta(&t->head, "late", 4);
	if (s->duplicate_complete)
		item_turn_completed(t, "\"completed\"", NULL);
}
