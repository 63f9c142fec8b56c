/*
 * app_text.h - the messages and the reasoning of an answer, as they come; the
 * part of app_answer that makes items of pieces.
 *
 * The thread that runs the turn. Errors: those of job_push, -EMSGSIZE.
 */
#ifndef ENGINE_TURN_APP_TEXT_H
#define ENGINE_TURN_APP_TEXT_H

#include "engine/turn/app_answer.h"

/*
 * Takes RPC_MESSAGE_* or RPC_REASONING_*. When a->final is set afterwards the
 * job has failed, since text that is out is void.
 */
MUST_CHECK int app_text_event(struct app_answer *a, const struct rpc_event *e);

/* What was begun ends as far as it came. */
MUST_CHECK int app_text_end(struct app_answer *a);

/* The message that was begun is void: fails the job if it was the answer. */
MUST_CHECK int app_text_abandon_message(struct app_answer *a);
/* So is all that was begun. */
MUST_CHECK int app_text_abandon(struct app_answer *a);

/* Ends the job, whose answer has to be a call, and is none. */
MUST_CHECK int app_text_disobeyed(struct app_answer *a);
/* Ends the job with this error, which is emptied. 0. */
int app_text_fail(struct app_answer *a, struct error *error);

#endif
