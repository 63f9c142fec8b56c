#include "engine/engine_exec.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/codex_setup.h"
#include "engine/dispatch.h"
#include "engine/exec_run.h"
#include "runtime/fdio.h"

/* The first version that takes the command line of codex_command.c. */
const unsigned engine_exec_minimum_version[3] = { 0, 122, 0 };

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
refuse(struct api_error *ret_error, const char *param)
{
	return api_error_set_param(ret_error, API_ERROR_UNSUPPORTED_PARAMETER,
	    param,
	    "'%s' is not supported by the exec engine; tools need the "
	    "app-server engine (--engine app-server).",
	    param);
}

static int
exec_accept(
    struct engine *e, const struct chat_request *r, struct api_error *ret_error)
{
	struct engine_exec *x = self(e);

	if (r->tools_key != NULL)
		return refuse(ret_error, r->tools_key);
	if (r->tool_choice_key != NULL)
		return refuse(ret_error, r->tool_choice_key);
	if (r->parallel_tool_calls != CHAT_OPTION_UNSET)
		return refuse(ret_error, "parallel_tool_calls");
	return codex_setup_check(
	    x->setup, settings_model(x->settings, r->model), r, ret_error);
}

static unsigned
exec_threads(const struct engine *e)
{
	return ((const struct engine_exec *)(const void *)e)->n_workers;
}

/* Called under the channel's lock: only writes to an eventfd. */
static void
on_cancel(void *arg)
{
	const struct exec_worker *w = arg;

	fd_wake(w->wake_fd);
}

static void
end_without_codex(struct job *j, struct api_error *error)
{
	if (job_cancelled(j)) {
		api_error_free(error);
		job_end_cancelled(j);
	} else {
		job_fail(j, error);
	}
}

/* A Codex that dies before it said anything is tried once more. */
static void
run_job(struct engine_exec *x, struct exec_worker *w, struct job *j)
{
	struct api_error error = API_ERROR_INIT;
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
		outcome = exec_run(
		    x->settings, x->stats, codex, j, w->wake_fd, last_try);
		codex_unref(codex);
		if (outcome == EXEC_DIED)
			counter_add(&x->stats->retries, 1);
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
    struct api_error *ret_error)
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

static int
exec_models(struct engine *e, struct strv *out)
{
	return codex_setup_models(self(e)->setup, out);
}

static void
exec_gauges(struct engine *e, struct stats_gauges *g)
{
	struct engine_exec *x = self(e);

	g->app_server_pool_started = false;
	g->n_workers = x->n_workers;
	for (unsigned i = 0; i < x->n_workers; i++) {
		struct exec_worker *w = &x->workers[i];

		g->workers[i] = (struct stats_worker){
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
	.name = "exec",
	.accept = exec_accept,
	.threads = exec_threads,
	.work = exec_work,
	.wait_ready = exec_wait_ready,
	.readiness = exec_readiness,
	.fingerprint = exec_fingerprint,
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
		    s, engine_exec_minimum_version, &x->setup);
	if (rc != 0) {
		exec_free(&x->engine);
		return rc;
	}
	*ret_engine = &x->engine;
	return 0;
}
