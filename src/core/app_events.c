#include "core/app_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/app_images.h"
#include "core/app_line.h"

#define TEXT(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

/* What is absent is empty. */
static struct text
given(struct text t)
{
	return t.s != NULL ? t : (struct text)TEXT("");
}

static bool
is(struct text t, const char *word)
{
	return text_equal(t, (struct text){ word, strlen(word) });
}

/* ---- notifications ---- */

static uint64_t
at_least_0(int64_t tokens)
{
	return tokens > 0 ? (uint64_t)tokens : 0;
}

static void
read_tokens(struct app_event *e, const struct app_line_tokens *t)
{
	if (t->found != APP_OBJECT)
		return;
	e->has_usage = true;
	e->usage = (struct usage){ .input = at_least_0(t->input),
		.cached_input = at_least_0(t->cached_input),
		.output = at_least_0(t->output),
		.reasoning_output = at_least_0(t->reasoning_output) };
}

/*
 * A phase that we do not know ("partial_answer" since 0.162) is not the final
 * answer; no phase at all is.
 */
static bool
is_final(struct text phase)
{
	return phase.s == NULL || is(phase, "final_answer");
}

static void
read_message(struct app_event *e, enum app_event_kind kind,
    const struct app_line_item *item)
{
	e->kind = kind;
	e->item = given(item->id);
	e->written = item->text;
	e->final_phase = is_final(item->phase);
}

static void
on_item_started(struct app_event *e, const struct app_line_params *p)
{
	if (is(p->item.type, "agentMessage"))
		read_message(e, APP_MESSAGE_STARTED, &p->item);
	else if (is(p->item.type, "contextCompaction"))
		e->kind = APP_COMPACTION;
}

static void
on_item_completed(struct app_event *e, const struct app_line_params *p)
{
	if (is(p->item.type, "agentMessage"))
		read_message(e, APP_MESSAGE_COMPLETED, &p->item);
}

static void
on_delta(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_MESSAGE_DELTA;
	e->item = given(p->item_id);
	e->written = p->delta;
}

static void
on_reasoning_part(struct app_event *e, const struct app_line_params *p)
{
	(void)p;
	e->kind = APP_REASONING_PART;
}

static void
on_reasoning_delta(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_REASONING_DELTA;
	e->written = p->delta;
}

static void
on_raw_item(struct app_event *e, const struct app_line_params *p)
{
	if (!is(p->item.type, "function_call")) {
		e->omitted = app_images_omitted(
		    p->item.content, p->item.output);
		if (e->omitted > 0)
			e->kind = APP_IMAGE_OMITTED;
		return;
	}
	e->kind = APP_TOOL_CALL;
	e->item = given(p->item.call_id);
	e->name = given(p->item.name);
	e->written = p->item.arguments;
}

static void
on_raw_response(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_RESPONSE_COMPLETED;
	read_tokens(e, &p->usage);
}

static void
on_usage(struct app_event *e, const struct app_line_params *p)
{
	read_tokens(e, &p->token_usage.last);
	if (e->has_usage)
		e->kind = APP_USAGE;
}

static void
on_error(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_ERROR;
	e->error = p->error;
	e->will_retry = p->will_retry;
}

static void
on_turn_started(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_TURN_STARTED;
	if (p->turn.found == APP_OBJECT)
		e->turn = given(p->turn.id);
}

/* A status that we do not know is no success. */
static void
on_turn_completed(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_TURN_COMPLETED;
	if (p->turn.found == APP_OBJECT)
		e->turn = given(p->turn.id);
	e->error = p->turn.error;
	if (is(p->turn.status, "completed"))
		e->status = APP_TURN_DONE;
	else if (is(p->turn.status, "interrupted"))
		e->status = APP_TURN_INTERRUPTED;
}

static void
on_rate_limits(struct app_event *e, const struct app_line_params *p)
{
	e->limits = p->rate_limits;
	if (e->limits != NULL)
		e->kind = APP_RATE_LIMITS;
}

static void
on_warning(struct app_event *e, const struct app_line_params *p)
{
	e->kind = APP_WARNING;
	e->written = p->summary.len > 0 ? p->summary : p->message;
}

