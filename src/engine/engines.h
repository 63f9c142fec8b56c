/*
 * engines.h - the engines of a server, each behind a dispatch of its own, and
 * which of them gets a request.
 *
 * With --engine exec or app-server there is that one. With auto app-server
 * answers, and exec, which is made when it is first needed, gets the requests
 * that ask for Codex's agent: those for codex-agent, and those that name a
 * directory and give no tools. When app-server cannot be used with the Codex
 * that there is (engine.h, `unfit`) exec gets all.
 *
 * Lock: one mutex, for which engines there are; dispatch's are below it.
 */
#ifndef ENGINE_ENGINES_H
#define ENGINE_ENGINES_H

#include "engine/dispatch.h"

struct engines;

/* Makes an engine and begins to prepare it. Errors: -errno. */
typedef int engine_new_fn(
    const struct settings *s, struct stats *stats, struct engine **ret_engine);

/* `make`: by enum stats_engine. Starts the first. Errors: -errno. */
MUST_CHECK int engines_start(const struct settings *s, struct stats *stats,
    engine_new_fn *const make[STATS_ENGINES], struct engines **ret_engines);

/* As --engine has it: "auto", "exec" or "app-server". */
const char *engines_name(const struct engines *es);

/*
 * Whose a request is, `name` being what its model's name stands for; an engine
 * that is needed and not there is made. -EINVAL with `ret_error` set when none
 * takes it. Quick; any thread.
 */
MUST_CHECK int engines_choose(struct engines *es, const struct generation *g,
    const struct model_name *name, struct dispatch **ret_dispatch,
    struct error *ret_error);

/*
 * What `name` does not mean here: codex-agent without auto is -EINVAL with
 * `ret_error` set to MODEL_NOT_FOUND.
 */
MUST_CHECK int engines_check_name(const struct engines *es,
    const struct model_name *name, struct error *ret_error);

/* Any thread; as the ops of engine.h, of the engine that counts or knows. */
struct codex_models *engines_models(struct engines *es, bool fresh);
void engines_fingerprint(struct engines *es, char *out, size_t size);
unsigned engines_readiness(struct engines *es);

/* True, with why, when exec gets what auto would have given to app-server. */
bool engines_unfit(struct engines *es, char *out, size_t size);
bool engines_caution(struct engines *es, char *out, size_t size);

/* Of all that were started. */
void engines_gauges(struct engines *es, struct stats_gauges *g);

/* Main: waits as engine.h says, for whichever engine is to answer. */
MUST_CHECK int engines_wait_ready(struct engines *es, engine_step_fn *on_step,
    void *arg, struct error *ret_error);

/* Any thread: ends that waiting; no other engine will be made. */
void engines_abort(struct engines *es);

/* The steps of a drain, for all: see dispatch.h. */
void engines_refuse(struct engines *es);
bool engines_wait(struct engines *es, int64_t deadline);
void engines_cancel_all(struct engines *es, enum job_cancel_reason reason);
void engines_stop(struct engines *es);

#endif
