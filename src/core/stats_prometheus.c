/*
 * The Prometheus page of GET /metrics: base units, prefix codex_proxy_.
 */
#include "core/stats.h"

#include "base/clock.h"
#include "core/stats_engine.h"

#define P "codex_proxy_"

static int
labelled(struct buf *b, const char *metric, const char *label,
    const char *value, uint64_t n)
{
	struct buf labels;
	int rc;

	buf_init(&labels, 1024);
	rc = prom_label(&labels, label, value);
	if (rc == 0)
		rc = prom_sample_uint(b, metric, labels.data, n);
	buf_free(&labels);
	return rc;
}

/* A family of one unlabelled sample. */
static int
single(struct buf *b, const char *metric, const char *type, const char *help,
    uint64_t n)
{
	int rc = prom_family(b, metric, type, help);

	return rc != 0 ? rc : prom_sample_uint(b, metric, NULL, n);
}

static int
by_status(struct buf *b, const char *metric, const struct counter *counters)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < STATS_STATUS_MAX; i++) {
		char status[12];

		if (counter_get(&counters[i]) == 0)
			continue;
		snprintf(status, sizeof(status), "%d", i);
		rc = labelled(
		    b, metric, "status", status, counter_get(&counters[i]));
	}
	return rc;
}

/*
 * A code has one status, so one family tells of both. Zeros, too: without
 * them Prometheus would not see the first error of a kind as an increase.
 */
static int
append_errors(const struct stats *s, struct buf *b)
{
	int rc = prom_family(b, P "errors_total", "counter",
	    "Chat completions that ended with an error, by code and status.");

	for (int i = 1; rc == 0 && i < API_ERROR_KINDS; i++) {
		char labels[128];

		snprintf(labels, sizeof(labels), "code=\"%s\",status=\"%d\"",
		    api_error_code(i), api_error_status(i));
		rc = prom_sample_uint(b, P "errors_total", labels,
		    counter_get(&s->errors_by_code[i]));
	}
	return rc;
}

static int
append_requests(const struct stats *s, struct buf *b)
{
	int rc = single(b, P "requests_total", "counter",
	    "Chat completions that were asked for.",
	    counter_get(&s->requests_total));

	if (rc == 0)
		rc = single(b, P "requests_ok_total", "counter",
		    "Chat completions that were answered whole.",
		    counter_get(&s->requests_ok));
	if (rc == 0)
		rc = single(b, P "requests_error_total", "counter",
		    "Chat completions that ended with an error.",
		    counter_get(&s->requests_error));
	if (rc == 0)
		rc = append_errors(s, b);
	if (rc == 0)
		rc = prom_family(b, P "http_responses_total", "counter",
		    "HTTP responses on all paths, by status.");
	return rc != 0
	    ? rc
	    : by_status(b, P "http_responses_total", s->http_responses);
}

static int
append_tokens(const struct stats *s, struct buf *b)
{
	const struct {
		const char *kind;
		const struct counter *counter;
	} kinds[] = { { "input", &s->tokens_input },
		{ "cached_input", &s->tokens_cached },
		{ "output", &s->tokens_output },
		{ "reasoning_output", &s->tokens_reasoning } };
	int rc = prom_family(
	    b, P "tokens_total", "counter", "Tokens as Codex counts them.");

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(kinds); i++)
		rc = labelled(b, P "tokens_total", "kind", kinds[i].kind,
		    counter_get(kinds[i].counter));
	return rc;
}

static int
append_processes(const struct stats *s, struct buf *b)
{
	int rc = single(b, P "codex_processes_started_total", "counter",
	    "Codex processes that were started.",
	    counter_get(&s->processes_started));

	if (rc == 0)
		rc = single(b, P "codex_processes_crashed_total", "counter",
		    "Codex processes that died without an answer.",
		    counter_get(&s->processes_crashed));
	if (rc == 0)
		rc = single(b, P "retries_total", "counter",
		    "Requests that were tried once more after a crash.",
		    counter_get(&s->retries));
	return rc;
}

