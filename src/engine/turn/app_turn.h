/*
 * app_turn.h - one job as a turn of `codex app-server`, from thread/start to
 * thread/unsubscribe.
 *
 *	STARTING      thread/start is asked for
 *	WAITING       the thread is there; stdin is still full of other things,
 *	              or the child has enough images to decode
 *	INJECTING     the conversation has been sent
 *	ASKING        turn/start is asked for
 *	RUNNING       the model answers
 *	INTERRUPTING  turn/interrupt is asked for
 *	CLOSING       thread/unsubscribe is asked for
 *	OVER          to be removed
 *
 * The job may end long before the turn does: when the caller hangs up, its
 * time is over, the model has called tools, or it begins again. Then the job is
 * let go of at once, which frees its place, and the turn is brought to its end
 * alone.
 *
 * The child's worker thread only.
 */
#ifndef ENGINE_TURN_APP_TURN_H
#define ENGINE_TURN_APP_TURN_H

#include "rpc/rpc_requests.h"
#include "engine/turn/app_answer.h"
#include "engine/turn/app_held.h"
#include "engine/child/app_child.h"
#include "engine/turn/app_spare.h"

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
	enum rpc_instructions instructions;
	enum app_turn_state state;
	struct job *job; /* reference; NULL once it was let go of */
	bool job_over; /* has its last event, or begins again: to be let go */
	struct app_answer answer;
	struct app_held held; /* calls */
	char thread[RPC_ID_MAX], turn[RPC_ID_MAX]; /* "" while unknown */
	bool turn_over; /* turn/completed was seen */
	int64_t awaited; /* id of the request whose answer is awaited, or 0 */
	int64_t answer_by; /* deadline for it */
	int64_t again_at; /* to be asked again then (overloaded) */
	unsigned refusals; /* -32001 in a row */
	uint64_t decoding; /* its part of the child's */
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
    struct app_spare *spare, enum rpc_instructions instructions, struct job *j,
    struct app_turn **ret_turn);

/* The answer to the request t->awaited. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int app_turn_answer(struct app_turn *t, const struct rpc_event *e);

/* A notification about its thread. Errors as above. */
MUST_CHECK int app_turn_event(struct app_turn *t, const struct rpc_event *e);

/*
 * Codex asks for a call of the caller's functions to be carried out, by a
 * request with this id (JSON). False in *ret_held when it is none that the
 * model has made for the job: to be refused. Errors as above.
 */
MUST_CHECK int
app_turn_call(struct app_turn *t, const char *id, bool *ret_held);

/* A line about it was too long to be read: its job fails. Errors as above. */
MUST_CHECK int
app_turn_line_lost(struct app_turn *t, const struct rpc_event *e);

/*
 * What time and other threads have brought: cancellation, deadlines, another
 * try, room to write. Errors as above; -ETIMEDOUT: the child hangs.
 */
MUST_CHECK int app_turn_step(struct app_turn *t, int64_t now);

/* When app_turn_step has to be called at the latest. */
int64_t app_turn_deadline(const struct app_turn *t);

/* The job is over, whatever becomes of the turn. */
void app_turn_end_job(struct app_turn *t, struct error *error);

void app_turn_free(struct app_turn *t);

#endif
