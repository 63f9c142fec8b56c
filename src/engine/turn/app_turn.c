#include "engine/turn/app_turn.h"

#include <errno.h>

#include "base/clock.h"
#include "base/limits.h"
#include "system/log.h"
#include "codex/codex_error.h"
#include "engine/child/app_bounds.h"
#include "engine/turn/app_ask.h"
#include "engine/turn/app_keep.h"

enum {
	/* Tries for a request that Codex is too busy for. */
	REFUSALS_MAX = 6
};

#define FIRST_BACK_OFF (100 * NS_PER_MS)

int
app_turn_begin(const struct settings *s, struct app_child *c,
    struct app_spare *spare, enum rpc_instructions instructions,
    const struct app_keeper *keeper, struct job *j, struct app_turn **ret_turn)
{
	struct app_turn *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL)
		return -ENOMEM;
	t->child = c;
	t->spare = spare;
	t->settings = s;
	t->instructions = instructions;
	t->job = j;
	t->started = clock_now();
	t->keeper = keeper;
	t->settle_by = CLOCK_NEVER;
	t->again_at = CLOCK_NEVER;
	app_keep_hear(t);
	app_held_init(&t->held);
	rc = app_ask_thread(t);
	if (rc != 0) {
		app_turn_free(t);
		return rc;
	}
	*ret_turn = t;
	return 0;
}

/*
 * Codex decodes images before it answers an injection. Those of one request may
 * be as large as a child is to decode at once; others wait then, and who has
 * waited for room comes before who comes later.
 */
static bool
may_decode(struct app_turn *t)
{
	struct app_child *c = t->child;
	uint64_t need = t->job->request->decoded;

	/* What a thread knows it has decoded, and no more come to it. */
	if (need == 0 || t->resumed)
		return true;
	if (c->decodes_next != NULL && c->decodes_next != t)
		return false;
	if (c->decoding > 0 && c->decoding + need > LIMIT_CHILD_DECODING) {
		c->decodes_next = t;
		return false;
	}
	c->decodes_next = NULL;
	c->decoding += need;
	t->decoding = need;
	return true;
}

/* Gives back what it has taken, once it neither decodes nor is about to. */
static void
settle_decoding(struct app_turn *t)
{
	if (t->state != TURN_WAITING && t->child->decodes_next == t)
		t->child->decodes_next = NULL;
	if (t->state == TURN_INJECTING)
		return;
	t->child->decoding -= t->decoding;
	t->decoding = 0;
}

void
app_turn_free(struct app_turn *t)
{
	if (t == NULL)
		return;
	t->state = TURN_OVER;
	settle_decoding(t);
	app_keep_free(t);
	app_answer_free(&t->answer);
	app_held_free(&t->held);
	free(t);
}

/* ---- the job's end ---- */

void
app_turn_end_job(struct app_turn *t, struct error *error)
{
	if (!t->job_over && !t->answer.final)
		job_fail(t->job, error);
	error_free(error);
	t->job_over = true;
}

int
app_turn_wind_up(struct app_turn *t)
{
	if (t->number != 0 && t->state == TURN_RUNNING && app_keep_settle(t))
		return 0;
	switch (t->state) {
	case TURN_SETTLING:
	case TURN_KEPT:
		app_keep_forget(t, KEPT_EVICTED_LOST);
		return app_ask_end(t);
	case TURN_WAITING:
	case TURN_RUNNING:
		return app_ask_end(t);
	case TURN_STARTING:
	case TURN_INJECTING:
		/* Nothing is spent yet; the answer comes first. */
	case TURN_ASKING:
		/* With the answer comes the id to interrupt. */
	case TURN_INTERRUPTING:
	case TURN_CLOSING:
	case TURN_OVER:
		break;
	}
	return 0;
}

/* ---- answers ---- */

/* True when the request is to be sent again later. */
static bool
ask_again(struct app_turn *t)
{
	if (t->refusals >= REFUSALS_MAX)
		return false;
	t->again_at = clock_after(FIRST_BACK_OFF << t->refusals);
	t->refusals++;
	t->awaited = 0;
	t->answer_by = CLOCK_NEVER;
	return true;
}

/* What the thread does not know yet. */
static int
tell_all(struct app_turn *t)
{
	return t->resumed ? app_keep_go_on(t) : app_ask_inject(t);
}

