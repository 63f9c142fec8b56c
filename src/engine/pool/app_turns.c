#include "engine/pool/app_turns.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/turn/app_ask.h"
#include "engine/turn/app_keep.h"

static void
add_turn(struct app_session *s, struct app_turn *t)
{
	t->next = s->turns;
	s->turns = t;
	s->n_turns++;
}

static void
begin_fresh(struct app_session *s, struct job *j)
{
	struct app_turn *t;
	int rc = app_turn_begin(s->settings, s->child, &s->spare,
	    s->instructions, &s->keeper, j, &t);

	if (rc != 0) {
		job_fail_with(j, ERROR_INTERNAL,
		    "The request could not be given to Codex: %s.",
		    strerror(-rc));
		s->owner.job_over(s->owner.arg, j);
		return;
	}
	add_turn(s, t);
	s->n_jobs++;
	s->begun++;
}

/* The one that is kept by this number, or NULL. */
static struct app_turn *
find_number(const struct app_session *s, uint64_t number)
{
	struct app_turn *t = s->turns;

	while (t != NULL && t->number != number)
		t = t->next;
	return t;
}

void
app_session_begin(struct app_session *s, struct job *j)
{
	uint64_t number = j->kept.number;
	struct app_turn *t = number != 0 ? find_number(s, number) : NULL;

	j->kept.number = 0;
	if (t != NULL && t->state != TURN_KEPT && t->state != TURN_SETTLING) {
		/* It was lost meanwhile, or is about to be kept. */
		t->number = 0;
		t = NULL;
	}
	if (number != 0)
		s->owner.resumed(s->owner.arg, t != NULL, j->kept.results > 0);
	if (t == NULL) {
		begin_fresh(s, j);
		return;
	}
	app_keep_resume(t, j);
	s->n_jobs++;
	s->begun++;
}

/* In another turn: without encrypted reasoning, or on a fresh thread. */
static void
begin_anew(struct app_session *s, const struct app_turn *t, struct job *j)
{
	j->unsealed = j->unsealed || t->answer.again;
	j->phases->kept = false;
	if (t->answer.anew)
		s->owner.failed(s->owner.arg);
	begin_fresh(s, j);
}

static void
let_go(struct app_session *s, struct app_turn *t)
{
	struct job *j = t->job;

	if (j == NULL || !t->job_over)
		return;
	t->job = NULL;
	s->n_jobs--;
	phase_add(j->phases, PHASE_APP_SERVER_EXEC, t->started);
	if (t->answer.again || t->answer.anew) {
		begin_anew(s, t, j);
		return;
	}
	s->job_ended = true;
	s->owner.job_over(s->owner.arg, j);
}

static void
remove_turn(struct app_session *s, struct app_turn **link)
{
	struct app_turn *t = *link;

	*link = t->next;
	s->n_turns--;
	s->last = NULL;
	app_keep_forget(t, KEPT_EVICTED_LOST);
	app_turn_free(t);
}

/* Lets go of jobs that are over and removes turns that are. */
void
app_turns_sweep(struct app_session *s)
{
	struct app_turn **link = &s->turns;

	while (*link != NULL) {
		let_go(s, *link);
		if ((*link)->state == TURN_OVER)
			remove_turn(s, link);
		else
			link = &(*link)->next;
	}
}

struct app_turn *
app_turns_awaiting(const struct app_session *s, int64_t id)
{
	struct app_turn *t = s->turns;

	while (t != NULL && t->awaited != id)
		t = t->next;
	return t;
}

static bool
is_about(const struct app_turn *t, struct text thread)
{
	return strncmp(t->thread, thread.s, thread.len) == 0 &&
	    t->thread[thread.len] == '\0';
}

/* A stream's pieces come in rows: mostly it is the same as before. */
struct app_turn *
app_turns_of(struct app_session *s, struct text thread)
{
	struct app_turn *t = s->turns;

	if (thread.len == 0 || thread.len >= RPC_ID_MAX)
		return NULL;
	if (s->last != NULL && is_about(s->last, thread))
		return s->last;
	while (t != NULL && !is_about(t, thread))
		t = t->next;
	s->last = t;
	return t;
}

size_t
app_turns_busy(const struct app_session *s)
{
	size_t n = s->n_turns;

	for (const struct app_turn *t = s->turns; t != NULL; t = t->next)
		n -= t->state == TURN_KEPT;
	return n;
}

bool
app_turns_run(const struct app_session *s, bool *ret_owed)
{
	bool run = false;

	*ret_owed = false;
	for (const struct app_turn *t = s->turns; t != NULL; t = t->next) {
		run = run || t->state != TURN_KEPT;
		*ret_owed = *ret_owed || t->answer_by != CLOCK_NEVER;
	}
	return run;
}

/* ---- kept threads ---- */

/* Of one that is not settled yet the turn goes on to its end by itself. */
static int
drop(struct app_turn *t, enum stats_kept_eviction why)
{
	bool settled = t->state == TURN_KEPT || t->state == TURN_SETTLING;

	app_keep_forget(t, why);
	return settled ? app_ask_end(t) : 0;
}

/* Also of what a job is on its way to: it will find nothing. */
static int
drop_all(struct app_session *s)
{
	int rc = 0;

	for (struct app_turn *t = s->turns; rc == 0 && t != NULL; t = t->next) {
		if (t->number != 0)
			rc = drop(t, KEPT_EVICTED_WORN);
	}
	return rc;
}

int
app_turns_drop_kept(struct app_session *s, int64_t now)
{
	uint64_t number;
	int rc = 0;

	if (s->settings->kept_threads == 0)
		return 0;
	if (s->state == SESSION_RETIRING || s->worn)
		return drop_all(s);
	if (s->state != SESSION_SERVING)
		return 0;
	while (rc == 0 &&
	    (number = s->owner.next_to_drop(s->owner.arg, now)) != 0) {
		struct app_turn *t = find_number(s, number);

		/* Out of the table it is already, and counted. */
		if (t != NULL)
			rc = drop(t, KEPT_EVICTED_LOST);
	}
	return rc;
}

/* ---- the end ---- */

/*
 * What the job has said must be taken back first. One that is cancelled takes
 * nothing any more, and is ended before it has another try.
 */
static bool
may_try_again(struct app_turn *t)
{
	int rc;

	if (t->job_over || t->job->losses > 0 ||
	    !app_answer_may_begin_anew(&t->answer))
		return false;
	rc = app_answer_take_back(&t->answer);
	return rc == 0 || rc == -ECANCELED;
}

static void
fail_turn(struct app_session *s, struct app_turn *t)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_CODEX_CRASHED,
	    "Codex was lost before it had answered: %s.", s->why);
	app_turn_end_job(t, &error);
	let_go(s, t);
}

void
app_session_lose_turns(
    struct app_session *s, void (*again)(void *arg, struct job *j), void *arg)
{
	while (s->turns != NULL) {
		struct app_turn *t = s->turns;

		if (may_try_again(t)) {
			struct job *j = t->job;

			if (t->resumed)
				s->owner.failed(s->owner.arg);
			j->phases->kept = false;

			j->losses++;
			t->job = NULL;
			s->n_jobs--;
			again(arg, j);
		} else {
			fail_turn(s, t);
		}
		remove_turn(s, &s->turns);
	}
}
