#include "engine/app_answer.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/answer_format.h"
#include "core/codex_error.h"
#include "core/tool_names.h"

void
app_answer_init(struct app_answer *a, struct job *j)
{
	memset(a, 0, sizeof(*a));
	a->job = j;
	a->live = j->request->stream || j->request->n_stop > 0;
	buf_init(&a->message, JOB_BACKLOG_MAX);
	buf_init(&a->answer, JOB_BACKLOG_MAX);
	buf_init(&a->reasoning, JOB_BACKLOG_MAX);
}

static void
drop_calls(struct app_answer *a)
{
	for (size_t i = 0; i < a->n_calls; i++) {
		free(a->calls[i].id);
		free(a->calls[i].name);
		free(a->calls[i].arguments);
	}
	free(a->calls);
	a->calls = NULL;
	a->n_calls = 0;
	a->calls_len = 0;
}

void
app_answer_free(struct app_answer *a)
{
	buf_free(&a->message);
	buf_free(&a->answer);
	buf_free(&a->reasoning);
	drop_calls(a);
}

static int
push(struct app_answer *a, enum event_kind kind, const char *text, size_t len)
{
	if (len == 0)
		return 0;
	a->handed_on = true;
	return job_push_text(a->job, kind, text, len);
}

static int
add_reasoning(struct app_answer *a, const char *text, size_t len)
{
	if (a->live)
		return push(a, EVENT_REASONING, text, len);
	return len > 0 ? buf_append(&a->reasoning, text, len) : 0;
}

static int
fail(struct app_answer *a, struct api_error *error)
{
	a->final = true;
	job_fail(a->job, error);
	return 0;
}

static int
fail_void(struct app_answer *a)
{
	struct api_error error = API_ERROR_INIT;

	api_error_set(&error, API_ERROR_UPSTREAM,
	    "The model's stream broke off and Codex has begun anew, so that "
	    "the text sent so far is void; send the request again.");
	return fail(a, &error);
}

/* ---- text ---- */

/* The answer's text, kept whole where it cannot go out yet or is checked. */
static bool
keeps_answer(const struct app_answer *a)
{
	return !a->live || a->job->request->format != CHAT_FORMAT_TEXT;
}

static int
add_content(struct app_answer *a, const char *text, size_t len)
{
	int rc = 0;

	if (len > 0 && keeps_answer(a))
		rc = buf_append(&a->answer, text, len);
	if (rc == 0 && a->live)
		rc = push(a, EVENT_CONTENT, text, len);
	return rc;
}

/* Text of the message that comes now. */
static int
add_text(struct app_answer *a, const char *text, size_t len)
{
	if (a->final_phase)
		return add_content(a, text, len);
	return add_reasoning(a, text, len);
}

/* Messages of one turn are paragraphs of their own. */
static int
separate(struct app_answer *a)
{
	bool *has = a->final_phase ? &a->has_content : &a->has_reasoning;
	bool before = *has;

	*has = true;
	return before ? add_text(a, "\n\n", 2) : 0;
}

static bool
is_current(const struct app_answer *a, struct text item)
{
	size_t len = item.len < APP_ID_MAX ? item.len : APP_ID_MAX - 1;

	return a->open && strlen(a->item) == len &&
	    memcmp(a->item, item.s, len) == 0;
}

static void
begin_message(struct app_answer *a, struct text item, bool final_phase)
{
	snprintf(a->item, sizeof(a->item), "%.*s",
	    (int)(item.len < APP_ID_MAX ? item.len : APP_ID_MAX - 1), item.s);
	a->open = true;
	a->final_phase = final_phase;
	buf_reset(&a->message);
}

/* What was begun is void. False when some of it is out. */
static bool
abandon_message(struct app_answer *a)
{
	bool out = a->open && a->final_phase && a->message.len > 0;

	a->open = false;
	buf_reset(&a->message);
	return !out;
}

static int
on_started(struct app_answer *a, const struct app_event *e)
{
	if (!abandon_message(a))
		return fail_void(a);
	begin_message(a, e->item, e->final_phase);
	return 0;
}

