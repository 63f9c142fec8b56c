#include "engine/pool/engine_app_server.h"

#include <errno.h>

#include "conversation/history.h"
#include "engine/pool/app_pool.h"
#include "engine/pool/app_worker.h"

const unsigned engine_app_server_minimum_version[3] = { 0, 154, 0 };

struct engine_app_server {
	struct engine engine;
	struct app_pool pool;
};

static struct app_pool *
pool_of(struct engine *e)
{
	return &CONTAINER_OF(e, struct engine_app_server, engine)->pool;
}

static int
app_accept(
    struct engine *e, const struct generation *g, struct error *ret_error)
{
	if (g->search && !pool_of(e)->settings->web_search)
		return error_set_at(ret_error, ERROR_UNSUPPORTED_PARAMETER,
		    FIELD_SEARCH, PLACE_NONE,
		    "Codex does not search the web here, as that spends more; "
		    "whoever starts the server allows it with --web-search.");
	return history_check(g, ret_error);
}

static unsigned
app_threads(const struct engine *e)
{
	return ((const struct engine_app_server *)(const void *)e)
	    ->pool.n_workers;
}

static unsigned
app_places(struct engine *e, bool at_best)
{
	return app_pool_places(pool_of(e), at_best);
}

static void
app_work(struct engine *e, unsigned index, struct dispatch *d)
{
	app_pool_join(pool_of(e), d);
	app_worker_run(pool_of(e), index);
}

static void
app_nudge(struct engine *e)
{
	app_pool_nudge(pool_of(e));
}

static int
app_wait_ready(struct engine *e, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	struct app_pool *p = pool_of(e);
	int rc = codex_setup_wait(p->setup, on_step, arg, ret_error);

	if (rc != 0)
		return rc;
	on_step(arg, "starting codex app-server");
	return app_pool_wait(p, ret_error);
}

/*
 * What is missing before there can be a worker explains why there is none.
 * Whether somebody is logged in the children know best.
 */
static unsigned
app_readiness(struct engine *e)
{
	struct app_pool *p = pool_of(e);
	unsigned setup = codex_setup_readiness(p->setup);
	unsigned workers = app_pool_readiness(p);

	/* A child that runs answers all, whatever became of its file since. */
	if (workers == READY)
		return READY;
	if (setup == READY && workers == NOT_READY_NOT_LOGGED_IN)
		app_pool_renew_logins(p);
	return setup | workers;
}

static void
app_fingerprint(struct engine *e, char *out, size_t size)
{
	codex_setup_version(pool_of(e)->setup, out, size);
}

static bool
app_unfit(struct engine *e, char *out, size_t size)
{
	return codex_setup_unfit(pool_of(e)->setup, out, size);
}

static struct codex_models *
app_models(struct engine *e, bool fresh)
{
	return codex_setup_models(pool_of(e)->setup, fresh);
}

static void
app_gauges(
    struct engine *e, struct stats_gauges *g, struct stats_engine_gauges *mine)
{
	app_pool_gauges(pool_of(e), g, mine);
}

static void
app_abort(struct engine *e)
{
	struct app_pool *p = pool_of(e);

	codex_setup_abort(p->setup);
	app_pool_abort(p);
}

static void
app_free(struct engine *e)
{
	struct engine_app_server *a = CONTAINER_OF(
	    e, struct engine_app_server, engine);

	codex_setup_stop(a->pool.setup);
	app_pool_free(&a->pool);
	free(a);
}

static const struct engine_ops app_server_ops = {
	.kind = STATS_APP_SERVER,
	.accept = app_accept,
	.threads = app_threads,
	.places = app_places,
	.work = app_work,
	.nudge = app_nudge,
	.wait_ready = app_wait_ready,
	.readiness = app_readiness,
	.fingerprint = app_fingerprint,
	.unfit = app_unfit,
	.models = app_models,
	.gauges = app_gauges,
	.abort = app_abort,
	.free = app_free,
};

/* The setup's thread: a preparation has ended. */
static void
on_prepared(void *arg)
{
	app_pool_wake_all(arg);
}

int
engine_app_server_new(
    const struct settings *s, struct stats *stats, struct engine **ret_engine)
{
	struct engine_app_server *a = calloc(1, sizeof(*a));
	int rc;

	if (a == NULL)
		return -ENOMEM;
	a->engine.ops = &app_server_ops;
	rc = app_pool_init(&a->pool, s, stats);
	if (rc == 0)
		rc = codex_setup_start(s, ENGINE_APP_SERVER,
		    engine_app_server_minimum_version, &a->pool.setup);
	if (rc != 0) {
		app_free(&a->engine);
		return rc;
	}
	codex_setup_set_hook(a->pool.setup, on_prepared, &a->pool);
	*ret_engine = &a->engine;
	return 0;
}
