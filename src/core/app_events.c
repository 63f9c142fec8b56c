#include "core/app_events.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "core/app_images.h"

/* Tool arguments and schemas may come back as deep as a caller sent them. */
enum {
	DEPTH_MAX = 256,
	DIGITS_MAX = 18 /* fit into 64 bits */
};

/* ---- the line of a piece of text, without a tree ---- */

struct scan {
	const char *at, *end;
};

static bool
scan_literal(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return false;
	s->at += len;
	return true;
}

/* A string without escapes, which is what stands between two quotes. */
static bool
scan_string(struct scan *s, struct text *ret)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\' || (unsigned char)*s->at < 0x20)
			return false;
		s->at++;
	}
	if (s->at == s->end)
		return false;
	*ret = (struct text){ start, (size_t)(s->at - start) };
	s->at++;
	return true;
}

static bool
scan_member(struct scan *s, const char *before, struct text *ret)
{
	return scan_literal(s, before) && scan_string(s, ret);
}

/* A number as JSON has it, and that no reader finds too large. */
static bool
scan_number(struct scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > start && s->at - start <= DIGITS_MAX && *start != '0';
}

/* What follows: `}}`, or other members, of which the time is known. */
static bool
scan_tail(struct scan *s)
{
	if (!scan_literal(s, "}"))
		return false;
	if (scan_literal(s, ",\"emittedAtMs\":") && !scan_number(s))
		return false;
	return scan_literal(s, "}") && s->at == s->end;
}

bool
app_event_parse_plain(const char *line, size_t len, struct app_event *ret_event)
{
	struct app_event e = { .kind = APP_MESSAGE_DELTA,
		.method = "item/agentMessage/delta",
		.name = { "", 0 } };
	struct scan s = { line, line + len };

	if (!scan_member(&s,
		"{\"method\":\"item/agentMessage/delta\",\"params\":"
		"{\"threadId\":\"",
		&e.thread) ||
	    !scan_member(&s, ",\"turnId\":\"", &e.turn) ||
	    !scan_member(&s, ",\"itemId\":\"", &e.item) ||
	    !scan_member(&s, ",\"delta\":\"", &e.text) || !scan_tail(&s))
		return false;
	if (utf8_valid_prefix(line, len) != len)
		return false;
	*ret_event = e;
	return true;
}

/* ---- all others ---- */

static struct text
text_of(const json_t *object, const char *key)
{
	struct text t = { "", 0 };

	(void)jsonx_get_text(object, key, &t);
	return t;
}

