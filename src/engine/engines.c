#include "engine/engines.h"

#include <errno.h>

#include "system/log.h"
#include "thread/sync.h"

enum {
	WHY_MAX = 1024
};

struct engines {
	const struct settings *settings;
	struct stats *stats;
	engine_new_fn *make[STATS_ENGINES];

	pthread_mutex_t lock; /* all below */
	struct dispatch *by[STATS_ENGINES]; /* set once; NULL: not started */
	bool closed; /* none is to be made any more */
};

/* ---- which there are ---- */

static struct dispatch *
get(struct engines *es, enum stats_engine kind)
{
	struct dispatch *d;

	sync_lock(&es->lock);
	d = es->by[kind];
	sync_unlock(&es->lock);
	return d;
}

/* Under the lock. */
static int
make(struct engines *es, enum stats_engine kind)
{
	struct engine *engine;
	int rc = es->make[kind](es->settings, es->stats, &engine);

	if (rc == 0)
		rc = dispatch_start(
		    es->settings, es->stats, engine, &es->by[kind]);
	return rc;
}

/* NULL: it is not there, and cannot be made (any more). */
static struct dispatch *
need(struct engines *es, enum stats_engine kind, int *ret_rc)
{
	struct dispatch *d;

	*ret_rc = 0;
	sync_lock(&es->lock);
	if (es->by[kind] == NULL)
		*ret_rc = es->closed ? -EPIPE : make(es, kind);
	d = es->by[kind];
	sync_unlock(&es->lock);
	return d;
}

/* What answers unless something speaks for another. */
static enum stats_engine
first_of(const struct settings *s)
{
	return s->engine == ENGINE_EXEC ? STATS_EXEC : STATS_APP_SERVER;
}

int
engines_start(const struct settings *s, struct stats *stats,
    engine_new_fn *const make_fns[STATS_ENGINES], struct engines **ret_engines)
{
	struct engines *es = calloc(1, sizeof(*es));
	int rc;

	if (es == NULL)
		return -ENOMEM;
	es->settings = s;
	es->stats = stats;
	memcpy(es->make, make_fns, sizeof(es->make));
	sync_mutex_init(&es->lock);
	(void)need(es, first_of(s), &rc);
	if (rc != 0) {
		engines_stop(es);
		return rc;
	}
	*ret_engines = es;
	return 0;
}

const char *
engines_name(const struct engines *es)
{
	return settings_engine_name(es->settings);
}

/* ---- which of them ---- */

bool
engines_unfit(struct engines *es, char *out, size_t size)
{
	struct engine *engine;

	if (es->settings->engine != ENGINE_AUTO)
		return false;
	engine = dispatch_engine(get(es, STATS_APP_SERVER));
	return engine->ops->unfit != NULL &&
	    engine->ops->unfit(engine, out, size);
}

/* What answers those requests that do not ask for another. */
static enum stats_engine
usual(struct engines *es)
{
	char why[WHY_MAX];

	return engines_unfit(es, why, sizeof(why)) ? STATS_EXEC
						   : first_of(es->settings);
}

static bool
asks_for_agent(const struct generation *g, const struct model_name *name)
{
	return name->agent || (g->cwd != NULL && g->n_tools == 0);
}

int
engines_check_name(const struct engines *es, const struct model_name *name,
    struct error *ret_error)
{
	if (!name->agent || es->settings->engine == ENGINE_AUTO)
		return 0;
	return error_set_at(ret_error, ERROR_MODEL_NOT_FOUND, FIELD_MODEL,
	    PLACE_NONE,
	    "The model '" SETTINGS_AGENT_MODEL "' is there with --engine auto "
	    "alone; this server runs with --engine %s.",
	    engines_name(es));
}

int
engines_choose(struct engines *es, const struct generation *g,
    const struct model_name *name, struct dispatch **ret_dispatch,
    struct error *ret_error)
{
	int rc = engines_check_name(es, name, ret_error);
	enum stats_engine kind;

	if (rc != 0)
		return rc;
	kind = es->settings->engine == ENGINE_AUTO && asks_for_agent(g, name)
	    ? STATS_EXEC
	    : usual(es);
	*ret_dispatch = need(es, kind, &rc);
	if (rc == -EPIPE)
		return error_set(ret_error, ERROR_SHUTTING_DOWN,
		    "The server is shutting down; send the request again to "
		    "the next one.");
	if (rc != 0)
		return error_set(ret_error, ERROR_INTERNAL,
		    "The %s engine cannot be started: %s.",
		    stats_engine_name(kind), strerror(-rc));
	return 0;
}

