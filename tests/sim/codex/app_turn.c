#include "app_turn.h"

#include <errno.h>

#include "../model/request.h"
#include "app_ask.h"
#include "app_item.h"
#include "app_mode.h"
#include "app_stage.h"
#include "base/clock.h"
#include "output.h"

static TAILQ_HEAD(turn_queue, turn) ready = TAILQ_HEAD_INITIALIZER(ready),
				    sleeping = TAILQ_HEAD_INITIALIZER(sleeping);
static int64_t running, ended;
static uint64_t serial;

static enum stage_result (*const stages[])(struct turn *t) = {
	stage_delay,
	stage_started,
	stage_weeds,
	stage_death,
	stage_user,
	stage_compaction,
	stage_approval,
	stage_unknown_request,
	stage_thoughts,
	stage_tools,
	stage_tools_done,
	stage_retry,
	stage_open,
	stage_deltas,
	stage_close,
	stage_end,
};

enum {
	STAGE_OF_OPEN = 12
};

/* Out of the queue that it is in, into that of `state`. */
static void
move(struct turn *t, int state)
{
	if (t->state == TURN_READY)
		TAILQ_REMOVE(&ready, t, link);
	else if (t->state == TURN_SLEEPING)
		TAILQ_REMOVE(&sleeping, t, link);
	t->state = state;
	if (state == TURN_READY)
		TAILQ_INSERT_TAIL(&ready, t, link);
	else if (state == TURN_SLEEPING)
		TAILQ_INSERT_TAIL(&sleeping, t, link);
}

static void
last_user_text(struct turn *t)
{
	json_t *history = t->thread->items;

	if (t->input != NULL)
		history = json_pack(
		    "[{s:s, s:O}]", "role", "user", "content", t->input);
	output_must(history == NULL ? -ENOMEM : 0, "turn/start");
	output_must(request_last_user(history, &t->prompt), "turn/start");
	if (t->input != NULL)
		json_decref(history);
}

struct turn *
turn_new(struct thread *th, json_t *input)
{
	struct turn *t = calloc(1, sizeof(*t));

	output_must(t == NULL ? -ENOMEM : 0, "turn/start");
	t->thread = th;
	t->state = TURN_PARKED;
	t->serial = ++serial;
	thread_make_id(t->id, '9', t->serial);
	t->args = (struct wire_args){ th->id, t->id, t->item, 0, { NULL } };
	buf_init(&t->prompt, SIZE_MAX);
	buf_init(&t->text, SIZE_MAX);
	buf_init(&t->json, SIZE_MAX);
	buf_init(&t->head, SIZE_MAX);
	buf_init(&t->tool_output, SIZE_MAX);
	if (json_array_size(input) > 0)
		t->input = json_incref(input);
	last_user_text(t);
	t->script = app_mode();
	script_init(&t->own);
	if (script_in_prompt(t->prompt.data, t->prompt.len)) {
		app_mode_with(&t->own, t->prompt.data, t->prompt.len);
		t->script = &t->own;
	}
	return t;
}

void
turn_free(struct turn *t)
{
	if (t->of_thread.le_prev != NULL) {
		LIST_REMOVE(t, of_thread);
		running--;
	}
	move(t, TURN_PARKED);
	ask_forget(t);
	script_free(&t->own);
	json_decref(t->input);
	buf_free(&t->prompt);
	buf_free(&t->text);
	buf_free(&t->json);
	buf_free(&t->head);
	buf_free(&t->tool_output);
	free(t->request);
	free(t);
}

void
turn_start(struct turn *t, const char *request)
{
	if (t->input != NULL)
		output_must(json_array_append_new(t->thread->items,
				json_pack("{s:s, s:s, s:O}", "type", "message",
				    "role", "user", "content", t->input)) < 0
			? -ENOMEM
			: 0,
		    "turn/start");
	LIST_INSERT_HEAD(&t->thread->turns, t, of_thread);
	running++;
	t->started_ms = wire_ms();
	t->request = strdup(request);
	output_must(t->request == NULL ? -ENOMEM : 0, "turn/start");
	if (!t->script->early_complete)
		item_turn_answer(t);
	move(t, TURN_READY);
}

struct turn *
turn_find(struct thread *th, const char *id)
{
	struct turn *t;

	LIST_FOREACH(t, &th->turns, of_thread) {
		if (strcmp(t->id, id) == 0)
			break;
	}
	return t;
}

void
turn_interrupt(struct turn *t, const char *request)
{
	if (t->script->ignore_interrupt) {
		/* Whatever it still had to say, too. */
		move(t, TURN_PARKED);
		ask_forget(t);
		wire_result(request, "{}", NULL);
		return;
	}
	ask_cancel(t);
	if (t->items > 0)
		item_rate_limits();
	item_raw_aborted(t);
	wire_result(request, "{}", NULL);
	item_status(t, "{\"type\":\"idle\"}");
	item_turn_completed(t, "\"interrupted\"", NULL);
	item_turn_answer(t);
	turn_free(t);
	ended++;
}

void
turns_drop(struct thread *th)
{
	while (!LIST_EMPTY(&th->turns))
		turn_free(LIST_FIRST(&th->turns));
}

void
turn_resume(struct turn *t)
{
	t->stage++;
	move(t, TURN_READY);
}

/* One turn, until it has to wait or enough is collected. */
static void
run(struct turn *t)
{
	enum stage_result result = STAGE_NEXT;

	while (result == STAGE_NEXT) {
		result = stages[t->stage](t);
		if (result == STAGE_NEXT || result == STAGE_SLEEP)
			t->stage++;
	}
	switch (result) {
	case STAGE_MESSAGE:
		t->stage = STAGE_OF_OPEN;
		BUG_ON(stages[t->stage] != stage_open);
		move(t, TURN_READY);
		break;
	case STAGE_SLEEP:
	case STAGE_PAUSE:
		move(t, TURN_SLEEPING);
		break;
	case STAGE_PARK:
		move(t, TURN_PARKED);
		break;
	case STAGE_OVER:
		turn_free(t);
		ended++;
		break;
	case STAGE_AGAIN:
	case STAGE_NEXT:
		move(t, TURN_READY);
	}
}

void
turns_run(void)
{
	int64_t now = clock_now();
	struct turn *t, *next;

	for (t = TAILQ_FIRST(&sleeping); t != NULL; t = next) {
		next = TAILQ_NEXT(t, link);
		if (t->due <= now)
			move(t, TURN_READY);
	}
	while (!wire_full() && (t = TAILQ_FIRST(&ready)) != NULL)
		run(t);
}

int64_t
turns_due(void)
{
	int64_t due = CLOCK_NEVER;
	const struct turn *t;

	if (!TAILQ_EMPTY(&ready))
		return 0;
	TAILQ_FOREACH(t, &sleeping, link) {
		if (t->due < due)
			due = t->due;
	}
	return due;
}

int64_t
turns_running(void)
{
	return running;
}

int64_t
turns_ended(void)
{
	return ended;
}