static uint64_t
count(const json_t *usage, const char *key)
{
	int64_t n;

	return jsonx_get_int(usage, key, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

static void
read_usage(struct app_event *e, enum app_event_kind kind, const json_t *parent,
    const char *key)
{
	json_t *usage;

	if (jsonx_get_object(parent, key, &usage) != 0)
		return;
	e->kind = kind;
	e->has_usage = true;
	e->usage.input = count(usage, "inputTokens");
	e->usage.cached_input = count(usage, "cachedInputTokens");
	e->usage.output = count(usage, "outputTokens");
	e->usage.reasoning_output = count(usage, "reasoningOutputTokens");
}

/*
 * A phase that we do not know ("partial_answer" since 0.162) is not the final
 * answer; no phase at all is.
 */
static bool
is_final(const json_t *item)
{
	const char *phase;

	return jsonx_get_string(item, "phase", &phase) != 0 ||
	    strcmp(phase, "final_answer") == 0;
}

static void
read_message(struct app_event *e, enum app_event_kind kind, const json_t *item)
{
	e->kind = kind;
	e->item = text_of(item, "id");
	e->text = text_of(item, "text");
	e->final_phase = is_final(item);
}

static void
on_item_started(struct app_event *e, const json_t *params)
{
	const char *type;
	json_t *item;

	if (jsonx_get_object(params, "item", &item) != 0 ||
	    jsonx_get_string(item, "type", &type) != 0)
		return;
	if (strcmp(type, "agentMessage") == 0)
		read_message(e, APP_MESSAGE_STARTED, item);
	else if (strcmp(type, "contextCompaction") == 0)
		e->kind = APP_COMPACTION;
}

static void
on_item_completed(struct app_event *e, const json_t *params)
{
	const char *type;
	json_t *item;

	if (jsonx_get_object(params, "item", &item) == 0 &&
	    jsonx_get_string(item, "type", &type) == 0 &&
	    strcmp(type, "agentMessage") == 0)
		read_message(e, APP_MESSAGE_COMPLETED, item);
}

static void
on_delta(struct app_event *e, const json_t *params)
{
	e->kind = APP_MESSAGE_DELTA;
	e->item = text_of(params, "itemId");
	e->text = text_of(params, "delta");
}

static void
on_reasoning_part(struct app_event *e, const json_t *params)
{
	(void)params;
	e->kind = APP_REASONING_PART;
}

static void
on_reasoning_delta(struct app_event *e, const json_t *params)
{
	e->kind = APP_REASONING_DELTA;
	e->text = text_of(params, "delta");
}

static void
on_raw_item(struct app_event *e, const json_t *params)
{
	const char *type;
	json_t *item;

	if (jsonx_get_object(params, "item", &item) != 0 ||
	    jsonx_get_string(item, "type", &type) != 0)
		return;
	if (strcmp(type, "function_call") != 0) {
		e->omitted = app_images_omitted(item);
		e->kind = e->omitted > 0 ? APP_IMAGE_OMITTED : APP_OTHER;
		return;
	}
	e->kind = APP_TOOL_CALL;
	e->item = text_of(item, "call_id");
	e->name = text_of(item, "name");
	e->text = text_of(item, "arguments");
}

static void
on_raw_response(struct app_event *e, const json_t *params)
{
	e->kind = APP_RESPONSE_COMPLETED;
	read_usage(e, APP_RESPONSE_COMPLETED, params, "usage");
}

static void
on_usage(struct app_event *e, const json_t *params)
{
	json_t *usage;

	if (jsonx_get_object(params, "tokenUsage", &usage) == 0)
		read_usage(e, APP_USAGE, usage, "last");
}

static void
on_error(struct app_event *e, const json_t *params)
{
	e->kind = APP_ERROR;
	(void)jsonx_get_object(params, "error", &e->error);
	(void)jsonx_get_bool(params, "willRetry", &e->will_retry);
}

static void
on_turn_started(struct app_event *e, const json_t *params)
{
	json_t *turn;

	e->kind = APP_TURN_STARTED;
	if (jsonx_get_object(params, "turn", &turn) == 0)
		e->turn = text_of(turn, "id");
}

/* A status that we do not know is no success. */
static void
on_turn_completed(struct app_event *e, const json_t *params)
{
	const char *status = "";
	json_t *turn;

	e->kind = APP_TURN_COMPLETED;
	if (jsonx_get_object(params, "turn", &turn) != 0)
		return;
	e->turn = text_of(turn, "id");
	(void)jsonx_get_object(turn, "error", &e->error);
	(void)jsonx_get_string(turn, "status", &status);
	if (strcmp(status, "completed") == 0)
		e->status = APP_TURN_DONE;
	else if (strcmp(status, "interrupted") == 0)
		e->status = APP_TURN_INTERRUPTED;
}

static void
on_rate_limits(struct app_event *e, const json_t *params)
{
	if (jsonx_get_object(params, "rateLimits", &e->limits) == 0)
		e->kind = APP_RATE_LIMITS;
}

static void
on_warning(struct app_event *e, const json_t *params)
{
	e->kind = APP_WARNING;
	e->text = text_of(params, "summary");
	if (e->text.len == 0)
		e->text = text_of(params, "message");
}

static const struct {
	const char *method;
	void (*read)(struct app_event *e, const json_t *params);
} notifications[] = {
	{ "item/agentMessage/delta", on_delta },
	{ "item/reasoning/summaryTextDelta", on_reasoning_delta },
	{ "item/reasoning/textDelta", on_reasoning_delta },
	{ "item/reasoning/summaryPartAdded", on_reasoning_part },
	{ "item/started", on_item_started },
	{ "item/completed", on_item_completed },
	{ "rawResponseItem/completed", on_raw_item },
	{ "rawResponse/completed", on_raw_response },
	{ "thread/tokenUsage/updated", on_usage },
	{ "turn/started", on_turn_started },
	{ "turn/completed", on_turn_completed },
	{ "error", on_error },
	{ "account/rateLimits/updated", on_rate_limits },
	{ "configWarning", on_warning },
	{ "warning", on_warning },
};

static void
read_notification(struct app_event *e)
{
	json_t *params;

	if (jsonx_get_object(e->root, "params", &params) != 0)
		return;
	e->thread = text_of(params, "threadId");
	e->turn = text_of(params, "turnId");
	for (size_t i = 0; i < ARRAY_SIZE(notifications); i++) {
		if (strcmp(e->method, notifications[i].method) == 0) {
			notifications[i].read(e, params);
			return;
		}
	}
}

static void
read_request(struct app_event *e)
{
	json_t *params;

	e->kind = APP_REQUEST;
	if (jsonx_get_object(e->root, "params", &params) == 0)
		e->thread = text_of(params, "threadId");
}

/* NULL when it is absent or null. */
static json_t *
member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

/* An answer with an id that is no number of ours answers nothing. */
static int
read_answer(struct app_event *e)
{
	e->kind = APP_ANSWER;
	e->method = "";
	e->result = json_object_get(e->root, "result");
	e->error = member(e->root, "error");
	if (e->result == NULL && e->error == NULL)
		return -EINVAL;
	if (jsonx_get_int(e->root, "id", &e->id) != 0)
		e->kind = APP_OTHER;
	return 0;
}

static int
read_line(struct app_event *e)
{
	if (!json_is_object(e->root))
		return -EINVAL;
	e->request_id = json_object_get(e->root, "id");
	if (jsonx_get_string(e->root, "method", &e->method) != 0)
		return e->request_id != NULL ? read_answer(e) : -EINVAL;
	if (e->request_id != NULL)
		read_request(e);
	else
		read_notification(e);
	return 0;
}

int
app_event_parse(const char *line, size_t len, struct app_event *ret_event)
{
	static const struct text none = { "", 0 };
	struct app_event e = { .thread = none,
		.turn = none,
		.item = none,
		.name = none,
		.text = none };
	char why[JSONX_ERROR_MAX];
	int rc;

	if (app_event_parse_plain(line, len, ret_event))
		return 0;
	rc = jsonx_parse(line, len, DEPTH_MAX, &e.root, why);
	if (rc == 0)
		rc = read_line(&e);
	if (rc != 0) {
		json_decref(e.root);
		return rc;
	}
	*ret_event = e;
	return 0;
}

void
app_event_free(struct app_event *e)
{
	json_decref(e->root);
	e->root = NULL;
}

void
app_event_new_id(
    const struct app_event *e, const char *what, char ret_id[APP_ID_MAX])
{
	struct text id;
	json_t *object;

	ret_id[0] = '\0';
	if (jsonx_get_object(e->result, what, &object) == 0 &&
	    jsonx_get_text(object, "id", &id) == 0 && id.len < APP_ID_MAX)
		snprintf(ret_id, APP_ID_MAX, "%.*s", (int)id.len, id.s);
}