/* Whose job is over meanwhile has nothing more to ask for. */
static int
repeat(struct app_turn *t)
{
	switch (t->state) {
	case TURN_STARTING:
		if (!t->job_over)
			return app_ask_thread(t);
		t->state = TURN_OVER;
		return 0;
	case TURN_INJECTING:
		return t->job_over ? app_ask_end(t) : tell_all(t);
	case TURN_ASKING:
		return t->job_over ? app_ask_end(t) : app_ask_turn(t);
	case TURN_INTERRUPTING:
		return app_ask_interrupt(t);
	case TURN_WAITING:
	case TURN_RUNNING:
	case TURN_SETTLING:
	case TURN_KEPT:
	case TURN_CLOSING:
	case TURN_OVER:
		break;
	}
	return app_ask_close(t);
}

static void
refuse_job(struct app_turn *t, const struct rpc_event *e)
{
	struct error error = ERROR_INIT;

	codex_error_from_refusal(e->error, clock_unix_seconds(), &error);
	/* Of what thread/start says only functions are the caller's to mend. */
	if (!t->job_over && t->state == TURN_STARTING &&
	    error.kind == ERROR_BAD_REQUEST && error.param == NULL &&
	    t->job->request->n_tools > 0)
		error.field = FIELD_TOOLS;
	app_turn_end_job(t, &error);
}

static int
on_thread_started(struct app_turn *t, const struct rpc_event *e)
{
	rpc_event_keep_id(e->thread, t->thread);
	if (t->thread[0] == '\0')
		return -EINVAL;
	app_ask_ready(t);
	return t->job_over ? app_ask_close(t) : 0;
}

static int
on_injected(struct app_turn *t)
{
	if (t->job_over)
		return app_ask_end(t);
	return t->n_owed > 0 ? app_keep_answer(t) : app_ask_turn(t);
}

static int
on_turn_asked(struct app_turn *t, const struct rpc_event *e)
{
	if (t->turn[0] == '\0')
		rpc_event_keep_id(e->turn, t->turn);
	if (t->turn[0] == '\0')
		return -EINVAL;
	t->state = TURN_RUNNING;
	return t->turn_over || t->job_over ? app_turn_wind_up(t) : 0;
}

/* It is over when turn/completed says so; the answer may come first. */
static int
on_interrupted(struct app_turn *t)
{
	t->answer_by = clock_after(app_bounds.answer);
	return t->turn_over ? app_ask_close(t) : 0;
}

/*
 * "No active turn to interrupt" is said of one that has ended by itself, and
 * of one that has been accepted and does not run yet (seen on 0.169.0 under
 * load): which would go on without us.
 */
static bool
is_worth_another_try(const struct app_turn *t, const struct rpc_event *e)
{
	return codex_refusal_is_overload(e->error) ||
	    (t->state == TURN_INTERRUPTING && !t->turn_over);
}

static int
on_refused(struct app_turn *t, const struct rpc_event *e)
{
	const char *message = "";

	(void)jsonx_get_string(e->error, "message", &message);
	log_debug("codex: refused: %.300s", message);
	if (is_worth_another_try(t, e) && ask_again(t))
		return 0;
	switch (t->state) {
	case TURN_STARTING:
		refuse_job(t, e);
		t->state = TURN_OVER;
		return 0;
	case TURN_INJECTING:
	case TURN_ASKING:
		if (t->resumed && !t->job_over)
			app_keep_give_up(t, KEPT_EVICTED_LOST);
		else
			refuse_job(t, e);
		return app_ask_end(t);
	case TURN_INTERRUPTING:
		return app_ask_close(t);
	default:
		t->state = TURN_OVER;
		return 0;
	}
}

static int
on_answer(struct app_turn *t, const struct rpc_event *e)
{
	t->awaited = 0;
	t->answer_by = CLOCK_NEVER;
	app_ask_patience(t->child, app_bounds.answer);
	if (e->error != NULL)
		return on_refused(t, e);
	t->refusals = 0;
	switch (t->state) {
	case TURN_STARTING:
		return on_thread_started(t, e);
	case TURN_INJECTING:
		return on_injected(t);
	case TURN_ASKING:
		return on_turn_asked(t, e);
	case TURN_INTERRUPTING:
		return on_interrupted(t);
	case TURN_CLOSING:
		t->state = TURN_OVER;
		break;
	case TURN_WAITING:
	case TURN_RUNNING:
	case TURN_SETTLING:
	case TURN_KEPT:
	case TURN_OVER:
		break;
	}
	return 0;
}

