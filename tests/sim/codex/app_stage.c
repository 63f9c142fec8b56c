#include "app_stage.h"

#include <errno.h>

#include "../model/request.h"
#include "app_item.h"
#include "app_odd.h"
#include "base/clock.h"
#include "json/jsonw.h"
#include "faults.h"
#include "output.h"

enum {
	/* What one delta of a long answer carries, in bytes. */
	BIG_DELTA = 4096,
	/* Deltas before another turn has its turn. */
	DELTAS_AT_ONCE = 256
};

enum stage_result
stage_delay(struct turn *t)
{
	if (t->script->delay == 0)
		return STAGE_NEXT;
	t->due = clock_after(t->script->delay * NS_PER_MS);
	return STAGE_SLEEP;
}

enum stage_result
stage_started(struct turn *t)
{
	fault_flood_stderr(t->script->stderr_bytes);
	item_status(t, "{\"type\":\"active\",\"activeFlags\":[]}");
	item_turn_started(t);
	odd_start(t);
	return t->script->park ? STAGE_PARK : STAGE_NEXT;
}

enum stage_result
stage_user(struct turn *t)
{
	item_user(t);
	return STAGE_NEXT;
}

static void
say_reasoning(struct turn *t, const char *json)
{
	struct wire_args args;

	item_begin(t, "rs");
	args = t->args;
	args.json[0] = json;
	item_started(t,
	    "{'type':'reasoning','id':'$i','summary':[],'content':[],"
	    "'startedAtMs':$b,'completedAtMs':null}",
	    &args);
	wire_notify("item/reasoning/summaryPartAdded",
	    "{'threadId':'$t','turnId':'$u','itemId':'$i','summaryIndex':0}",
	    &args);
	wire_notify("item/reasoning/summaryTextDelta",
	    "{'threadId':'$t','turnId':'$u','itemId':'$i','delta':$0,"
	    "'summaryIndex':0}",
	    &args);
	item_completed(t,
	    "{'type':'reasoning','id':'$i','summary':[$0],'content':[],"
	    "'startedAtMs':$b,'completedAtMs':$m}",
	    &args);
	item_raw(t,
	    "{'type':'reasoning','id':'$i','summary':[{'type':'summary_text',"
	    "'text':$0}]}",
	    &args);
}

static void
say_commentary(struct turn *t, const char *text)
{
	t->phase = "\"commentary\"";
	item_message_started(t);
	wire_delta_head(
	    &t->head, item_delta_method, item_delta_params, &t->args);
	wire_delta(&t->head, text, strlen(text));
	item_message_completed(t, t->json.data);
}

enum stage_result
stage_thoughts(struct turn *t)
{
	const struct script *s = t->script;

	if (s->reasoning != NULL) {
		buf_reset(&t->json);
		output_string(&t->json, s->reasoning);
		say_reasoning(t, t->json.data);
	}
	if (s->commentary != NULL) {
		buf_reset(&t->json);
		output_string(&t->json, s->commentary);
		say_commentary(t, s->commentary);
	}
	return STAGE_NEXT;
}

/* Nothing is said before the failure, or the silence. */
static bool
no_answer(const struct turn *t)
{
	return (t->script->failed != NULL || t->script->hang) &&
	    !script_has_text(t->script);
}

static void
make_big(struct buf *text, size_t len)
{
	char *space;

	output_must(buf_reserve(text, len, &space), "big");
	memset(space, 'x', len);
	buf_commit(text, len);
}

/* "d0 d1 ...", each filled up with `x` to `bytes`. */
static void
make_deltas(struct buf *text, int64_t n, size_t bytes)
{
	size_t start;

	for (int64_t i = 0; i < n; i++) {
		start = text->len;
		output_must(buf_puts(text, i > 0 ? " d" : "d"), "deltas");
		output_int(text, i);
		if (text->len - start < bytes)
			make_big(text, bytes - (text->len - start));
	}
}

static int
make_text(struct turn *t, struct buf *text)
{
	const struct script *s = t->script;

	if (s->messages > 0)
		return buf_printf(text, "m%lld", (long long)t->messages + 1);
	if (s->big > 0)
		make_big(text, (size_t)s->big);
	else if (s->deltas > 0)
		make_deltas(text, s->deltas, (size_t)s->delta_bytes);
	else if (s->echo)
		return buf_append(text, t->prompt.data, t->prompt.len);
	else if (s->echo_all)
		return request_all_texts(t->thread->items, text);
	else if (s->text == NULL && t->tool_said)
		return buf_printf(text, "tool said: %s",
		    t->tool_output.len > 0 ? t->tool_output.data : "");
	else
		return buf_puts(text, s->text != NULL ? s->text : "pong");
	return 0;
}

