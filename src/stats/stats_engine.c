#include "stats/stats_engine.h"

#include "base/clock.h"

#define P "codex_proxy_"

/* ---- JSON ---- */

static void
put_workers(struct jsonw *w, const struct stats_engine_gauges *e)
{
	for (size_t i = 0; i < e->n_workers; i++) {
		const struct stats_worker *worker = &e->workers[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "engine", stats_engine_name(e->engine));
		jsonw_str(w, "state", worker->state);
		jsonw_u64(w, "turns", worker->turns);
		jsonw_u64(w, "restarts", worker->restarts);
		jsonw_i64(w, "rss_bytes", worker->rss_bytes);
		jsonw_close(w);
	}
}

static void
put_counts(struct jsonw *w, const struct stats_engine_counts *c)
{
	jsonw_u64(w, "requests_ok", counter_get(&c->requests_ok));
	jsonw_u64(w, "requests_error", counter_get(&c->requests_error));
	jsonw_u64(w, "processes_started", counter_get(&c->processes_started));
	jsonw_u64(w, "processes_crashed", counter_get(&c->processes_crashed));
	jsonw_u64(w, "retries", counter_get(&c->retries));
}

/* Those that were started. */
static void
put_engines(
    struct jsonw *w, const struct stats *s, const struct stats_gauges *g)
{
	jsonw_object(w, "engines");
	for (size_t i = 0; i < g->n_engines; i++) {
		const struct stats_engine_gauges *e = &g->by[i];

		jsonw_object(w, stats_engine_name(e->engine));
		jsonw_u64(w, "queue_depth", e->queue_depth);
		jsonw_u64(w, "queue_capacity", e->queue_capacity);
		jsonw_u64(w, "in_flight", e->in_flight);
		put_counts(w, &s->by[e->engine]);
		jsonw_close(w);
	}
	jsonw_close(w);
	jsonw_array(w, "workers");
	for (size_t i = 0; i < g->n_engines; i++)
		put_workers(w, &g->by[i]);
	jsonw_close(w);
}

void
stats_engine_sums_json(struct jsonw *w, const struct stats_gauges *g)
{
	uint64_t depth = 0, capacity = 0, in_flight = 0;

	for (size_t i = 0; i < g->n_engines; i++) {
		depth += g->by[i].queue_depth;
		capacity += g->by[i].queue_capacity;
		in_flight += g->by[i].in_flight;
	}
	jsonw_u64(w, "queue_depth", depth);
	jsonw_u64(w, "queue_capacity", capacity);
	jsonw_u64(w, "in_flight", in_flight);
}

/* A number, or null when it is not known. */
static void
put_number(struct jsonw *w, const char *name, int64_t value)
{
	if (value == 0)
		jsonw_null(w, name);
	else
		jsonw_i64(w, name, value);
}

static void
put_window(struct jsonw *w, const char *name, const struct codex_window *window)
{
	if (!window->known) {
		jsonw_null(w, name);
		return;
	}
	jsonw_object(w, name);
	jsonw_i64(w, "used_percent", (int64_t)(window->used * 100 + 0.5));
	put_number(w, "window_seconds", window->seconds);
	put_number(w, "resets_at", window->resets_at);
	jsonw_close(w);
}

void
stats_engine_json(
    struct jsonw *w, const struct stats *s, const struct stats_gauges *g)
{
	put_engines(w, s, g);
	if (!g->account)
		return;
	jsonw_object(w, "rate_limits");
	put_window(w, "primary", &g->limits.primary);
	put_window(w, "secondary", &g->limits.secondary);
	jsonw_close(w);
}

/* ---- Prometheus ---- */

static int64_t
turns_of(const struct stats_worker *w)
{
	return (int64_t)w->turns;
}

static int64_t
restarts_of(const struct stats_worker *w)
{
	return (int64_t)w->restarts;
}

static int64_t
rss_of(const struct stats_worker *w)
{
	return w->rss_bytes;
}

static int64_t
up_of(const struct stats_worker *w)
{
	return strcmp(w->state, "idle") == 0 || strcmp(w->state, "busy") == 0;
}

static const struct worker_family {
	const char *name, *type, *help;
	int64_t (*get)(const struct stats_worker *w);
} worker_families[] = {
	{ P "worker_up", "gauge", "1 while the worker can take jobs.", up_of },
	{ P "worker_turns_total", "counter", "Jobs that the worker has run.",
	    turns_of },
	{ P "worker_restarts_total", "counter",
	    "Codex processes of the worker that had to be replaced because "
	    "they were lost.",
	    restarts_of },
	{ P "worker_resident_memory_bytes", "gauge",
	    "Resident memory of the worker's Codex process; 0 without one.",
	    rss_of },
};

static void
worker_family(
    struct bufw *w, const struct worker_family *f, const struct stats_gauges *g)
{
	prom_family(w, f->name, f->type, f->help);
	for (size_t i = 0; i < g->n_engines; i++) {
		const struct stats_engine_gauges *e = &g->by[i];

		for (size_t k = 0; k < e->n_workers; k++) {
			char label[64];

			snprintf(label, sizeof(label),
			    "engine=\"%s\",worker=\"%zu\"",
			    stats_engine_name(e->engine), k);
			prom_sample_int(
			    w, f->name, label, f->get(&e->workers[k]));
		}
	}
}