int
app_turn_answer(struct app_turn *t, const struct rpc_event *e)
{
	int rc = on_answer(t, e);

	settle_decoding(t);
	return rc;
}

/* ---- what is said of the answer ---- */

/* What the caller's side could not take ends the job. */
static int
after_push(struct app_turn *t, int rc)
{
	struct error error = ERROR_INIT;

	if (rc == 0 || rc == -ENOMEM)
		return rc;
	if (rc == -ECANCELED) {
		job_end_cancelled(t->job);
	} else if (rc == -ENOBUFS || rc == -EDQUOT || rc == -EMSGSIZE) {
		job_too_slow(t->job, rc, &error);
		app_turn_end_job(t, &error);
	}
	t->job_over = true;
	return 0;
}

static void
mark(struct app_turn *t, enum phase phase)
{
	int64_t *ns = &t->job->phases->ns[phase];

	if (*ns == 0)
		*ns = clock_now() - t->started;
}

int
app_turn_feed(struct app_turn *t, const struct rpc_event *e)
{
	int rc;

	if (t->job_over)
		return 0;
	mark(t, PHASE_FIRST_STDOUT_EVENT);
	app_held_hear(
	    &t->held, e->kind == RPC_TOOL_OUTPUT && t->answer.calls.n > 0);
	t->answer.quota_resets_at = t->child->quota_resets_at;
	rc = after_push(t, app_answer_event(&t->answer, e));
	if (t->answer.said)
		mark(t, PHASE_FIRST_ASSISTANT_EVENT);
	t->job_over = t->job_over || t->answer.final || t->answer.again ||
	    t->answer.anew;
	return rc;
}

/* ---- time ---- */

static void
fail_late(struct app_turn *t)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_TIMEOUT,
	    "Codex had not answered after %.3g s (--timeout-seconds).",
	    (double)t->settings->timeout / (double)NS_PER_S);
	app_turn_end_job(t, &error);
}

static int
end_if_unwanted(struct app_turn *t, int64_t now)
{
	if (job_cancelled(t->job)) {
		job_end_cancelled(t->job);
		t->job_over = true;
	} else if (now >= t->job->deadline) {
		fail_late(t);
	}
	return t->job_over ? app_turn_wind_up(t) : 0;
}

static int
let_go_of_calls(struct app_turn *t)
{
	const struct rpc_event broke = { .kind = RPC_BROKE_OFF };
	int rc;

	if (t->held.ended) {
		rc = app_turn_feed(t, &broke);
		return rc == 0 && t->job_over ? app_turn_wind_up(t) : rc;
	}
	log_debug("request %s: nothing has come behind a call",
	    t->job->latency->request_id);
	return app_held_let_go(&t->held, &t->child->out);
}

int
app_turn_step(struct app_turn *t, int64_t now)
{
	int rc = 0;

	if (!t->job_over)
		rc = end_if_unwanted(t, now);
	if (rc == 0 && !t->job_over && now >= app_held_deadline(&t->held))
		rc = let_go_of_calls(t);
	if (rc == 0 && app_keep_is_late(t, now)) {
		app_keep_give_up(t, KEPT_EVICTED_CALLS);
		rc = app_turn_wind_up(t);
	}
	if (rc == 0 && now >= app_ask_late_at(t))
		return -ETIMEDOUT;
	if (rc == 0 && now >= t->again_at)
		rc = repeat(t);
	if (rc == 0 && t->state == TURN_WAITING &&
	    app_child_backlog(t->child) < LIMIT_CHILD_BACKLOG && may_decode(t))
		rc = tell_all(t);
	settle_decoding(t);
	return rc;
}

int64_t
app_turn_deadline(const struct app_turn *t)
{
	int64_t at = clock_first(app_ask_late_at(t), t->again_at);

	at = clock_first(at, app_keep_deadline(t));
	if (t->job_over)
		return at;
	at = clock_first(at, app_held_deadline(&t->held));
	return clock_first(at, t->job->deadline);
}