static int
on_delta(struct app_answer *a, const struct app_event *e)
{
	int rc = 0;

	if (!is_current(a, e->item)) {
		if (!abandon_message(a))
			return fail_void(a);
		begin_message(a, e->item, true);
	}
	if (!a->live || e->text.len == 0)
		return 0;
	if (a->message.len == 0)
		rc = separate(a);
	if (rc == 0)
		rc = buf_append(&a->message, e->text.s, e->text.len);
	return rc != 0 ? rc : add_text(a, e->text.s, e->text.len);
}

/* What the deltas have not brought; they may not have brought other text. */
static int
on_completed(struct app_answer *a, const struct app_event *e)
{
	size_t sent = a->message.len;
	int rc = 0;

	if (!is_current(a, e->item)) {
		if (!abandon_message(a))
			return fail_void(a);
		begin_message(a, e->item, e->final_phase);
		sent = 0;
	}
	if (sent > e->text.len ||
	    (sent > 0 && memcmp(a->message.data, e->text.s, sent) != 0))
		return fail_void(a);
	if (sent == 0 && e->text.len > 0)
		rc = separate(a);
	if (rc == 0)
		rc = add_text(a, e->text.s + sent, e->text.len - sent);
	a->open = false;
	buf_reset(&a->message);
	return rc;
}

static int
on_reasoning_part(struct app_answer *a)
{
	if (!a->has_reasoning)
		return 0;
	a->has_reasoning = false; /* the next piece sets it again */
	return add_reasoning(a, "\n\n", 2);
}

static int
on_reasoning(struct app_answer *a, const struct app_event *e)
{
	a->has_reasoning = a->has_reasoning || e->text.len > 0;
	return add_reasoning(a, e->text.s, e->text.len);
}

/* ---- tool calls ---- */

static bool
is_offered(const struct chat_request *r, const char *name)
{
	if (r->tool_choice == CHAT_TOOLS_NONE)
		return false;
	for (size_t i = 0; i < r->n_tools; i++) {
		if (strcmp(r->tools[i].name.s, name) == 0)
			return true;
	}
	return false;
}

static bool
wants_more_calls(const struct app_answer *a)
{
	return a->n_calls == 0 ||
	    (a->n_calls < APP_CALLS_MAX &&
		a->job->request->parallel_tool_calls != CHAT_OPTION_FALSE);
}

/* A tool that is not the caller's is none of ours: Codex refuses the call. */
static int
add_call(struct app_answer *a, const struct app_event *e, const char *name)
{
	struct app_call *calls, *call;

	if (!is_offered(a->job->request, name) || !wants_more_calls(a))
		return 0;
	if (e->text.len > JOB_BACKLOG_MAX - a->calls_len)
		return -EMSGSIZE;
	a->calls_len += e->text.len;
	calls = reallocarray(a->calls, a->n_calls + 1, sizeof(*calls));
	if (calls == NULL)
		return -ENOMEM;
	a->calls = calls;
	call = &calls[a->n_calls++];
	call->id = strndup(e->item.s, e->item.len);
	call->name = strdup(name);
	call->arguments = strndup(e->text.s, e->text.len);
	if (call->id == NULL || call->name == NULL || call->arguments == NULL)
		return -ENOMEM;
	return 0;
}

static int
on_tool_call(struct app_answer *a, const struct app_event *e)
{
	char *name = strndup(e->name.s, e->name.len);
	int rc = -ENOMEM;

	if (name != NULL)
		rc = add_call(
		    a, e, tool_name_from_codex(a->job->request, name));
	free(name);
	return rc;
}

static int
push_calls(struct app_answer *a)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->n_calls; i++) {
		const struct app_call *c = &a->calls[i];

		a->handed_on = true;
		rc = job_push_tool_call(
		    a->job, (unsigned)i, c->id, c->name, c->arguments);
	}
	return rc;
}

/* ---- the end ---- */

/*
 * The tokens first, because a stop string in what follows ends the reading,
 * and they have been spent all the same.
 */
static int
finish(struct app_answer *a, enum finish_reason reason)
{
	int rc = a->has_usage ? job_push_usage(a->job, &a->usage) : 0;

	if (rc == 0)
		rc = push(
		    a, EVENT_REASONING, a->reasoning.data, a->reasoning.len);
	if (rc == 0 && !a->live)
		rc = push(a, EVENT_CONTENT, a->answer.data, a->answer.len);
	if (rc == 0)
		rc = push_calls(a);
	if (rc != 0)
		return rc;
	a->final = true;
	job_finish(a->job, reason);
	return 0;
}

