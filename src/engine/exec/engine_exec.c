#include "engine/exec/engine_exec.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"
#include "engine/setup/codex_probe.h"
#include "engine/setup/codex_reads.h"
#include "engine/setup/codex_setup.h"
#include "engine/dispatch.h"
#include "engine/exec/exec_run.h"
#include "system/fdio.h"

struct exec_worker {
	_Atomic bool busy;
	_Atomic uint64_t turns;
	int wake_fd; /* eventfd; written by cancel hooks */
};

struct engine_exec {
	struct engine engine;
	const struct settings *settings;
	struct stats *stats;
	struct codex_setup *setup;
	struct exec_worker *workers;
	unsigned n_workers;
};

static struct engine_exec *
self(struct engine *e)
{
	return CONTAINER_OF(e, struct engine_exec, engine);
}

static int
refuse(struct error *ret_error, enum error_field field)
{
	return error_set_at(ret_error, ERROR_UNSUPPORTED_PARAMETER, field,
	    PLACE_NONE,
	    "The exec engine does not support tools; they need the app-server "
	    "engine (--engine app-server).");
}

/* Reasoning is for the model alone, and is left out. */
static int
check_items(const struct generation *g, struct error *ret_error)
{
	for (size_t i = 0; i < g->n_items; i++) {
		if (g->items[i].kind == ITEM_OTHER)
			return error_set_at(ret_error,
			    ERROR_UNSUPPORTED_PARAMETER, FIELD_ITEM,
			    g->items[i].place,
			    "The exec engine cannot show the model an item of "
			    "this type; the app-server engine can (--engine "
			    "app-server).");
	}
	return 0;
}

static int
exec_accept(
    struct engine *e, const struct generation *g, struct error *ret_error)
{
	(void)e;
	/* What asks for no tool lacks none. */
	if (generation_offers_tools(g))
		return refuse(ret_error, FIELD_TOOLS);
	if (g->choice == CHOICE_REQUIRED || g->choice == CHOICE_NAMED)
		return refuse(ret_error, FIELD_CHOICE);
	if (g->search)
		return error_set_at(ret_error, ERROR_UNSUPPORTED_PARAMETER,
		    FIELD_SEARCH, PLACE_NONE,
		    "The exec engine does not search the web; the app-server "
		    "engine does, with --web-search.");
	return check_items(g, ret_error);
}

static unsigned
exec_threads(const struct engine *e)
{
	return ((const struct engine_exec *)(const void *)e)->n_workers;
}

/* A thread a place, whatever state Codex is in. */
static unsigned
exec_places(struct engine *e, bool at_best)
{
	(void)at_best;
	return exec_threads(e);
}

/* Called under the channel's lock: only writes to an eventfd. */
static void
on_cancel(void *arg)
{
	const struct exec_worker *w = arg;

	fd_wake(w->wake_fd);
}

static void
end_without_codex(struct job *j, struct error *error)
{
	if (job_cancelled(j)) {
		error_free(error);
		job_end_cancelled(j);
	} else {
		job_fail(j, error);
	}
}

/* The directory may lead elsewhere than when the request came. */
static bool
may_be_in(const struct engine_exec *x, const struct codex *codex, struct job *j)
{
	char *cwd = realpath(j->cwd, NULL);
	bool may = exec_reads_may_be_in(
	    &codex->reads, x->settings->exec_read, cwd != NULL ? cwd : j->cwd);
	struct error error = ERROR_INIT;

	free(cwd);
	if (may)
		return true;
	(void)error_set_param(&error, ERROR_CWD_NOT_ALLOWED, "metadata.cwd",
	    "Codex's agent would find files there that it must not read: keys "
	    "of the server, or a login. See --exec-read.");
	job_fail(j, &error);
	return false;
}

/* A Codex that dies before it said anything is tried once more. */
static void
run_job(struct engine_exec *x, struct exec_worker *w, struct job *j)
{
	struct error error = ERROR_INIT;
	enum exec_outcome outcome = EXEC_DIED;
	struct codex *codex;
	bool last_try = false;

	while (outcome == EXEC_DIED) {
		if (job_cancelled(j)) {
			job_end_cancelled(j);
			return;
		}
		if (codex_setup_get(x->setup, j->deadline, &codex, &error) !=
		    0) {
			end_without_codex(j, &error);
			return;
		}
		outcome = may_be_in(x, codex, j)
		    ? exec_run(
			  x->settings, x->stats, codex, j, w->wake_fd, last_try)
		    : EXEC_ENDED;
		codex_unref(codex);
		if (outcome == EXEC_DIED)
			counter_add(&x->stats->by[STATS_EXEC].retries, 1);
		last_try = true;
	}
}