/* ---- what is known ---- */

/* The one that counts, made if need be; else one that is there. */
static struct engine *
counting(struct engines *es)
{
	int rc;
	struct dispatch *d = need(es, usual(es), &rc);

	return dispatch_engine(d != NULL ? d : get(es, first_of(es->settings)));
}

struct codex_models *
engines_models(struct engines *es, bool fresh)
{
	struct engine *engine = counting(es);

	return engine->ops->models(engine, fresh);
}

void
engines_fingerprint(struct engines *es, char *out, size_t size)
{
	struct engine *engine = counting(es);

	engine->ops->fingerprint(engine, out, size);
}

unsigned
engines_readiness(struct engines *es)
{
	int rc;
	struct dispatch *d = need(es, usual(es), &rc);

	return dispatch_readiness(
	    d != NULL ? d : get(es, first_of(es->settings)));
}

bool
engines_caution(struct engines *es, char *out, size_t size)
{
	struct dispatch *d = get(es, STATS_EXEC);
	struct engine *engine = d != NULL ? dispatch_engine(d) : NULL;

	return engine != NULL && engine->ops->caution != NULL &&
	    engine->ops->caution(engine, out, size);
}

void
engines_gauges(struct engines *es, struct stats_gauges *g)
{
	g->engine = engines_name(es);
	g->n_engines = 0;
	for (int i = 0; i < STATS_ENGINES; i++) {
		struct dispatch *d = get(es, (enum stats_engine)i);

		if (d != NULL)
			dispatch_gauges(d, g);
	}
}

/* ---- the start ---- */

static int
wait_for(struct dispatch *d, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	struct engine *engine = dispatch_engine(d);

	return engine->ops->wait_ready(engine, on_step, arg, ret_error);
}

int
engines_wait_ready(struct engines *es, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	enum stats_engine first = first_of(es->settings);
	int rc = wait_for(get(es, first), on_step, arg, ret_error), rc_exec;
	char why[WHY_MAX];
	struct dispatch *exec;

	if (rc == 0 || !engines_unfit(es, why, sizeof(why)))
		return rc;
	exec = need(es, STATS_EXEC, &rc_exec);
	if (exec == NULL)
		return rc;
	error_free(ret_error);
	log_warning(
	    "all requests go to codex exec, which takes no tools: %s", why);
	return wait_for(exec, on_step, arg, ret_error);
}

/* No engine is made any more. */
static void
close_engines(struct engines *es)
{
	sync_lock(&es->lock);
	es->closed = true;
	sync_unlock(&es->lock);
}

void
engines_abort(struct engines *es)
{
	close_engines(es);
	for (int i = 0; i < STATS_ENGINES; i++) {
		struct dispatch *d = get(es, (enum stats_engine)i);

		if (d != NULL)
			dispatch_engine(d)->ops->abort(dispatch_engine(d));
	}
}

/* ---- the end ---- */

void
engines_refuse(struct engines *es)
{
	close_engines(es);
	for (int i = 0; i < STATS_ENGINES; i++) {
		struct dispatch *d = get(es, (enum stats_engine)i);

		if (d != NULL)
			dispatch_refuse(d);
	}
}

bool
engines_wait(struct engines *es, int64_t deadline)
{
	bool done = true;

	for (int i = 0; i < STATS_ENGINES; i++) {
		struct dispatch *d = get(es, (enum stats_engine)i);

		if (d != NULL && !dispatch_wait(d, deadline))
			done = false;
	}
	return done;
}

void
engines_cancel_all(struct engines *es, enum job_cancel_reason reason)
{
	for (int i = 0; i < STATS_ENGINES; i++) {
		struct dispatch *d = get(es, (enum stats_engine)i);

		if (d != NULL)
			dispatch_cancel_all(d, reason);
	}
}

void
engines_stop(struct engines *es)
{
	for (int i = 0; i < STATS_ENGINES; i++) {
		if (es->by[i] != NULL)
			dispatch_stop(es->by[i]);
	}
	sync_mutex_destroy(&es->lock);
	free(es);
}
