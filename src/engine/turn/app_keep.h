/*
 * app_keep.h - the thread of a turn after its answer: kept for the next request
 * of its conversation, given to that, or dropped.
 *
 * 1. Just before the answer's end goes out it is entered into the table of
 *    those that are kept, if it may be; t->number is then set.
 * 2. app_keep_settle, when its job is over. A thread that has ended its turn is
 *    KEPT. One whose calls wait for their results is SETTLING until Codex has
 *    asked for each of them (app_keep_call), for a second at most.
 * 3. app_keep_resume gives it a job that somebody has taken it out of the table
 *    for: the turn is WAITING, or goes on SETTLING first. app_keep_go_on then
 *    tells Codex what is new; app_keep_answer gives it the results.
 *    Or it is forgotten (app_keep_forget), and ended (app_ask_end).
 *
 * An injection is never sent twice, nor is a result: when anything goes wrong
 * before the first word of the answer the job begins anew on a fresh thread
 * (app_keep_give_up), and this one is dropped.
 *
 * The child's worker thread only. Errors: -ENOMEM, -EMSGSIZE.
 */
#ifndef ENGINE_TURN_APP_KEEP_H
#define ENGINE_TURN_APP_KEEP_H

#include "engine/turn/app_turn.h"

/* How long Codex has to ask for all calls of an answer that is out. */
#define APP_KEEP_SETTLE NS_PER_S

/* A fresh answer, of the turn's job, that does the first by itself. */
void app_keep_hear(struct app_turn *t);

/* False: it is not to be kept (any more), its turn is to be ended. */
MUST_CHECK bool app_keep_settle(struct app_turn *t);

/*
 * Codex asks for this call, by a request with this id (JSON). Its answer is
 * owed from now on. False in *ret_known when no call of its answer has the id.
 */
MUST_CHECK int app_keep_call(
    struct app_turn *t, struct text call, const char *id, bool *ret_known);

/* `t` is KEPT or SETTLING without a job; takes over the reference. */
void app_keep_resume(struct app_turn *t, struct job *j);

MUST_CHECK int app_keep_go_on(struct app_turn *t);
MUST_CHECK int app_keep_answer(struct app_turn *t);

/* Nobody finds it any more. */
void app_keep_forget(struct app_turn *t, enum stats_kept_eviction why);

/* Its job, if it has one, begins anew elsewhere; nobody finds it any more. */
void app_keep_give_up(struct app_turn *t, enum stats_kept_eviction why);

/* When app_keep_is_late is to be asked; CLOCK_NEVER: not at all. */
int64_t app_keep_deadline(const struct app_turn *t);
bool app_keep_is_late(const struct app_turn *t, int64_t now);

void app_keep_free(struct app_turn *t);

#endif