static const struct {
	struct text method;
	void (*read)(struct app_event *e, const struct app_line_params *p);
} notifications[] = {
	{ TEXT("item/agentMessage/delta"), on_delta },
	{ TEXT("item/reasoning/summaryTextDelta"), on_reasoning_delta },
	{ TEXT("item/reasoning/textDelta"), on_reasoning_delta },
	{ TEXT("item/reasoning/summaryPartAdded"), on_reasoning_part },
	{ TEXT("item/started"), on_item_started },
	{ TEXT("item/completed"), on_item_completed },
	{ TEXT("rawResponseItem/completed"), on_raw_item },
	{ TEXT("rawResponse/completed"), on_raw_response },
	{ TEXT("thread/tokenUsage/updated"), on_usage },
	{ TEXT("turn/started"), on_turn_started },
	{ TEXT("turn/completed"), on_turn_completed },
	{ TEXT("error"), on_error },
	{ TEXT("account/rateLimits/updated"), on_rate_limits },
	{ TEXT("configWarning"), on_warning },
	{ TEXT("warning"), on_warning },
};

static void
read_notification(struct app_event *e, const struct app_line *line)
{
	const struct app_line_params *p = &line->params;

	if (p->found != APP_OBJECT)
		return;
	e->thread = given(p->thread_id);
	e->turn = given(p->turn_id);
	for (size_t i = 0; i < ARRAY_SIZE(notifications); i++) {
		if (text_equal(line->method, notifications[i].method)) {
			notifications[i].read(e, p);
			return;
		}
	}
}

/* ---- requests and answers ---- */

static void
read_request(struct app_event *e, const struct app_line *line)
{
	e->kind = APP_REQUEST;
	e->request_id = line->id.json;
	e->method = line->method.s;
	e->thread = given(line->params.thread_id);
}

/* An answer with an id that is no number of ours answers nothing. */
static int
read_answer(struct app_event *e, const struct app_line *line)
{
	const struct app_line_result *r = &line->result;

	if (r->found == APP_ABSENT && line->error == NULL)
		return -EINVAL;
	if (!line->id.is_int)
		return 0;
	e->kind = APP_ANSWER;
	e->id = line->id.n;
	e->error = line->error;
	e->thread = given(r->thread.id);
	e->turn = given(r->turn.id);
	e->login_needed = r->requires_openai_auth;
	e->logged_in = r->account.found == APP_OBJECT;
	e->limits = r->rate_limits;
	return 0;
}

static int
read_event(struct app_event *e, const struct app_line *line)
{
	bool has_id = line->id.is_int || line->id.json != NULL;

	if (line->method.s == NULL)
		return has_id ? read_answer(e, line) : -EINVAL;
	if (has_id)
		read_request(e, line);
	else
		read_notification(e, line);
	return 0;
}

/* ---- the text ---- */

static int
read_text(struct app_event *e)
{
	struct json_string written = e->written;

	if (written.s == NULL)
		return 0;
	if (!written.escaped) {
		e->text = (struct text){ written.s, written.len };
		return 0;
	}
	e->unescaped = malloc(written.len);
	if (e->unescaped == NULL)
		return -ENOMEM;
	e->text = (struct text){ e->unescaped,
		json_scan_unescape(written, e->unescaped) };
	return 0;
}

int
app_event_parse(const char *line, size_t len, struct app_event *ret_event)
{
	struct app_event e = { .method = "",
		.thread = TEXT(""),
		.turn = TEXT(""),
		.item = TEXT(""),
		.name = TEXT(""),
		.text = TEXT("") };
	struct app_line members;
	int rc = app_line_read(line, len, &members);

	if (rc != 0)
		return rc;
	rc = read_event(&e, &members);
	if (rc == 0)
		rc = read_text(&e);
	if (rc != 0) {
		app_line_free(&members);
		return rc;
	}
	e.root = members.root;
	*ret_event = e;
	return 0;
}

void
app_event_free(struct app_event *e)
{
	json_decref(e->root);
	e->root = NULL;
	free(e->unescaped);
	e->unescaped = NULL;
}

void
app_event_keep_id(struct text id, char ret_id[APP_ID_MAX])
{
	bool fits = id.len < APP_ID_MAX;

	snprintf(ret_id, APP_ID_MAX, "%.*s", fits ? (int)id.len : 0, id.s);
}
