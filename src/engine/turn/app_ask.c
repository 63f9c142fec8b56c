#include "engine/turn/app_ask.h"

#include "base/clock.h"
#include "engine/child/app_bounds.h"
#include "rpc/rpc_images.h"

static void
await(struct app_turn *t, enum app_turn_state state, int64_t id)
{
	t->state = state;
	t->awaited = id;
	t->answer_by = clock_after(app_bounds.answer);
	t->again_at = CLOCK_NEVER;
}

void
app_ask_patience(struct app_child *c, int64_t ns)
{
	int64_t until = clock_after(ns);

	if (until > c->patient_until)
		c->patient_until = until;
}

int64_t
app_ask_late_at(const struct app_turn *t)
{
	return t->answer_by > t->child->patient_until ? t->answer_by
						      : t->child->patient_until;
}

void
app_ask_ready(struct app_turn *t)
{
	t->state = TURN_WAITING;
	t->awaited = 0;
	t->answer_by = CLOCK_NEVER;
	t->again_at = CLOCK_NEVER;
}

int
app_ask_thread(struct app_turn *t)
{
	struct rpc_thread spec = { .cwd = t->job->cwd,
		.model = t->job->model,
		.ephemeral = t->settings->ephemeral,
		.web_search = t->settings->web_search,
		.instructions = t->instructions,
		.request = t->job->request };
	int64_t id;
	int rc = app_spare_take(t->spare, t->child, &spec, &id, t->thread);

	if (rc != 0)
		return rc;
	if (id != 0)
		await(t, TURN_STARTING, id);
	else
		app_ask_ready(t);
	return 0;
}

int
app_ask_inject(struct app_turn *t)
{
	int64_t id = app_child_next_id(t->child), start = clock_now();
	size_t before = t->child->out.len;
	int rc;

	await(t, TURN_INJECTING, id);
	rc = rpc_inject(id, t->thread, t->instructions, t->job->request,
	    !t->job->unsealed, &t->child->out);
	app_ask_patience(t->child,
	    app_bounds.answer +
		(int64_t)(t->child->out.len - before) * APP_READ_PATIENCE +
		(int64_t)rpc_images_count(t->job->request) *
		    APP_IMAGE_PATIENCE);
	t->job->phases->sent += t->child->out.len - before;
	phase_add(t->job->phases, PHASE_PROMPT_BUILD, start);
	return rc;
}

int
app_ask_inject_news(struct app_turn *t, size_t from)
{
	int64_t id = app_child_next_id(t->child);
	size_t before = t->child->out.len;
	int rc;

	await(t, TURN_INJECTING, id);
	rc = rpc_inject_news(
	    id, t->thread, t->job->request, from, &t->child->out);
	before = t->child->out.len - before;
	app_ask_patience(
	    t->child, app_bounds.answer + (int64_t)before * APP_READ_PATIENCE);
	t->job->phases->sent += before;
	return rc;
}

int
app_ask_turn(struct app_turn *t)
{
	int64_t id = app_child_next_id(t->child);
	const char *effort = t->job->effort;

	if (effort == NULL && t->settings->fast)
		effort = "low";
	effort = codex_models_effort(
	    t->child->codex->models, t->job->model, effort);
	await(t, TURN_ASKING, id);
	job_note_asked(t->job);
	return t->resumed ? rpc_turn_go_on(id, t->thread, effort,
				t->job->request, &t->child->out)
			  : rpc_turn_start(id, t->thread, effort,
				t->job->request, &t->child->out);
}

int
app_ask_interrupt(struct app_turn *t)
{
	int64_t id = app_child_next_id(t->child);

	await(t, TURN_INTERRUPTING, id);
	return rpc_turn_interrupt(id, t->thread, t->turn, &t->child->out);
}

int
app_ask_close(struct app_turn *t)
{
	int64_t id;
	int rc = 0;

	/* Its answer does not matter, so it is not awaited. */
	if (!t->settings->ephemeral)
		rc = rpc_archive(
		    app_child_next_id(t->child), t->thread, &t->child->out);
	id = app_child_next_id(t->child);
	await(t, TURN_CLOSING, id);
	return rc != 0 ? rc : rpc_unsubscribe(id, t->thread, &t->child->out);
}

/* A thread with an open turn stays when it is left (measured, 0.171.0). */
int
app_ask_end(struct app_turn *t)
{
	bool open = t->turn[0] != '\0' && !t->turn_over;

	return open ? app_ask_interrupt(t) : app_ask_close(t);
}
