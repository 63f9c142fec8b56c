#include "engine/turn/app_answer.h"

#include "base/clock.h"
#include "system/log.h"
#include "codex/codex_error.h"
#include "codex/codex_words.h"
#include "engine/turn/app_order.h"
#include "engine/turn/app_text.h"
#include "rpc/rpc_items.h"

void
app_answer_init(struct app_answer *a, struct job *j)
{
	memset(a, 0, sizeof(*a));
	a->job = j;
	a->forced = j->request->forced;
	a->demanded = a->forced == NULL && generation_demands_call(j->request);
	a->live = !a->demanded && (j->request->live || j->request->n_stop > 0);
	a->held_end = &a->held;
	buf_init(&a->message.text, LIMIT_BACKLOG);
	buf_init(&a->reasoning.text, LIMIT_BACKLOG);
	/* Without the memory for it nothing is kept. */
	if (j->kept.key != NULL &&
	    app_record_begin(&a->record, j->kept.key, j->request->stop,
		j->request->n_stop) != 0)
		log_debug("no memory to keep a thread");
}

void
app_answer_free(struct app_answer *a)
{
	buf_free(&a->message.text);
	buf_free(&a->reasoning.text);
	free(a->reasoning.sealed);
	app_calls_drop(&a->calls);
	app_order_drop(a);
	app_record_free(&a->record);
}

bool
app_answer_may_begin_anew(const struct app_answer *a)
{
	return !a->final && (!a->said || !a->live);
}

int
app_answer_take_back(struct app_answer *a)
{
	return a->said ? job_push(a->job, event_new_void()) : 0;
}

/* ---- the end ---- */

static int
say_call(struct app_answer *a, const struct app_call *c, unsigned n)
{
	struct event_item item = { .kind = ITEM_CALL,
		.call = n,
		.custom = c->tool->custom,
		.space = c->tool->space };
	struct item call = { .kind = ITEM_CALL,
		.custom = c->tool->custom,
		.name = c->tool->name,
		.space = c->tool->space,
		.call_id = text_of(c->id),
		.arguments = { c->arguments, c->n_arguments } };
	int rc = app_order_let_go(a, c->behind);

	app_record_call(&a->record, &call);
	if (rc == 0)
		rc = app_order_hand_on(
		    a, event_new_begin(&item, c->item, c->id, c->tool->name.s));
	if (rc == 0)
		rc = app_order_hand_on(a,
		    event_new_arguments(&item, c->arguments, c->n_arguments));
	return rc != 0
	    ? rc
	    : app_order_hand_on(a, event_new_end(&item, true, NULL, NULL));
}

/*
 * The tokens first, because a stop string in what follows ends the reading,
 * and they have been spent all the same.
 */
static int
finish(struct app_answer *a, enum finish_reason reason)
{
	int rc = 0;

	if (a->has_usage)
		rc = job_push(a->job, event_new_usage(&a->usage));
	if (rc == 0)
		rc = app_text_end(a);
	for (size_t i = 0; rc == 0 && i < a->calls.n; i++)
		rc = say_call(a, &a->calls.list[i], (unsigned)i);
	if (rc == 0)
		rc = app_order_let_go(a, SIZE_MAX);
	if (rc != 0)
		return rc;
	a->final = true;
	/* Whoever has the answer may ask for more at once. */
	if (a->ending != NULL)
		a->ending(a->ending_arg, reason);
	job_finish(a->job, reason);
	return 0;
}

/* Calls that can be carried out, whatever comes behind them. */
static size_t
n_calls(const struct app_answer *a)
{
	return a->calls.n + a->n_forced;
}

/* Of a response that broke off Codex tells zeros, which is no number. */
static void
note_usage(struct app_answer *a, const struct rpc_event *e)
{
	if (!e->has_usage || (e->usage.input == 0 && e->usage.output == 0))
		return;
	a->usage = e->usage;
	a->has_usage = true;
}

static int
on_done(struct app_answer *a)
{
	int rc = app_text_abandon_message(a);

	if (rc != 0 || a->final)
		return rc;
	if ((a->demanded || a->forced != NULL) && n_calls(a) == 0)
		return app_text_disobeyed(a);
	if (n_calls(a) > 0)
		return finish(a, FINISH_TOOL_CALLS);
	a->clean = true;
	return finish(a, FINISH_STOP);
}

static int
on_response(struct app_answer *a, const struct rpc_event *e)
{
	note_usage(a, e);
	if (n_calls(a) == 0)
		return 0;
	a->clean = a->n_forced == 0;
	return finish(a, FINISH_TOOL_CALLS);
}

/*
 * The response broke off behind whole calls. What is whole can be carried out,
 * and the model is asked again with the results; Codex must not ask it, since
 * to do so it had to be told that the calls failed.
 */
static int
finish_with_calls(struct app_answer *a, const char *why)
{
	char words[CODEX_WORDS_MAX];

	codex_words_for_log(why, words);
	log_info("request %s: the response broke off behind %zu whole "
		 "call%s: %.300s",
	    a->job->latency->request_id, n_calls(a), n_calls(a) == 1 ? "" : "s",
	    words);
	return finish(a, FINISH_TOOL_CALLS);
}

/*
 * A model that had to break off has answered as far as it got; but half a
 * JSON document is nothing that a caller could use.
 */
static int
on_incomplete(struct app_answer *a, enum finish_reason reason)
{
	bool filtered = reason == FINISH_CONTENT_FILTER;
	struct error error = ERROR_INIT;

	if (n_calls(a) > 0 ||
	    (a->job->request->format == FORMAT_TEXT && a->forced == NULL))
		return finish(a, reason);
	error_set(&error, filtered ? ERROR_CONTENT_POLICY : ERROR_UPSTREAM,
	    "%s cut the model's answer off, so that it is not the JSON that "
	    "was asked for.",
	    filtered ? "A filter (content_filter)"
		     : "A limit (max_output_tokens)");
	return app_text_fail(a, &error);
}