static void
exec_work(struct engine *e, unsigned index, struct dispatch *d)
{
	struct engine_exec *x = self(e);
	struct exec_worker *w = &x->workers[index];
	struct job *j;

	while (dispatch_take(d, CLOCK_NEVER, &j) == 0) {
		int64_t start = clock_now();

		atomic_store(&w->busy, true);
		channel_set_cancel_hook(j->channel, on_cancel, w);
		run_job(x, w, j);
		channel_set_cancel_hook(j->channel, NULL, NULL);
		phase_add(j->phases, PHASE_CODEX_EXEC, start);
		dispatch_done(d, j);
		atomic_fetch_add(&w->turns, 1);
		atomic_store(&w->busy, false);
	}
}

static int
exec_wait_ready(struct engine *e, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	return codex_setup_wait(self(e)->setup, on_step, arg, ret_error);
}

static unsigned
exec_readiness(struct engine *e)
{
	return codex_setup_readiness(self(e)->setup);
}

static void
exec_fingerprint(struct engine *e, char *out, size_t size)
{
	codex_setup_version(self(e)->setup, out, size);
}

static bool
exec_caution(struct engine *e, char *out, size_t size)
{
	struct engine_exec *x = self(e);
	struct codex *codex = codex_setup_peek(x->setup);
	char text[CODEX_READS_TEXT_MAX];
	bool well = codex == NULL ||
	    codex_reads_describe(x->settings, codex, text);

	codex_unref(codex);
	if (!well)
		snprintf(out, size, "%s", text);
	return !well;
}

static struct codex_models *
exec_models(struct engine *e, bool fresh)
{
	return codex_setup_models(self(e)->setup, fresh);
}

static void
exec_gauges(
    struct engine *e, struct stats_gauges *g, struct stats_engine_gauges *mine)
{
	struct engine_exec *x = self(e);

	(void)g;
	mine->n_workers = x->n_workers;
	for (unsigned i = 0; i < x->n_workers; i++) {
		struct exec_worker *w = &x->workers[i];

		mine->workers[i] = (struct stats_worker){
			.state = atomic_load(&w->busy) ? "busy" : "idle",
			.turns = atomic_load(&w->turns)
		};
	}
}

static void
exec_abort(struct engine *e)
{
	codex_setup_abort(self(e)->setup);
}

static void
exec_free(struct engine *e)
{
	struct engine_exec *x = self(e);

	codex_setup_stop(x->setup);
	for (unsigned i = 0; x->workers != NULL && i < x->n_workers; i++)
		fd_close(&x->workers[i].wake_fd);
	free(x->workers);
	free(x);
}

static const struct engine_ops exec_ops = {
	.kind = STATS_EXEC,
	.accept = exec_accept,
	.threads = exec_threads,
	.places = exec_places,
	.work = exec_work,
	.wait_ready = exec_wait_ready,
	.readiness = exec_readiness,
	.fingerprint = exec_fingerprint,
	.caution = exec_caution,
	.models = exec_models,
	.gauges = exec_gauges,
	.abort = exec_abort,
	.free = exec_free,
};

static int
make_workers(struct engine_exec *x)
{
	x->workers = calloc(x->n_workers, sizeof(*x->workers));
	if (x->workers == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < x->n_workers; i++)
		x->workers[i].wake_fd = -1;
	for (unsigned i = 0; i < x->n_workers; i++) {
		x->workers[i].wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (x->workers[i].wake_fd < 0)
			return -errno;
	}
	return 0;
}

int
engine_exec_new(
    const struct settings *s, struct stats *stats, struct engine **ret_engine)
{
	struct engine_exec *x = calloc(1, sizeof(*x));
	int rc;

	if (x == NULL)
		return -ENOMEM;
	x->engine.ops = &exec_ops;
	x->settings = s;
	x->stats = stats;
	x->n_workers = (unsigned)s->max_concurrency;
	rc = make_workers(x);
	if (rc == 0)
		rc = codex_setup_start(
		    s, ENGINE_EXEC, codex_oldest_version, &x->setup);
	if (rc != 0) {
		exec_free(&x->engine);
		return rc;
	}
	*ret_engine = &x->engine;
	return 0;
}