static size_t
depth_of(const struct stats_engine_gauges *e)
{
	return e->queue_depth;
}

static size_t
capacity_of(const struct stats_engine_gauges *e)
{
	return e->queue_capacity;
}

static size_t
in_flight_of(const struct stats_engine_gauges *e)
{
	return e->in_flight;
}

static size_t
workers_of(const struct stats_engine_gauges *e)
{
	return e->n_workers;
}

static size_t
busy_of(const struct stats_engine_gauges *e)
{
	size_t busy = 0;

	for (size_t i = 0; i < e->n_workers; i++)
		busy += strcmp(e->workers[i].state, "busy") == 0;
	return busy;
}

static const struct engine_family {
	const char *name, *help;
	size_t (*get)(const struct stats_engine_gauges *e);
} engine_families[] = {
	{ P "queue_depth", "Jobs that wait for a worker.", depth_of },
	{ P "queue_capacity", "Jobs that may wait.", capacity_of },
	{ P "in_flight", "Jobs that a worker has begun.", in_flight_of },
	{ P "workers", "Worker threads.", workers_of },
	{ P "workers_busy", "Worker threads that run a job.", busy_of },
};

static void
engine_family(
    struct bufw *w, const struct engine_family *f, const struct stats_gauges *g)
{
	prom_family(w, f->name, "gauge", f->help);
	for (size_t i = 0; i < g->n_engines; i++) {
		char label[64];

		snprintf(label, sizeof(label), "engine=\"%s\"",
		    stats_engine_name(g->by[i].engine));
		prom_sample_uint(w, f->name, label, f->get(&g->by[i]));
	}
}

#define OFFSET(counter) offsetof(struct stats_engine_counts, counter)

static const struct count_family {
	const char *name, *help;
	size_t offset;
} count_families[] = {
	{ P "engine_requests_ok_total",
	    "Requests that the engine has answered whole.",
	    OFFSET(requests_ok) },
	{ P "engine_requests_error_total",
	    "Requests that were given to the engine and ended with an "
	    "error.",
	    OFFSET(requests_error) },
	{ P "codex_processes_started_total",
	    "Codex processes that were started.", OFFSET(processes_started) },
	{ P "codex_processes_crashed_total",
	    "Codex processes that died without an answer.",
	    OFFSET(processes_crashed) },
	{ P "retries_total",
	    "Requests that were tried once more after a crash.",
	    OFFSET(retries) },
};

/* Zeros, too, of engines that were not started yet: so the first counts. */
static void
count_family(
    struct bufw *w, const struct count_family *f, const struct stats *s)
{
	prom_family(w, f->name, "counter", f->help);
	for (int i = 0; i < STATS_ENGINES; i++) {
		const struct counter *c =
		    (const void *)((const char *)&s->by[i] + f->offset);
		char label[64];

		snprintf(label, sizeof(label), "engine=\"%s\"",
		    stats_engine_name((enum stats_engine)i));
		prom_sample_uint(w, f->name, label, counter_get(c));
	}
}

/* A fraction has as many decimals as a time in nanoseconds. */
static int64_t
used_of(const struct codex_window *w)
{
	return (int64_t)(w->used * (double)NS_PER_S);
}

static int64_t
length_of(const struct codex_window *w)
{
	return w->seconds * NS_PER_S;
}

static int64_t
reset_of(const struct codex_window *w)
{
	return w->resets_at * NS_PER_S;
}

static const struct window_family {
	const char *name, *help;
	int64_t (*get)(const struct codex_window *w);
} window_families[] = {
	{ P "rate_limit_used_ratio",
	    "Part of the quota window that is used up, as Codex reports it.",
	    used_of },
	{ P "rate_limit_window_seconds", "Length of the quota window.",
	    length_of },
	{ P "rate_limit_reset_timestamp_seconds",
	    "When the quota window begins anew, in Unix time.", reset_of },
};

static void
window_family(
    struct bufw *w, const struct window_family *f, const struct codex_limits *l)
{
	prom_family(w, f->name, "gauge", f->help);
	if (l->primary.known)
		prom_sample_seconds(
		    w, f->name, "window=\"primary\"", f->get(&l->primary));
	if (l->secondary.known)
		prom_sample_seconds(
		    w, f->name, "window=\"secondary\"", f->get(&l->secondary));
}

void
stats_engine_prometheus(
    struct bufw *w, const struct stats *s, const struct stats_gauges *g)
{
	for (size_t i = 0; i < ARRAY_SIZE(count_families); i++)
		count_family(w, &count_families[i], s);
	for (size_t i = 0; i < ARRAY_SIZE(engine_families); i++)
		engine_family(w, &engine_families[i], g);
	for (size_t i = 0; i < ARRAY_SIZE(worker_families); i++)
		worker_family(w, &worker_families[i], g);
	for (size_t i = 0; g->account && i < ARRAY_SIZE(window_families); i++)
		window_family(w, &window_families[i], &g->limits);
}
