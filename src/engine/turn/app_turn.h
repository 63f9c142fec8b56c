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
 *	SETTLING      it has answered with calls; Codex asks for some still
 *	KEPT          the thread waits for its next request (app_keep.h)
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
#include "engine/turn/app_kept.h"
#include "engine/child/app_child.h"
#include "engine/turn/app_spare.h"

enum app_turn_state {
	TURN_STARTING,
	TURN_WAITING,
	TURN_INJECTING,
	TURN_ASKING,
	TURN_RUNNING,
	TURN_SETTLING,
	TURN_KEPT,
	TURN_INTERRUPTING,
	TURN_CLOSING,
	TURN_OVER
};

/* Who knows which threads are kept. */
struct app_keeper {
	/* It may be found from now on, by its number; 0: not to be kept. */
	uint64_t (*keep)(void *arg, const struct app_kept_entry *entry);
	/* Not any more; false: it was given to a job, which is coming. */
	bool (*forget)(
	    void *arg, uint64_t number, enum stats_kept_eviction why);
	void *arg;
};

struct app_owed;

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

	const struct app_keeper *keeper; /* or NULL; app_keep.h */
	uint64_t number; /* in its table; 0: it is not there */
	int64_t until; /* is to be dropped then; monotonic ns */
	int64_t settle_by; /* the same, until all calls have come */
	bool resumed; /* the thread has had another job */
	struct app_owed *owed; /* calls that Codex waits for */
	size_t n_owed;
};

/*
 * Begins a turn for `j`, whose reference it holds until the job is over. The
 * request goes into the child's output, unless the spare thread will do.
 * `keeper`: NULL to keep no thread.
 * Errors: -ENOMEM, -EMSGSIZE; `j` is as it was.
 */
MUST_CHECK int app_turn_begin(const struct settings *s, struct app_child *c,
    struct app_spare *spare, enum rpc_instructions instructions,
    const struct app_keeper *keeper, struct job *j, struct app_turn **ret_turn);

/* The answer to the request t->awaited. Errors: -ENOMEM, -EMSGSIZE. */
MUST_CHECK int app_turn_answer(struct app_turn *t, const struct rpc_event *e);

/*
 * Something is said of the answer of its turn: makes events of it, and notes
 * when the job is over. Errors as above.
 */
MUST_CHECK int app_turn_feed(struct app_turn *t, const struct rpc_event *e);

/*
 * Brings the turn to its end from wherever it is, its job being over. Errors
 * as above.
 */
MUST_CHECK int app_turn_wind_up(struct app_turn *t);

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
