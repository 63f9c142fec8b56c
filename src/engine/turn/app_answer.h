/*
 * app_answer.h - makes the answer of one job out of the events of one turn of
 * `codex app-server`.
 *
 * A caller that wants his text live gets it as it comes; for any other only
 * what Codex declares complete is handed on, since text of a message that was
 * never completed is void: when the upstream breaks off, Codex asks again by
 * itself, and the second answer need not be the first. If void text of a live
 * answer is out already the job fails. Calls wait in any case until the
 * response that they belong to is whole.
 *
 * The thread that runs the turn.
 */
#ifndef ENGINE_TURN_APP_ANSWER_H
#define ENGINE_TURN_APP_ANSWER_H

#include "base/buf.h"
#include "engine/turn/app_calls.h"
#include "engine/turn/app_record.h"

/* The message that comes now. */
struct app_message {
	char id[RPC_ID_MAX];
	bool open; /* begun and not completed */
	bool said; /* its ITEM_BEGIN is out */
	bool call; /* it is the arguments of a call that is forced */
	struct event_item item;
	struct buf text; /* live: what of it is out, once it is said */
};

/* The reasoning that comes now. */
struct app_reasoning {
	char id[RPC_ID_MAX];
	bool open; /* begun and not ended */
	bool said; /* its ITEM_BEGIN is out */
	struct event_item item;
	unsigned part; /* paragraph of the summary */
	bool part_begun; /* some of it has come */
	struct buf text; /* what waits; not live: the part so far */
	char *sealed; /* what is encrypted of it, or NULL; owned */
};

struct app_answer {
	struct job *job;
	bool live; /* text goes out as it comes */
	/*
	 * A call is demanded: what comes before it waits for it. What comes
	 * behind a call, which itself waits for the end, does where the order
	 * matters: reasoning that is given back has to precede what it led to.
	 */
	bool demanded;
	struct channel_item *held, **held_end;
	size_t held_bytes;
	bool waits; /* the item that comes now */
	size_t n_held, n_let_go; /* of all that were held */
	size_t n_whole; /* those that were held up to an item's end */
	bool final; /* the job has its last event */
	bool again; /* it is to be asked anew, without encrypted reasoning */
	bool said; /* something of the answer is out */
	unsigned n_items; /* that are out, or have begun to be */
	struct app_message message;
	struct app_reasoning reasoning;
	struct app_calls calls; /* of this response */
	/* Its arguments are what the model says (generation.h). */
	const struct tool *forced;
	unsigned n_forced; /* whole calls of it that are out */
	struct usage usage;
	bool has_usage;
	int64_t quota_resets_at; /* Unix seconds; 0: unknown */

	/* Of a thread that may be kept behind it (app_keep.h): */
	struct app_record record;
	void (*ending)(void *arg, enum finish_reason reason); /* or NULL */
	void *ending_arg;
	bool clean; /* its end is the response's */
	bool spoiled; /* Codex has asked the model more than once */
	bool resumed; /* the thread had one before */
	bool stale_usage; /* nothing of this response has come yet */
	bool anew; /* the job is to begin on a fresh thread */
};

void app_answer_init(struct app_answer *a, struct job *j);
void app_answer_free(struct app_answer *a);

/*
 * Takes an event of the turn; what is none of its business is ignored. When
 * a->final is set afterwards the job has ended, and the turn is to be
 * interrupted unless the event was its end; when a->again is, the job goes on
 * in another turn.
 * Errors: those of job_push, -EMSGSIZE; the job has not ended then.
 */
MUST_CHECK int
app_answer_event(struct app_answer *a, const struct rpc_event *e);

/*
 * May another turn begin the answer anew? Not when some of a live one is out.
 * What else is out is taken back by app_answer_take_back.
 */
bool app_answer_may_begin_anew(const struct app_answer *a);

/* Errors: those of job_push. */
MUST_CHECK int app_answer_take_back(struct app_answer *a);

#endif
