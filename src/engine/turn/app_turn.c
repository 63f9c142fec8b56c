#include "engine/turn/app_turn.h"

#include <errno.h>

#include "base/clock.h"
#include "base/limits.h"
#include "system/log.h"
#include "rpc/rpc_images.h"
#include "codex/codex_error.h"
#include "engine/child/app_bounds.h"
#include "engine/turn/app_ask.h"

enum {
	/* Tries for a request that Codex is too busy for. */
	REFUSALS_MAX = 6
};

#define FIRST_BACK_OFF (100 * NS_PER_MS)

int
app_turn_begin(const struct settings *s, struct app_child *c,
    struct app_spare *spare, enum rpc_instructions instructions, struct job *j,
    struct app_turn **ret_turn)
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
	app_answer_init(&t->answer, j);
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

	if (need == 0)
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

static void
fail_job(struct app_turn *t, enum error_kind kind, const char *message)
{
	struct error error = ERROR_INIT;

	error_set(&error, kind, "%s", message);
	app_turn_end_job(t, &error);
}

/* Brings the turn to its end from wherever it is, its job being over. */
static int
wind_up(struct app_turn *t)
{
	switch (t->state) {
	case TURN_WAITING:
		return app_ask_close(t);
	case TURN_RUNNING:
		return t->turn_over ? app_ask_close(t) : app_ask_interrupt(t);
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
		return t->job_over ? app_ask_close(t) : app_ask_inject(t);
	case TURN_ASKING:
		return t->job_over ? app_ask_close(t) : app_ask_turn(t);
	case TURN_INTERRUPTING:
		return app_ask_interrupt(t);
	case TURN_WAITING:
	case TURN_RUNNING:
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
	return t->job_over ? app_ask_close(t) : app_ask_turn(t);
}

static int
on_turn_asked(struct app_turn *t, const struct rpc_event *e)
{
	if (t->turn[0] == '\0')
		rpc_event_keep_id(e->turn, t->turn);
	if (t->turn[0] == '\0')
		return -EINVAL;
	t->state = TURN_RUNNING;
	return t->turn_over || t->job_over ? wind_up(t) : 0;
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
		refuse_job(t, e);
		return app_ask_close(t);
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

/* ---- notifications ---- */

static void
mark(struct app_turn *t, enum phase phase)
{
	int64_t *ns = &t->job->phases->ns[phase];

	if (*ns == 0)
		*ns = clock_now() - t->started;
}

/*
 * What is said of another turn of this thread is not our answer: with raw
 * events the injected conversation comes back as items of "auto-compact-0",
 * calls included, when turn/start is already under way.
 */
static bool
is_foreign(const struct app_turn *t, const struct rpc_event *e)
{
	return strlen(t->turn) != e->turn.len ||
	    memcmp(t->turn, e->turn.s, e->turn.len) != 0;
}

/* Of the injected messages; what the model itself says has another turn. */
static int
on_image_omitted(struct app_turn *t, const struct rpc_event *e)
{
	struct error error = ERROR_INIT;

	if (t->job_over)
		return 0;
	if (t->omitted == 0)
		t->omitted_by_caller = rpc_images_sentences(t->job->request);
	t->omitted += e->omitted;
	if (t->omitted <= t->omitted_by_caller)
		return 0;
	rpc_images_set_error(t->job->request, &error);
	app_turn_end_job(t, &error);
	return wind_up(t);
}

static int
feed_answer(struct app_turn *t, const struct rpc_event *e)
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
	t->job_over = t->job_over || t->answer.final || t->answer.again;
	return rc;
}

int
app_turn_event(struct app_turn *t, const struct rpc_event *e)
{
	int rc;

	if (e->kind == RPC_IMAGE_OMITTED && is_foreign(t, e))
		return on_image_omitted(t, e);
	if (t->state < TURN_ASKING)
		return 0;
	if (t->turn[0] == '\0' && e->kind == RPC_TURN_STARTED)
		rpc_event_keep_id(e->turn, t->turn);
	if (e->kind == RPC_TURN_STARTED || is_foreign(t, e))
		return 0;
	rc = feed_answer(t, e);
	if (rc != 0)
		return rc;
	if (e->kind == RPC_TURN_COMPLETED) {
		t->turn_over = true;
		if (t->state == TURN_INTERRUPTING && t->awaited == 0)
			return app_ask_close(t);
	}
	return t->job_over || t->turn_over ? wind_up(t) : 0;
}

/* An interrupt is about to end the calls of a job that is over. */
int
app_turn_call(struct app_turn *t, const char *id, bool *ret_held)
{
	*ret_held = t->job_over || t->answer.calls.n > 0;
	return *ret_held && !t->job_over ? app_held_add(&t->held, id) : 0;
}

/* Without the answer that was lost there is nothing to go on with. */
int
app_turn_line_lost(struct app_turn *t, const struct rpc_event *e)
{
	if (!t->job_over)
		fail_job(t, ERROR_UPSTREAM,
		    "Codex wrote a line about this request that is too long to "
		    "be read; --max-body-bytes also raises what is read.");
	if (e->id == 0 || e->id != t->awaited)
		return wind_up(t);
	t->awaited = 0;
	t->answer_by = CLOCK_NEVER;
	if (t->thread[0] != '\0')
		return app_ask_close(t);
	t->state = TURN_OVER;
	return 0;
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
	return t->job_over ? wind_up(t) : 0;
}

static int
let_go_of_calls(struct app_turn *t)
{
	const struct rpc_event broke = { .kind = RPC_BROKE_OFF };
	int rc;

	if (t->held.ended) {
		rc = feed_answer(t, &broke);
		return rc == 0 && t->job_over ? wind_up(t) : rc;
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
	if (rc == 0 && now >= app_ask_late_at(t))
		return -ETIMEDOUT;
	if (rc == 0 && now >= t->again_at)
		rc = repeat(t);
	if (rc == 0 && t->state == TURN_WAITING &&
	    app_child_backlog(t->child) < LIMIT_CHILD_BACKLOG && may_decode(t))
		rc = app_ask_inject(t);
	settle_decoding(t);
	return rc;
}

int64_t
app_turn_deadline(const struct app_turn *t)
{
	int64_t at = clock_first(app_ask_late_at(t), t->again_at);

	if (t->job_over)
		return at;
	at = clock_first(at, app_held_deadline(&t->held));
	return clock_first(at, t->job->deadline);
}