static void
log_words(const struct app_answer *a, const char *what, const char *said)
{
	char words[CODEX_WORDS_MAX];

	codex_words_for_log(said, words);
	log_info(
	    "request %s: %s: %.300s", a->job->latency->request_id, what, words);
}

/*
 * Reasoning that the model's server cannot read (any more) is no reason to give
 * no answer: once more without.
 */
static bool
begins_again(struct app_answer *a, const char *why)
{
	if (a->said || a->job->unsealed || !codex_error_is_unreadable(why) ||
	    !rpc_items_reasoning(a->job->request))
		return false;
	log_words(a, "the reasoning it gave back is left out", why);
	a->again = true;
	return true;
}

static int
on_failed(struct app_answer *a, const json_t *why)
{
	struct error error = ERROR_INIT;
	const char *message = "";

	(void)jsonx_get_string(why, "message", &message);
	if (begins_again(a, message))
		return 0;
	if (codex_error_incomplete(message) != FINISH_NONE)
		return on_incomplete(a, codex_error_incomplete(message));
	if (n_calls(a) > 0)
		return finish_with_calls(a, message);
	log_words(a, "codex failed", message);
	codex_error_from_turn(why, clock_unix_seconds(), &error);
	if (error.kind == ERROR_USAGE_LIMIT && error.retry_after < 0 &&
	    a->quota_resets_at > clock_unix_seconds())
		error.retry_after = codex_error_clamp_retry(
		    a->quota_resets_at - clock_unix_seconds());
	return app_text_fail(a, &error);
}

/* Not to be asked again. */
static int
on_refused(struct app_answer *a, const char *why)
{
	struct error error = ERROR_INIT;

	log_words(a, "codex was refused", why);
	codex_error_from_message(why, clock_unix_seconds(), &error);
	return app_text_fail(a, &error);
}

/*
 * What was cut on purpose would be cut again: Codex would ask five times more,
 * of a filter with words of its own, and give out the same text each time.
 */
static int
on_error(struct app_answer *a, const struct rpc_event *e)
{
	const char *why = "";

	a->spoiled = true;
	if (!e->will_retry)
		return on_failed(a, e->error);
	(void)jsonx_get_string(e->error, "message", &why);
	(void)jsonx_get_string(e->error, "additionalDetails", &why);
	if (codex_error_incomplete(why) != FINISH_NONE)
		return on_incomplete(a, codex_error_incomplete(why));
	if (n_calls(a) > 0)
		return finish_with_calls(a, why);
	if (begins_again(a, why))
		return 0;
	if (codex_error_is_refusal(why))
		return on_refused(a, why);
	log_words(a, "codex tries again", why);
	return app_text_abandon(a);
}

static int
on_compaction(struct app_answer *a)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_CONTEXT_LENGTH,
	    "The conversation is too long for the model; Codex was about to "
	    "summarise it.");
	return app_text_fail(a, &error);
}

static int
on_turn_completed(struct app_answer *a, const struct rpc_event *e)
{
	struct error error = ERROR_INIT;

	switch (e->status) {
	case RPC_TURN_DONE:
		return on_done(a);
	case RPC_TURN_FAILED:
		return on_failed(a, e->error);
	case RPC_TURN_INTERRUPTED:
		break;
	}
	error_set(&error, ERROR_UPSTREAM,
	    "Codex interrupted the turn before it had answered.");
	return app_text_fail(a, &error);
}

static int
on_call(struct app_answer *a, const struct rpc_event *e)
{
	size_t n = a->calls.n;
	int rc = app_calls_add(&a->calls, a->job->request, e);

	if (rc == 0 && a->calls.n > n && a->job->request->sealed)
		a->calls.list[n].behind = a->n_whole;
	return rc;
}

/* What the response before this one took may be told late. */
static bool
is_stale(struct app_answer *a, const struct rpc_event *e)
{
	if (e->kind != RPC_USAGE && e->kind != RPC_IMAGE_OMITTED &&
	    e->kind != RPC_TOOL_OUTPUT)
		a->stale_usage = false;
	return a->stale_usage;
}

int
app_answer_event(struct app_answer *a, const struct rpc_event *e)
{
	if (a->final || a->again || a->anew || is_stale(a, e))
		return 0;
	switch (e->kind) {
	case RPC_MESSAGE_STARTED:
	case RPC_MESSAGE_DELTA:
	case RPC_MESSAGE_COMPLETED:
	case RPC_REASONING_PART:
	case RPC_REASONING_DELTA:
	case RPC_REASONING_COMPLETED:
		return app_text_event(a, e);
	case RPC_COMPACTION:
		return on_compaction(a);
	case RPC_TOOL_CALL:
		return on_call(a, e);
	case RPC_USAGE:
		note_usage(a, e);
		return 0;
	case RPC_RESPONSE_COMPLETED:
		return on_response(a, e);
	case RPC_BROKE_OFF:
		return finish_with_calls(a, "Codex was about to ask again");
	case RPC_FILTERED:
		return on_incomplete(a, FINISH_CONTENT_FILTER);
	case RPC_ERROR:
		return on_error(a, e);
	case RPC_TURN_COMPLETED:
		return on_turn_completed(a, e);
	case RPC_OTHER:
	case RPC_ANSWER:
	case RPC_REQUEST:
	case RPC_TOOL_OUTPUT:
	case RPC_TURN_STARTED:
	case RPC_IMAGE_OMITTED:
	case RPC_RATE_LIMITS:
	case RPC_WARNING:
	case RPC_TOO_LONG:
		break;
	}
	return 0;
}
