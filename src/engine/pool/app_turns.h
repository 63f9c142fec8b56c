/*
 * app_turns.h - the turns of a session: begun, found, swept when they are over,
 * kept, and lost with their child.
 *
 * All functions: the session's worker thread.
 */
#ifndef ENGINE_POOL_APP_TURNS_H
#define ENGINE_POOL_APP_TURNS_H

#include "engine/pool/app_session.h"

/*
 * Begins a turn, or goes on with the one that is kept for this job. Takes the
 * reference, and tells the owner if that fails.
 */
void app_session_begin(struct app_session *s, struct job *j);

/* The turn that awaits the answer to this request, or NULL. */
struct app_turn *app_turns_awaiting(const struct app_session *s, int64_t id);

/* The turn of this thread, or NULL. */
struct app_turn *app_turns_of(struct app_session *s, struct text thread);

/* Lets go of jobs that are over and removes turns that are. */
void app_turns_sweep(struct app_session *s);

/* Those that run, or are brought to their end: not those that are kept. */
size_t app_turns_busy(const struct app_session *s);

/* Is something asked of Codex, or of the model? For app_pulse. */
bool app_turns_run(const struct app_session *s, bool *ret_owed);

/*
 * Drops the kept threads that the owner names, or all of them when the
 * session is to take no more. Errors: -ENOMEM, -EMSGSIZE.
 */
MUST_CHECK int app_turns_drop_kept(struct app_session *s, int64_t now);

/*
 * For a lost child: removes all turns. Jobs of which the caller has seen
 * nothing, and that have not been lost before, go to `again` with their
 * references; the others fail with a sentence that has `why` in it.
 */
void app_session_lose_turns(
    struct app_session *s, void (*again)(void *arg, struct job *j), void *arg);

#endif
