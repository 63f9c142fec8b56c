/*
 * app_answer.h - makes the answer of one job out of the events of one turn of
 * `codex app-server`.
 *
 * A caller that streams, or that named stop strings, gets text as it comes;
 * any other gets what Codex declares complete, since text of a message that
 * was never completed is void: when the upstream breaks off, Codex asks again
 * by itself, and the second answer need not be the first. If void text is out
 * already the job fails.
 *
 * The thread that runs the turn.
 */
#ifndef ENGINE_APP_ANSWER_H
#define ENGINE_APP_ANSWER_H

#include "core/app_events.h"
#include "engine/job.h"

enum {
	APP_CALLS_MAX = 256 /* of one response */
};

struct app_call {
	char *id, *name, *arguments; /* owned */
};

struct app_answer {
	struct job *job;
	bool live; /* text goes out as it comes */
	bool final; /* the job has its last event */
	bool handed_on; /* the caller has got something */
	bool has_content, has_reasoning;

	/* the message that comes now */
	char item[APP_ID_MAX];
	bool open; /* begun and not completed */
	bool final_phase; /* the answer, not commentary */
	struct buf message; /* live: its text so far */

	struct buf answer; /* whole, where it is held back or checked */
	struct buf reasoning; /* not live: held back */
	struct app_call *calls; /* of this response */
	size_t n_calls;
	size_t calls_len; /* bytes of their arguments */
	struct usage usage;
	bool has_usage;
	int64_t quota_resets_at; /* Unix seconds; 0: unknown */
};

void app_answer_init(struct app_answer *a, struct job *j);
void app_answer_free(struct app_answer *a);

/*
 * Takes an event of the turn; what is none of its business is ignored. When
 * a->final is set afterwards the job has ended, and the turn is to be
 * interrupted unless the event was its end.
 * Errors: those of job_push_text, -EMSGSIZE; the job has not ended then.
 */
MUST_CHECK int
app_answer_event(struct app_answer *a, const struct app_event *e);

#endif