/* One family over all keys; `offset` is the counter's in key_usage. */
static int
by_key(struct buf *b, const char *metric, const char *help,
    const struct key_usage *u, size_t offset)
{
	int rc = prom_family(b, metric, "counter", help);

	for (; rc == 0 && u != NULL; u = u->next) {
		const struct counter *c = (const void *)((const char *)u +
		    offset);

		rc = labelled(b, metric, "key", u->name, counter_get(c));
	}
	return rc;
}

static int
append_keys(const struct key_usage *u, struct buf *b)
{
	int rc;

	if (u == NULL)
		return 0;
	rc = by_key(b, P "key_requests_total",
	    "Chat completions by the name of the caller's key.", u,
	    offsetof(struct key_usage, requests));
	if (rc == 0)
		rc = by_key(b, P "key_errors_total",
		    "Those that ended with an error.", u,
		    offsetof(struct key_usage, errors));
	if (rc == 0)
		rc = by_key(b, P "key_input_tokens_total",
		    "Input tokens by the name of the caller's key.", u,
		    offsetof(struct key_usage, tokens_input));
	if (rc == 0)
		rc = by_key(b, P "key_output_tokens_total",
		    "Output tokens by the name of the caller's key.", u,
		    offsetof(struct key_usage, tokens_output));
	return rc;
}

static int
append_gauges(
    const struct stats *s, const struct stats_gauges *g, struct buf *b)
{
	size_t busy = 0;
	int rc;

	for (size_t i = 0; i < g->n_workers; i++)
		busy += strcmp(g->workers[i].state, "busy") == 0;
	rc = prom_family(b, P "info", "gauge", "The engine in use.");
	if (rc == 0)
		rc = labelled(b, P "info", "engine", g->engine, 1);
	if (rc == 0)
		rc = prom_family(b, P "uptime_seconds", "gauge",
		    "Seconds since the server started.");
	if (rc == 0)
		rc = prom_sample_seconds(
		    b, P "uptime_seconds", NULL, clock_now() - s->started);
	if (rc == 0)
		rc = single(b, P "queue_depth", "gauge",
		    "Jobs that wait for a worker.", g->queue_depth);
	if (rc == 0)
		rc = single(b, P "queue_capacity", "gauge",
		    "Jobs that may wait.", g->queue_capacity);
	if (rc == 0)
		rc = single(b, P "in_flight", "gauge",
		    "Jobs that a worker has begun.", g->in_flight);
	if (rc == 0)
		rc = single(
		    b, P "workers", "gauge", "Worker threads.", g->n_workers);
	if (rc == 0)
		rc = single(b, P "workers_busy", "gauge",
		    "Worker threads that run a job.", busy);
	if (rc == 0)
		rc = single(b, P "draining", "gauge",
		    "1 while the server shuts down.", g->draining);
	return rc;
}

static int
append_histogram(struct buf *b, const char *metric, const char *help,
    const struct histogram *h)
{
	int rc = prom_family(b, metric, "histogram", help);

	return rc != 0 ? rc : prom_histogram(b, metric, NULL, h);
}

int
stats_prometheus(
    const struct stats *s, const struct stats_gauges *g, struct buf *out)
{
	int rc = append_requests(s, out);

	if (rc == 0)
		rc = append_tokens(s, out);
	if (rc == 0)
		rc = append_processes(s, out);
	if (rc == 0)
		rc = append_keys(g->keys, out);
	if (rc == 0)
		rc = append_gauges(s, g, out);
	if (rc == 0)
		rc = stats_engine_prometheus(g, out);
	if (rc == 0)
		rc = append_histogram(out, P "request_duration_seconds",
		    "Duration of chat completions.", &s->duration);
	if (rc == 0)
		rc = append_histogram(out, P "queue_wait_seconds",
		    "Time that jobs waited for a worker.", &s->queue_wait);
	if (rc == 0)
		rc = append_histogram(out, P "time_to_first_token_seconds",
		    "Time to the first content of a stream.", &s->first_token);
	return rc;
}