static int
on_done(struct app_answer *a)
{
	struct api_error error = API_ERROR_INIT;
	const char *text = a->answer.data != NULL ? a->answer.data : "";

	if (!abandon_message(a))
		return fail_void(a);
	if (keeps_answer(a) &&
	    answer_format_check(a->job->request, text, a->answer.len, &error) !=
		0)
		return fail(a, &error);
	return finish(a, a->n_calls > 0 ? FINISH_TOOL_CALLS : FINISH_STOP);
}

/*
 * A model that had to break off has answered as far as it got; but half a
 * JSON document is nothing that a caller could use.
 */
static int
on_failed(struct app_answer *a, const json_t *why)
{
	struct api_error error = API_ERROR_INIT;
	const char *message = "";
	enum finish_reason reason;

	(void)jsonx_get_string(why, "message", &message);
	reason = codex_error_incomplete(message);
	if (reason != FINISH_NONE &&
	    a->job->request->format == CHAT_FORMAT_TEXT)
		return finish(a, reason);
	codex_error_from_turn(why, clock_unix_seconds(), &error);
	if (error.kind == API_ERROR_USAGE_LIMIT && error.retry_after < 0 &&
	    a->quota_resets_at > clock_unix_seconds())
		error.retry_after = codex_error_clamp_retry(
		    a->quota_resets_at - clock_unix_seconds());
	return fail(a, &error);
}

static int
on_error(struct app_answer *a, const struct app_event *e)
{
	const char *message = "";

	if (!e->will_retry)
		return on_failed(a, e->error);
	(void)jsonx_get_string(e->error, "message", &message);
	log_debug("request %s: codex tries again: %.300s",
	    a->job->latency->request_id, message);
	drop_calls(a);
	return abandon_message(a) ? 0 : fail_void(a);
}

static int
on_compaction(struct app_answer *a)
{
	struct api_error error = API_ERROR_INIT;

	api_error_set(&error, API_ERROR_CONTEXT_LENGTH,
	    "The conversation is too long for the model; Codex was about to "
	    "summarise it.");
	return fail(a, &error);
}

static int
on_turn_completed(struct app_answer *a, const struct app_event *e)
{
	struct api_error error = API_ERROR_INIT;

	switch (e->status) {
	case APP_TURN_DONE:
		return on_done(a);
	case APP_TURN_FAILED:
		return on_failed(a, e->error);
	case APP_TURN_INTERRUPTED:
		break;
	}
	api_error_set(&error, API_ERROR_UPSTREAM,
	    "Codex interrupted the turn before it had answered.");
	return fail(a, &error);
}

static void
note_usage(struct app_answer *a, const struct app_event *e)
{
	if (!e->has_usage)
		return;
	a->usage = e->usage;
	a->has_usage = true;
}

int
app_answer_event(struct app_answer *a, const struct app_event *e)
{
	if (a->final)
		return 0;
	switch (e->kind) {
	case APP_MESSAGE_STARTED:
		return on_started(a, e);
	case APP_MESSAGE_DELTA:
		return on_delta(a, e);
	case APP_MESSAGE_COMPLETED:
		return on_completed(a, e);
	case APP_REASONING_PART:
		return on_reasoning_part(a);
	case APP_REASONING_DELTA:
		return on_reasoning(a, e);
	case APP_COMPACTION:
		return on_compaction(a);
	case APP_TOOL_CALL:
		return on_tool_call(a, e);
	case APP_USAGE:
		note_usage(a, e);
		return 0;
	case APP_RESPONSE_COMPLETED:
		note_usage(a, e);
		return a->n_calls > 0 ? finish(a, FINISH_TOOL_CALLS) : 0;
	case APP_ERROR:
		return on_error(a, e);
	case APP_TURN_COMPLETED:
		return on_turn_completed(a, e);
	case APP_OTHER:
	case APP_ANSWER:
	case APP_REQUEST:
	case APP_TURN_STARTED:
	case APP_IMAGE_OMITTED:
	case APP_RATE_LIMITS:
	case APP_WARNING:
		break;
	}
	return 0;
}
