/*
 * app_session.h - one `codex app-server` child and the turns in it.
 *
 *	STARTING   the handshake is under way
 *	SERVING    takes turns
 *	RETIRING   finishes its turns and takes no more
 *	ENDING     has none; the process is being ended
 *
 * The session talks and notices; what state it is in, and what becomes of a
 * broken one, app_worker decides. All functions: its worker thread.
 */
#ifndef ENGINE_POOL_APP_SESSION_H
#define ENGINE_POOL_APP_SESSION_H

#include <poll.h>

#include "stats/stats.h"
#include "engine/child/app_handshake.h"
#include "engine/turn/app_turn.h"

enum app_session_state {
	SESSION_STARTING,
	SESSION_SERVING,
	SESSION_RETIRING,
	SESSION_ENDING,
	SESSION_STATES
};

/* Whom it tells. */
struct app_session_owner {
	/* The job has its last event; the reference comes back. */
	void (*job_over)(void *arg, struct job *j);
	/* What Codex says is left of the quota. */
	void (*limits)(void *arg, const struct codex_limits *limits);
	/* A sentence of Codex's about its configuration. */
	void (*warning)(void *arg, struct text warning);
	/* Of threads that are kept; the first two as app_keeper has them. */
	uint64_t (*keep)(void *arg, const struct app_kept_entry *entry);
	bool (*forget)(
	    void *arg, uint64_t number, enum stats_kept_eviction why);
	/* One that is to be dropped, which nobody finds any more; or 0. */
	uint64_t (*next_to_drop)(void *arg, int64_t now);
	/* A job came for one, which was there or not. */
	void (*resumed)(void *arg, bool there, bool waiting);
	/* A job that went on with one begins on a fresh thread. */
	void (*failed)(void *arg);
	void *arg;
};

enum {
	APP_SESSION_FDS = 4,
	APP_WHY_MAX = 400
};

struct app_session {
	struct app_session *next; /* its worker's list */
	enum app_session_state state;
	const struct settings *settings;
	struct app_session_owner owner;
	struct app_child *child;
	enum rpc_instructions instructions;

	struct app_handshake handshake;
	int64_t exit_by; /* it has closed a pipe, so it should exit */
	struct codex_limits limits; /* as last reported */
	bool worn; /* is to be replaced */

	struct app_spare spare; /* thread */
	struct app_keeper keeper; /* this, for its turns */
	struct app_turn *turns;
	struct app_turn *last; /* whose event came last, or NULL */
	size_t n_turns;
	size_t n_jobs; /* turns whose job is not over */
	uint64_t begun; /* turns in all */
	bool job_ended; /* since the last step */

	bool broken; /* cannot be talked to any more */
	char why[APP_WHY_MAX]; /* in words, when broken or exited */
};

/* Starts a child and begins the handshake. Errors: -errno. */
MUST_CHECK int app_session_start(const struct settings *s, struct codex *codex,
    const struct app_session_owner *owner, struct app_session **ret_session);

/* Fills in what is to be polled; closed descriptors are -1. */
void app_session_pollfds(
    const struct app_session *s, struct pollfd fds[APP_SESSION_FDS]);
/* Serves what poll has said of them. */
void app_session_serve(
    struct app_session *s, const struct pollfd fds[APP_SESSION_FDS]);

/* What time and other threads have brought, then all that is to be said. */
void app_session_step(struct app_session *s, int64_t now);
int64_t app_session_deadline(const struct app_session *s);

/* Kills the child if it still runs, reaps it, and frees. No turns are left. */
void app_session_free(struct app_session *s);

#endif
