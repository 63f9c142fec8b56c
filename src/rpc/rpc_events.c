#include "rpc/rpc_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/rpc_images.h"
#include "rpc/rpc_line.h"

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
read_tokens(struct rpc_event *e, const struct rpc_line_tokens *t)
{
	if (t->found != RPC_OBJECT)
		return;
	e->has_usage = true;
	e->usage = (struct usage){ .input = at_least_0(t->input),
		.cached_input = at_least_0(t->cached_input),
		.cache_write_input = at_least_0(t->cache_write_input),
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
read_message(struct rpc_event *e, enum rpc_event_kind kind,
    const struct rpc_line_item *item)
{
	e->kind = kind;
	e->item = given(item->id);
	e->written = item->text;
	e->final_phase = is_final(item->phase);
}

static void
on_item_started(struct rpc_event *e, const struct rpc_line_params *p)
{
	if (is(p->item.type, "agentMessage"))
		read_message(e, RPC_MESSAGE_STARTED, &p->item);
	else if (is(p->item.type, "contextCompaction"))
		e->kind = RPC_COMPACTION;
}

static void
on_item_completed(struct rpc_event *e, const struct rpc_line_params *p)
{
	if (is(p->item.type, "agentMessage"))
		read_message(e, RPC_MESSAGE_COMPLETED, &p->item);
}

static void
on_delta(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_MESSAGE_DELTA;
	e->item = given(p->item_id);
	e->written = p->delta;
}

static void
on_reasoning_part(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_REASONING_PART;
	e->item = given(p->item_id);
}

static void
on_reasoning_delta(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_REASONING_DELTA;
	e->item = given(p->item_id);
	e->written = p->delta;
}

/* Codex tells it before anything of the item behind it. */
static void
on_raw_reasoning(struct rpc_event *e, const struct rpc_line_item *item)
{
	e->kind = RPC_REASONING_COMPLETED;
	e->item = given(item->id);
	e->written = item->sealed;
}

/* Whether it is the message in which Codex tells the model of a filter. */
static bool
is_guidance(const json_t *content)
{
	static const char start[] = "<content_filter_guidance>";
	struct text text;

	return jsonx_get_text(json_array_get(content, 0), "text", &text) == 0 &&
	    text.len >= sizeof(start) - 1 &&
	    memcmp(text.s, start, sizeof(start) - 1) == 0;
}

/* Messages, outputs of calls, and what else is sent to the model. */
static void
on_raw_input(struct rpc_event *e, const struct rpc_line_item *item)
{
	e->omitted = rpc_images_omitted(item->content, item->output);
	if (e->omitted > 0)
		e->kind = RPC_IMAGE_OMITTED;
	else if (is(item->type, "function_call_output"))
		e->kind = RPC_TOOL_OUTPUT;
	else if (is_guidance(item->content))
		e->kind = RPC_FILTERED;
}

static void
on_raw_item(struct rpc_event *e, const struct rpc_line_params *p)
{
	if (is(p->item.type, "reasoning")) {
		on_raw_reasoning(e, &p->item);
		return;
	}
	if (!is(p->item.type, "function_call")) {
		on_raw_input(e, &p->item);
		return;
	}
	e->kind = RPC_TOOL_CALL;
	e->item = given(p->item.id);
	e->call_id = given(p->item.call_id);
	e->name = given(p->item.name);
	e->space = given(p->item.space);
	e->written = p->item.arguments;
}

static void
on_raw_response(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_RESPONSE_COMPLETED;
	read_tokens(e, &p->usage);
}

static void
on_usage(struct rpc_event *e, const struct rpc_line_params *p)
{
	read_tokens(e, &p->token_usage.last);
	if (e->has_usage)
		e->kind = RPC_USAGE;
}

static void
on_error(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_ERROR;
	e->error = p->error;
	e->will_retry = p->will_retry;
}

static void
on_turn_started(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_TURN_STARTED;
	if (p->turn.found == RPC_OBJECT)
		e->turn = given(p->turn.id);
}

/* A status that we do not know is no success. */
static void
on_turn_completed(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_TURN_COMPLETED;
	if (p->turn.found == RPC_OBJECT)
		e->turn = given(p->turn.id);
	e->error = p->turn.error;
	if (is(p->turn.status, "completed"))
		e->status = RPC_TURN_DONE;
	else if (is(p->turn.status, "interrupted"))
		e->status = RPC_TURN_INTERRUPTED;
}

static void
on_rate_limits(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->limits = p->rate_limits;
	if (e->limits != NULL)
		e->kind = RPC_RATE_LIMITS;
}

static void
on_warning(struct rpc_event *e, const struct rpc_line_params *p)
{
	e->kind = RPC_WARNING;
	e->written = p->summary.len > 0 ? p->summary : p->message;
}

static const struct {
	struct text method;
	void (*read)(struct rpc_event *e, const struct rpc_line_params *p);
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
read_notification(struct rpc_event *e, const struct rpc_line *line)
{
	const struct rpc_line_params *p = &line->params;

	if (p->found != RPC_OBJECT)
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
read_request(struct rpc_event *e, const struct rpc_line *line)
{
	e->kind = RPC_REQUEST;
	e->request_id = line->id.json;
	e->method = line->method.s;
	e->call_id = given(line->params.call_id);
	e->thread = given(line->params.thread_id);
}

/* An answer with an id that is no number of ours answers nothing. */
static int
read_answer(struct rpc_event *e, const struct rpc_line *line)
{
	const struct rpc_line_result *r = &line->result;

	if (r->found == RPC_ABSENT && line->error == NULL)
		return -EINVAL;
	if (!line->id.is_int)
		return 0;
	e->kind = RPC_ANSWER;
	e->id = line->id.n;
	e->error = line->error;
	e->thread = given(r->thread.id);
	e->turn = given(r->turn.id);
	e->login_needed = r->requires_openai_auth;
	e->logged_in = r->account.found == RPC_OBJECT;
	e->limits = r->rate_limits;
	return 0;
}

static int
read_event(struct rpc_event *e, const struct rpc_line *line)
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
read_text(struct rpc_event *e)
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

static struct rpc_event
empty_event(void)
{
	return (struct rpc_event){ .method = "",
		.thread = TEXT(""),
		.turn = TEXT(""),
		.item = TEXT(""),
		.call_id = TEXT(""),
		.name = TEXT(""),
		.space = TEXT(""),
		.text = TEXT("") };
}

int
rpc_event_parse(const char *line, size_t len, struct rpc_event *ret_event)
{
	struct rpc_event e = empty_event();
	struct rpc_line members;
	int rc = rpc_line_read(line, len, &members);

	if (rc != 0)
		return rc;
	rc = read_event(&e, &members);
	if (rc == 0)
		rc = read_text(&e);
	if (rc != 0) {
		rpc_line_free(&members);
		return rc;
	}
	e.root = members.root;
	*ret_event = e;
	return 0;
}

/*
 * The last thread that is named: Codex writes it behind the item. Inside a
 * string the quotation marks would be escaped.
 */
static struct text
last_thread(struct text tail)
{
	static const char name[] = "\"threadId\":\"";
	struct text found = TEXT("");
	const char *at = tail.s, *end = tail.s + tail.len;

	while ((at = memmem(at, (size_t)(end - at), name, sizeof(name) - 1)) !=
	    NULL) {
		const char *quote;

		at += sizeof(name) - 1;
		quote = memchr(at, '"', (size_t)(end - at));
		if (quote == NULL)
			break;
		found = (struct text){ at, (size_t)(quote - at) };
	}
	return found;
}

void
rpc_event_of_ends(
    struct text head, struct text tail, struct rpc_event *ret_event)
{
	struct rpc_event e = empty_event();
	struct rpc_line line;

	rpc_line_read_head(head.s, head.len, &line);
	e.kind = RPC_TOO_LONG;
	e.thread = given(line.params.thread_id);
	if (line.method.s == NULL && line.id.is_int)
		e.id = line.id.n;
	else if (e.thread.len == 0)
		e.thread = last_thread(tail);
	*ret_event = e;
}

void
rpc_event_free(struct rpc_event *e)
{
	json_decref(e->root);
	e->root = NULL;
	free(e->unescaped);
	e->unescaped = NULL;
}

void
rpc_event_keep_id(struct text id, char ret_id[RPC_ID_MAX])
{
	bool fits = id.len < RPC_ID_MAX;

	snprintf(ret_id, RPC_ID_MAX, "%.*s", fits ? (int)id.len : 0, id.s);
}
