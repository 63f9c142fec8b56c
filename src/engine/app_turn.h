/*
 * app_turn.h - one job as a turn of `codex app-server`, from thread/start to
 * thread/unsubscribe.
 *
 *	STARTING      thread/start is asked for
 *	WAITING       the thread is there; stdin is still full of other things
 *	INJECTING     the conversation has been sent
 *	ASKING        turn/start is asked for
 *	RUNNING       the model answers
 *	INTERRUPTING  turn/interrupt is asked for
 *	CLOSING       thread/unsubscribe is asked for
 *	OVER          to be removed
 *
 * The job may end long before the turn does: when the caller hangs up, its
 * time is over, or the model has called tools. Then the job is let go of at
 * once, which frees its place, and the turn is brought to its end alone.
 *
 * The child's worker thread only.
 */
#ifndef ENGINE_APP_TURN_H
#define ENGINE_APP_TURN_H

#include "core/app_requests.h"
#include "engine/app_answer.h"
#include "engine/app_child.h"
#include "engine/app_spare.h"

enum app_turn_state {
	TURN_STARTING,
	TURN_WAITING,
	TURN_INJECTING,
	TURN_ASKING,
	TURN_RUNNING,
	TURN_INTERRUPTING,
	TURN_CLOSING,
	TURN_OVER
};

struct app_turn {
	struct app_turn *next; /* the table's list */
	struct app_child *child;
	struct app_spare *spare;
	const struct settings *settings;
	enum app_instructions instructions;
	enum app_turn_state state;
	struct job *job; /* reference; NULL once it was let go of */
	bool job_over; /* has its final event; to be let go of */
	struct app_answer answer;
	char thread[APP_ID_MAX], turn[APP_ID_MAX]; /* "" while unknown */
	bool turn_over; /* turn/completed was seen */
	int64_t awaited; /* id of the request whose answer is awaited, or 0 */
	int64_t answer_by; /* deadline for it */
	int64_t again_at; /* to be asked again then (overloaded) */
	unsigned refusals; /* -32001 in a row */
	size_t omitted; /* sentences that stand in an image's place */
	size_t omitted_by_caller; /* of them are his own words */
	int64_t started; /* monotonic ns */
};

/*
 * Begins a turn for `j`, whose reference it holds until the job is over. The
 * request goes into the child's output, unless the spare thread will do.
 * Errors: -ENOMEM, -EMSGSIZE; `j` is as it was.
 */
MUST_CHECK int app_turn_begin(const struct settings *s, struct app_child *c,
    struct app_spare *spare, enum app_instructions instructions, struct job *j,
    struct app_turn **ret_turn);

/* The answer to the request t->awaited. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int app_turn_answer(struct app_turn *t, const struct app_event *e);

/* A notification about its thread. Errors as above. */
MUST_CHECK int app_turn_event(struct app_turn *t, const struct app_event *e);

/*
 * What time and other threads have brought: cancellation, deadlines, another
 * try, room to write. Errors as above; -ETIMEDOUT: the child hangs.
 */
MUST_CHECK int app_turn_step(struct app_turn *t, int64_t now);

/* When app_turn_step has to be called at the latest. */
int64_t app_turn_deadline(const struct app_turn *t);

/* The job is over, whatever becomes of the turn. */
void app_turn_end_job(struct app_turn *t, struct api_error *error);

void app_turn_free(struct app_turn *t);

#endif
