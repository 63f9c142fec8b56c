#include "engine/turn/app_keep.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/turn/app_ask.h"
#include "system/log.h"

/* A call that Codex waits for; `request` is NULL until it has asked. */
struct app_owed {
	char *call, *request;
};

void
app_keep_free(struct app_turn *t)
{
	for (size_t i = 0; i < t->n_owed; i++) {
		free(t->owed[i].call);
		free(t->owed[i].request);
	}
	free(t->owed);
	t->owed = NULL;
	t->n_owed = 0;
}

/* ---- entering ---- */

/* What the caller has is what the thread has, and nothing is owed to others. */
static bool
is_clean(const struct app_turn *t)
{
	const struct app_answer *a = &t->answer;

	return t->keeper != NULL && t->job->kept.key != NULL && a->clean &&
	    !a->spoiled && !a->calls.unfit && a->calls.made == a->calls.n &&
	    a->calls.n == a->record.n_calls && !t->held.let_go_of &&
	    t->omitted == 0 &&
	    t->job->kept.bytes + a->record.bytes <= LIMIT_KEPT_ONE &&
	    job_cancelled(t->job) == JOB_NOT_CANCELLED;
}

static void
enter(struct app_turn *t, enum finish_reason reason)
{
	struct app_answer *a = &t->answer;
	const struct job_kept *k = &t->job->kept;
	struct app_kept_entry entry = { .wishes = k->wishes,
		.waiting = a->calls.n > 0,
		.effort = k->effort,
		.bytes = k->bytes + a->record.bytes,
		.until = clock_after(t->settings->kept_for) };

	if ((reason != FINISH_STOP && reason != FINISH_TOOL_CALLS) ||
	    !is_clean(t) || !app_record_keys(&a->record, &k->all, entry.keys))
		return;
	t->number = t->keeper->keep(t->keeper->arg, &entry);
	t->until = entry.until;
}

static struct app_owed *
find_owed(struct app_turn *t, struct text call)
{
	for (size_t i = 0; i < t->n_owed; i++) {
		if (text_is(call, t->owed[i].call))
			return &t->owed[i];
	}
	return NULL;
}

static bool
is_settled(const struct app_turn *t)
{
	for (size_t i = 0; i < t->n_owed; i++) {
		if (t->owed[i].request == NULL)
			return false;
	}
	return true;
}

static struct app_owed *
add_owed(struct app_turn *t, struct text call)
{
	struct app_owed *more = reallocarray(
	    t->owed, t->n_owed + 1, sizeof(*more));

	if (more == NULL)
		return NULL;
	t->owed = more;
	more = &more[t->n_owed];
	*more = (struct app_owed){ .call = strndup(call.s, call.len) };
	if (more->call == NULL)
		return NULL;
	t->n_owed++;
	return more;
}

/* Those of its answer that Codex has not asked for yet. */
static bool
expect_all(struct app_turn *t)
{
	const struct app_calls *calls = &t->answer.calls;

	for (size_t i = 0; i < calls->n; i++) {
		struct text id = text_of(calls->list[i].id);

		if (find_owed(t, id) == NULL && add_owed(t, id) == NULL)
			return false;
	}
	return t->n_owed == calls->n;
}

static void
note_settled(struct app_turn *t)
{
	if (!is_settled(t))
		return;
	t->settle_by = CLOCK_NEVER;
	if (t->job_over)
		t->state = TURN_KEPT;
	else
		app_ask_ready(t);
}

bool
app_keep_settle(struct app_turn *t)
{
	bool waiting = t->answer.calls.n > 0;

	app_held_drop(&t->held);
	/* Of what is no turn any more nothing can be waited for. */
	if (t->turn_over == waiting || (waiting && !expect_all(t))) {
		app_keep_give_up(t, KEPT_EVICTED_LOST);
		return false;
	}
	t->state = TURN_SETTLING;
	t->settle_by = clock_after(APP_KEEP_SETTLE);
	note_settled(t);
	return true;
}