enum stage_result
stage_open(struct turn *t)
{
	if (no_answer(t))
		return STAGE_NEXT;
	buf_reset(&t->text);
	buf_reset(&t->json);
	output_must(make_text(t, &t->text), "text");
	t->at = 0;
	t->phase = t->script->final ? "\"final_answer\"" : "null";
	item_message_started(t);
	wire_delta_head(
	    &t->head, item_delta_method, item_delta_params, &t->args);
	return STAGE_NEXT;
}

/* Length of the delta at the start of [s, s + len). */
static size_t
delta_length(const struct script *script, const char *s, size_t len)
{
	const char *space;

	if (script->deltas > 0 && script->big == 0) {
		space = memchr(s + 1, ' ', len - 1);
		return space != NULL ? (size_t)(space - s) : len;
	}
	return script->big > 0 && len > BIG_DELTA ? BIG_DELTA : len;
}

enum stage_result
stage_deltas(struct turn *t)
{
	size_t n;

	if (no_answer(t))
		return STAGE_NEXT;
	for (int i = 0; i < DELTAS_AT_ONCE && t->at < t->text.len; i++) {
		odd_death_after(t);
		n = delta_length(
		    t->script, t->text.data + t->at, t->text.len - t->at);
		wire_delta(&t->head, t->text.data + t->at, n);
		t->at += n;
		t->deltas++;
		if (t->script->gap > 0) {
			t->due = clock_after(t->script->gap * NS_PER_MS);
			return STAGE_PAUSE;
		}
	}
	if (t->at < t->text.len)
		return STAGE_AGAIN;
	odd_death_after(t);
	return STAGE_NEXT;
}

enum stage_result
stage_close(struct turn *t)
{
	if (t->script->hang)
		return STAGE_PARK;
	if (t->script->failed != NULL)
		return STAGE_NEXT;
	if (t->script->no_completed) {
		buf_reset(&t->text);
		output_must(buf_puts(&t->text, "another text"), "text");
	}
	output_text(&t->json, t->text.data, t->text.len);
	item_message_completed(t, t->json.data);
	t->messages++;
	return t->messages < t->script->messages ? STAGE_MESSAGE : STAGE_NEXT;
}

/*
 * INFO:MESSAGE to the JSON of an error. INFO is a codexErrorInfo: a name, or
 * a JSON object.
 */
static json_t *
parse_failure(const char *how)
{
	json_error_t at;
	json_t *info = NULL;
	const char *message = strchr(how, ':');
	size_t len = message != NULL ? (size_t)(message - how) : strlen(how);

	if (*how == '{') {
		info = json_loads(how, JSON_DISABLE_EOF_CHECK, &at);
		len = info != NULL ? (size_t)at.position : 0;
	} else {
		info = json_stringn(how, len);
	}
	if (info == NULL || (how[len] != ':' && how[len] != '\0'))
		output_must(-EINVAL, "failed");
	message = how[len] == ':' ? how + len + 1 : "it failed";
	return json_pack("{s:s, s:o, s:n, s:n}", "message", message,
	    "codexErrorInfo", info, "additionalDetails", "misalignment");
}

static void
say_failure(struct turn *t)
{
	json_t *error = parse_failure(t->script->failed);
	char *json = json_dumps(error, JSON_COMPACT);

	output_must(json == NULL ? -ENOMEM : 0, "failed");
	json_decref(error);
	item_status(t, "{\"type\":\"systemError\"}");
	item_error(t, json, t->script->error_only ? NULL : "false");
	if (!t->script->error_only)
		item_turn_completed(t, "\"failed\"", json);
	free(json);
}

enum stage_result
stage_end(struct turn *t)
{
	if (t->script->failed != NULL) {
		if (!no_answer(t))
			item_rate_limits();
		say_failure(t);
		if (t->script->error_only)
			return STAGE_PARK;
	} else {
		item_raw_response(t);
		item_usage(t);
		item_rate_limits();
		item_status(t, "{\"type\":\"idle\"}");
		item_turn_completed(t, NULL, NULL);
	}
	odd_end(t);
	item_turn_answer(t);
	t->thread->gone = t->script->vanish;
	t->thread->refuse_news = t->script->refuse_news;
	return STAGE_OVER;
}
