#include "core/stats_engine.h"

#include "base/clock.h"

#define P "codex_proxy_"

/* ---- JSON ---- */

static int
workers_json(const struct stats_gauges *g, struct buf *b)
{
	int rc = buf_puts(b, ",\"workers\":[");

	for (size_t i = 0; rc == 0 && i < g->n_workers; i++) {
		const struct stats_worker *w = &g->workers[i];

		rc = buf_printf(b,
		    "%s{\"state\":\"%s\",\"turns\":%llu,\"restarts\":%llu,"
		    "\"rss_bytes\":%lld}",
		    i == 0 ? "" : ",", w->state, (unsigned long long)w->turns,
		    (unsigned long long)w->restarts, (long long)w->rss_bytes);
	}
	return rc != 0 ? rc : buf_puts(b, "]");
}

/* A number, or null when it is not known. */
static int
number_json(const char *name, int64_t value, struct buf *b)
{
	if (value == 0)
		return buf_printf(b, ",\"%s\":null", name);
	return buf_printf(b, ",\"%s\":%lld", name, (long long)value);
}

static int
window_json(const char *name, const struct stats_window *w, struct buf *b)
{
	int rc;

	if (!w->known)
		return buf_printf(b, "\"%s\":null", name);
	rc = buf_printf(b, "\"%s\":{\"used_percent\":%lld", name,
	    (long long)(w->used * 100 + 0.5));
	if (rc == 0)
		rc = number_json("window_seconds", w->seconds, b);
	if (rc == 0)
		rc = number_json("resets_at", w->resets_at, b);
	return rc != 0 ? rc : buf_putc(b, '}');
}

int
stats_engine_json(const struct stats_gauges *g, struct buf *b)
{
	int rc = workers_json(g, b);

	if (rc == 0)
		rc = buf_puts(b, ",\"rate_limits\":{");
	if (rc == 0)
		rc = window_json("primary", &g->limits.primary, b);
	if (rc == 0)
		rc = buf_putc(b, ',');
	if (rc == 0)
		rc = window_json("secondary", &g->limits.secondary, b);
	return rc != 0 ? rc : buf_putc(b, '}');
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

static int
worker_family(
    const struct worker_family *f, const struct stats_gauges *g, struct buf *b)
{
	int rc = prom_family(b, f->name, f->type, f->help);

	for (size_t i = 0; rc == 0 && i < g->n_workers; i++) {
		char label[32];

		snprintf(label, sizeof(label), "worker=\"%zu\"", i);
		rc = prom_sample_int(b, f->name, label, f->get(&g->workers[i]));
	}
	return rc;
}

/* A fraction has as many decimals as a time in nanoseconds. */
static int64_t
used_of(const struct stats_window *w)
{
	return (int64_t)(w->used * (double)NS_PER_S);
}

static int64_t
length_of(const struct stats_window *w)
{
	return w->seconds * NS_PER_S;
}

static int64_t
reset_of(const struct stats_window *w)
{
	return w->resets_at * NS_PER_S;
}

static const struct window_family {
	const char *name, *help;
	int64_t (*get)(const struct stats_window *w);
} window_families[] = {
	{ P "rate_limit_used_ratio",
	    "Part of the quota window that is used up, as Codex reports it.",
	    used_of },
	{ P "rate_limit_window_seconds", "Length of the quota window.",
	    length_of },
	{ P "rate_limit_reset_timestamp_seconds",
	    "When the quota window begins anew, in Unix time.", reset_of },
};

static int
window_family(
    const struct window_family *f, const struct stats_limits *l, struct buf *b)
{
	int rc = prom_family(b, f->name, "gauge", f->help);

	if (rc == 0 && l->primary.known)
		rc = prom_sample_seconds(
		    b, f->name, "window=\"primary\"", f->get(&l->primary));
	if (rc == 0 && l->secondary.known)
		rc = prom_sample_seconds(
		    b, f->name, "window=\"secondary\"", f->get(&l->secondary));
	return rc;
}

int
stats_engine_prometheus(const struct stats_gauges *g, struct buf *b)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(worker_families); i++)
		rc = worker_family(&worker_families[i], g, b);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(window_families); i++)
		rc = window_family(&window_families[i], &g->limits, b);
	return rc;
}