int
app_keep_call(
    struct app_turn *t, struct text call, const char *id, bool *ret_known)
{
	struct app_owed *owed = find_owed(t, call);

	*ret_known = false;
	/* While its response comes it may be one that we have not seen yet. */
	if (owed == NULL &&
	    (t->state == TURN_SETTLING || t->n_owed == LIMIT_CALLS))
		return 0;
	if (owed == NULL)
		owed = add_owed(t, call);
	if (owed == NULL)
		return -ENOMEM;
	if (owed->request != NULL)
		return 0;
	owed->request = strdup(id);
	if (owed->request == NULL)
		return -ENOMEM;
	*ret_known = true;
	if (t->state == TURN_SETTLING)
		note_settled(t);
	return 0;
}

static void
on_ending(void *arg, enum finish_reason reason)
{
	enter(arg, reason);
}

void
app_keep_hear(struct app_turn *t)
{
	app_answer_free(&t->answer);
	app_answer_init(&t->answer, t->job);
	t->answer.ending = on_ending;
	t->answer.ending_arg = t;
}

/* ---- the next request ---- */

void
app_keep_resume(struct app_turn *t, struct job *j)
{
	t->job = j;
	t->job_over = false;
	t->number = 0;
	t->resumed = true;
	t->started = clock_now();
	t->refusals = 0;
	t->omitted = 0;
	app_keep_hear(t);
	t->answer.resumed = true;
	t->answer.stale_usage = true;
	j->phases->kept = true;
	if (t->n_owed == 0) {
		t->turn[0] = '\0';
		t->turn_over = false;
	}
	if (t->state == TURN_KEPT)
		app_ask_ready(t);
}

/* Messages behind the results; without any the results are all there is. */
int
app_keep_go_on(struct app_turn *t)
{
	const struct job_kept *k = &t->job->kept;
	size_t messages = k->from + k->results;

	if (messages < t->job->request->n_items)
		return app_ask_inject_news(t, messages);
	return app_keep_answer(t);
}

/* They are those of its calls: else it would not have been found. */
static bool
owes_all(struct app_turn *t, const struct item *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct app_owed *owed = find_owed(t, results[i].call_id);

		if (owed == NULL || owed->request == NULL)
			return false;
	}
	return t->n_owed == n;
}

static int
put_results(struct app_turn *t, const struct item *results, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = rpc_call_result(find_owed(t, results[i].call_id)->request,
		    &results[i], &t->child->out);
	return rc;
}

int
app_keep_answer(struct app_turn *t)
{
	const struct job_kept *k = &t->job->kept;
	const struct item *results = &t->job->request->items[k->from];
	size_t before = t->child->out.len;
	int rc;

	if (!owes_all(t, results, k->results)) {
		app_keep_give_up(t, KEPT_EVICTED_LOST);
		return app_ask_end(t);
	}
	rc = put_results(t, results, k->results);
	if (rc != 0)
		return rc;
	app_keep_free(t);
	t->job->phases->sent += t->child->out.len - before;
	t->state = TURN_RUNNING;
	job_note_asked(t->job);
	return 0;
}

/* ---- the end ---- */

void
app_keep_forget(struct app_turn *t, enum stats_kept_eviction why)
{
	if (t->number != 0)
		(void)t->keeper->forget(t->keeper->arg, t->number, why);
	t->number = 0;
	t->settle_by = CLOCK_NEVER;
}

void
app_keep_give_up(struct app_turn *t, enum stats_kept_eviction why)
{
	app_keep_forget(t, why);
	if (t->job_over)
		return;
	log_debug("request %s: begins anew, on a fresh thread",
	    t->job->latency->request_id);
	t->answer.anew = true;
	t->job_over = true;
}

int64_t
app_keep_deadline(const struct app_turn *t)
{
	return clock_first(
	    t->settle_by, t->number != 0 ? t->until : CLOCK_NEVER);
}

bool
app_keep_is_late(const struct app_turn *t, int64_t now)
{
	return now >= t->settle_by;
}
