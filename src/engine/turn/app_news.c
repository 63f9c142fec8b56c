#include "engine/turn/app_news.h"

#include "base/clock.h"
#include "rpc/rpc_images.h"
#include "engine/turn/app_ask.h"
#include "engine/turn/app_keep.h"

static void
fail_job(struct app_turn *t, enum error_kind kind, const char *message)
{
	struct error error = ERROR_INIT;

	error_set(&error, kind, "%s", message);
	app_turn_end_job(t, &error);
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
	return app_turn_wind_up(t);
}

/* Its answer is out, and the results of its calls are not in. */
static bool
is_between(const struct app_turn *t)
{
	return t->state == TURN_SETTLING || t->state == TURN_KEPT ||
	    (t->state < TURN_ASKING && t->n_owed > 0);
}

/* Nothing happens to a turn that waits, but that it is lost. */
static int
hear_between(struct app_turn *t, const struct rpc_event *e)
{
	if (t->turn_over ||
	    (e->kind != RPC_TURN_COMPLETED && e->kind != RPC_ERROR &&
		e->kind != RPC_RESPONSE_COMPLETED && e->kind != RPC_COMPACTION))
		return 0;
	t->turn_over = e->kind == RPC_TURN_COMPLETED;
	app_keep_give_up(t, KEPT_EVICTED_LOST);
	return app_turn_wind_up(t);
}

static int
hear(struct app_turn *t, const struct rpc_event *e)
{
	int rc = app_turn_feed(t, e);

	if (rc != 0)
		return rc;
	if (e->kind == RPC_TURN_COMPLETED) {
		t->turn_over = true;
		if (t->state == TURN_INTERRUPTING && t->awaited == 0)
			return app_ask_close(t);
	}
	return t->job_over || t->turn_over ? app_turn_wind_up(t) : 0;
}

int
app_turn_event(struct app_turn *t, const struct rpc_event *e)
{
	if (e->kind == RPC_IMAGE_OMITTED && is_foreign(t, e))
		return on_image_omitted(t, e);
	if (is_between(t))
		return is_foreign(t, e) ? 0 : hear_between(t, e);
	if (t->state < TURN_ASKING)
		return 0;
	if (t->turn[0] == '\0' && e->kind == RPC_TURN_STARTED)
		rpc_event_keep_id(e->turn, t->turn);
	if (e->kind == RPC_TURN_STARTED || is_foreign(t, e))
		return 0;
	return hear(t, e);
}

/* An interrupt is about to end the calls of a job that is over. */
int
app_turn_call(struct app_turn *t, const struct rpc_event *e, const char *id,
    bool *ret_held)
{
	bool known;
	int rc;

	/* Also before the answer to turn/start is there. */
	if (t->state == TURN_SETTLING || (t->job_over && t->number != 0))
		return app_keep_call(t, e->call_id, id, ret_held);
	*ret_held = t->job_over || t->answer.calls.n > 0;
	if (!*ret_held || t->job_over)
		return 0;
	rc = app_keep_call(t, e->call_id, id, &known);
	return rc != 0 ? rc : app_held_add(&t->held, id);
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
		return app_turn_wind_up(t);
	t->awaited = 0;
	t->answer_by = CLOCK_NEVER;
	if (t->thread[0] != '\0')
		return app_ask_close(t);
	t->state = TURN_OVER;
	return 0;
}
