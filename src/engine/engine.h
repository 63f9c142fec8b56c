/*
 * engine.h - the contract between dispatch and the ways of driving Codex.
 *
 * An engine is a set of functions around private data. It knows jobs and
 * Codex, and nothing of HTTP. dispatch starts engine_threads() threads, each
 * of which runs engine_work() with its own index until the queue is closed
 * and empty.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "conversation/error.h"
#include "conversation/generation.h"
#include "models/model_name.h"
#include "stats/stats.h"

struct dispatch;
struct engine;

/* Why the server is not ready; a bit each. */
enum readiness {
	READY = 0,
	NOT_READY_CODEX_MISSING = 1,
	NOT_READY_CODEX_TOO_OLD = 2,
	NOT_READY_NO_WORKER = 4,
	NOT_READY_NOT_LOGGED_IN = 8,
	NOT_READY_DRAINING = 16,
	NOT_READY_LOGIN_ELSEWHERE = 32 /* where this engine cannot use it */
};

typedef void engine_step_fn(void *arg, const char *step);

struct engine_ops {
	enum stats_engine kind;

	/*
	 * Checks what this engine cannot do, before anything is queued.
	 * Returns 0, or -EINVAL with UNSUPPORTED_PARAMETER set. Quick; any
	 * thread.
	 */
	int (*accept)(struct engine *e, const struct generation *g,
	    struct error *ret_error);

	/* How many threads dispatch is to start. Called once. */
	unsigned (*threads)(const struct engine *e);

	/*
	 * How many jobs it can run at once, those that run included: now, or
	 * `at_best`, with all its workers in order. Quick, takes no lock but
	 * its own; any thread.
	 */
	unsigned (*places)(struct engine *e, bool at_best);

	/*
	 * Takes jobs (dispatch_take) and ends each (dispatch_done) until
	 * there are no more. Blocks for as long as the server lives.
	 */
	void (*work)(struct engine *e, unsigned index, struct dispatch *d);

	/*
	 * Something has changed in the queue: jobs were added, or there will
	 * be no more. For engines whose threads do not wait in dispatch_take;
	 * may be NULL. Quick; any thread.
	 */
	void (*nudge)(struct engine *e);

	/*
	 * Waits until the first preparation has ended, which is bounded by
	 * deadlines of its own. Meanwhile calls `on_step`, on the caller's
	 * thread, with what is being done ("reading its version"); steps that
	 * are over soon may be left out. -EINVAL with `ret_error` set when it
	 * failed.
	 */
	int (*wait_ready)(struct engine *e, engine_step_fn *on_step, void *arg,
	    struct error *ret_error);

	/* A set of NOT_READY_ bits. Never blocks; any thread. */
	unsigned (*readiness)(struct engine *e);

	/*
	 * The Codex version for system_fingerprint ("codex-cli 0.169.0"), at
	 * most `size` bytes; empty while unknown. Any thread.
	 */
	void (*fingerprint)(struct engine *e, char *out, size_t size);

	/*
	 * True, with a line for whoever starts the server, when Codex is less
	 * confined than was asked for; asked once it is ready. May be NULL.
	 */
	bool (*caution)(struct engine *e, char *out, size_t size);

	/*
	 * True, with a sentence, when this engine cannot be used with the
	 * Codex that there is, while another may: it is too old, or its login
	 * is in a keyring. NULL: that is never so. Any thread.
	 */
	bool (*unfit)(struct engine *e, char *out, size_t size);

	/*
	 * The models that Codex offers; a reference, or NULL while they are
	 * not known. `fresh`: have them looked up anew, in the background, if
	 * that was long ago. Any thread.
	 */
	struct codex_models *(*models)(struct engine *e, bool fresh);

	/*
	 * Fills in n_workers and workers of `mine`, and of `g` what is its
	 * own: limits and app_server_pool_started.
	 */
	void (*gauges)(struct engine *e, struct stats_gauges *g,
	    struct stats_engine_gauges *mine);

	/*
	 * Ends all waiting for Codex to become usable; what waits fails. The
	 * engine can run no more jobs then. Any thread; may be repeated.
	 */
	void (*abort)(struct engine *e);

	/* Frees it, after all its threads have ended. */
	void (*free)(struct engine *e);
};

/* First member of each engine's own struct. */
struct engine {
	const struct engine_ops *ops;
};

#endif
