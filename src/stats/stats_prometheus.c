/*
 * The Prometheus page of GET /metrics: base units, prefix codex_proxy_.
 */
#include "stats/stats.h"

#include "base/clock.h"
#include "stats/stats_dialect.h"
#include "stats/stats_engine.h"

#define P "codex_proxy_"

static void
labelled(struct bufw *w, const char *metric, const char *label,
    const char *value, uint64_t n)
{
	struct buf labels;

	buf_init(&labels, 1024);
	bufw_fail(w, prom_label(&labels, label, value));
	prom_sample_uint(w, metric, labels.data, n);
	buf_free(&labels);
}

/* A family of one unlabelled sample. */
static void
single(struct bufw *w, const char *metric, const char *type, const char *help,
    uint64_t n)
{
	prom_family(w, metric, type, help);
	prom_sample_uint(w, metric, NULL, n);
}

static void
count(struct bufw *w, const char *metric, const char *help,
    const struct counter *c)
{
	single(w, metric, "counter", help, counter_get(c));
}

static void
by_status(struct bufw *w, const char *metric, const struct counter *counters)
{
	for (int i = 0; i < STATS_STATUS_MAX; i++) {
		char status[12];

		if (counter_get(&counters[i]) == 0)
			continue;
		snprintf(status, sizeof(status), "%d", i);
		labelled(
		    w, metric, "status", status, counter_get(&counters[i]));
	}
}

/*
 * A code has one status, so one family tells of both. Zeros, too: without
 * them Prometheus would not see the first error of a kind as an increase.
 */
static void
put_errors(struct bufw *w, const struct stats *s)
{
	prom_family(w, P "errors_total", "counter",
	    "Requests that ended with an error, by code and status.");
	for (int i = 1; i < ERROR_KINDS; i++) {
		char labels[128];

		if (error_counted_as(i) != (enum error_kind)i)
			continue;
		snprintf(labels, sizeof(labels), "code=\"%s\",status=\"%d\"",
		    error_code(i), error_status(i));
		prom_sample_uint(w, P "errors_total", labels,
		    counter_get(&s->errors_by_code[i]));
	}
}

static void
put_requests(struct bufw *w, const struct stats *s)
{
	count(w, P "requests_total", "Requests for answers, in all dialects.",
	    &s->requests_total);
	count(w, P "requests_ok_total", "Requests that were answered whole.",
	    &s->requests_ok);
	count(w, P "requests_error_total", "Requests that ended with an error.",
	    &s->requests_error);
	put_errors(w, s);
	prom_family(w, P "http_responses_total", "counter",
	    "HTTP responses on all paths, by status.");
	by_status(w, P "http_responses_total", s->http_responses);
}

struct token_kind {
	const char *kind;
	const struct counter *counter;
};

static void
put_kinds(struct bufw *w, const char *name, const char *help,
    const struct token_kind *kinds, size_t n)
{
	prom_family(w, name, "counter", help);
	for (size_t i = 0; i < n; i++)
		labelled(w, name, "kind", kinds[i].kind,
		    counter_get(kinds[i].counter));
}

static void
put_tokens(struct bufw *w, const struct stats *s)
{
	const struct token_kind kinds[] = { { "input", &s->tokens_input },
		{ "cached_input", &s->tokens_cached },
		{ "output", &s->tokens_output },
		{ "reasoning_output", &s->tokens_reasoning } };
	const struct token_kind estimated[] = { { "input",
						    &s->estimated_input },
		{ "output", &s->estimated_output } };

	put_kinds(w, P "tokens_total", "Tokens as Codex counts them.", kinds,
	    ARRAY_SIZE(kinds));
	put_kinds(w, P "tokens_estimated_total",
	    "Those of them that are estimates, of answers that were cut off.",
	    estimated, ARRAY_SIZE(estimated));
}

/* One family over all keys; `offset` is the counter's in key_usage. */
static void
by_key(struct bufw *w, const char *metric, const char *help,
    const struct key_usage *u, size_t offset)
{
	prom_family(w, metric, "counter", help);
	for (; u != NULL; u = u->next) {
		const struct counter *c = (const void *)((const char *)u +
		    offset);

		labelled(w, metric, "key", u->name, counter_get(c));
	}
}

static void
put_keys(struct bufw *w, const struct key_usage *u)
{
	if (u == NULL)
		return;
	by_key(w, P "key_requests_total",
	    "Chat completions by the name of the caller's key.", u,
	    offsetof(struct key_usage, requests));
	by_key(w, P "key_errors_total", "Those that ended with an error.", u,
	    offsetof(struct key_usage, errors));
	by_key(w, P "key_input_tokens_total",
	    "Input tokens by the name of the caller's key.", u,
	    offsetof(struct key_usage, tokens_input));
	by_key(w, P "key_output_tokens_total",
	    "Output tokens by the name of the caller's key.", u,
	    offsetof(struct key_usage, tokens_output));
}

static void
gauge(struct bufw *w, const char *metric, const char *help, uint64_t n)
{
	single(w, metric, "gauge", help, n);
}

/* What the server bounds for its own sake, and what that cost. */
static void
put_bounds(struct bufw *w, const struct stats *s, const struct stats_gauges *g)
{
	gauge(w, P "request_body_bytes", "Bytes of request bodies held now.",
	    g->body_bytes);
	gauge(w, P "request_body_bytes_max", "Most that may be held.",
	    g->body_bytes_max);
	single(w, P "request_bodies_refused_total", "counter",
	    "Bodies that found no room.", g->bodies_refused);
	prom_family(w, P "connections_cut_total", "counter",
	    "Connections cut, for what reason.");
	labelled(w, P "connections_cut_total", "reason", "slow",
	    counter_get(&s->connections_slow));
	labelled(w, P "connections_cut_total", "reason", "room",
	    counter_get(&s->connections_made_way));
	single(w, P "log_lines_lost_total", "counter",
	    "Log lines that nobody took.", g->log_lines_lost);
}

static void
put_store(struct bufw *w, const struct stats_store *s)
{
	gauge(w, P "store_bytes", "Bytes of answers kept now.", s->bytes);
	gauge(w, P "store_bytes_max", "Most that are kept.", s->bytes_max);
	gauge(w, P "store_answers", "Answers kept now.", s->answers);
	gauge(w, P "store_conversations", "Conversations kept now.",
	    s->conversations);
	single(w, P "store_kept_total", "counter", "Answers that were kept.",
	    s->kept);
	single(w, P "store_evicted_total", "counter",
	    "Answers and conversations that made room.", s->evicted);
	single(w, P "store_dropped_total", "counter",
	    "Answers that could not be kept.", s->dropped);
	single(w, P "store_faults_total", "counter",
	    "Faults of the store's disk, file or memory.", s->faults);
}

static void
put_gauges(struct bufw *w, const struct stats *s, const struct stats_gauges *g)
{
	prom_family(w, P "info", "gauge", "The engine in use.");
	labelled(w, P "info", "engine", g->engine, 1);
	prom_family(w, P "uptime_seconds", "gauge",
	    "Seconds since the server started.");
	prom_sample_seconds(
	    w, P "uptime_seconds", NULL, clock_now() - s->started);
	gauge(w, P "unread_bytes", "Bytes of answers not taken by clients yet.",
	    budget_used(&s->unread));
	gauge(w, P "draining", "1 while the server shuts down.", g->draining);
	put_bounds(w, s, g);
	put_store(w, &g->store);
}

static void
put_histogram(struct bufw *w, const char *metric, const char *help,
    const struct histogram *h)
{
	prom_family(w, metric, "histogram", help);
	prom_histogram(w, metric, NULL, h);
}

int
stats_prometheus(
    const struct stats *s, const struct stats_gauges *g, struct buf *out)
{
	struct bufw w;

	bufw_begin(&w, out);
	put_requests(&w, s);
	put_tokens(&w, s);
	if (g->account)
		put_keys(&w, g->keys);
	put_gauges(&w, s, g);
	stats_dialects_prometheus(&w, s);
	stats_engine_prometheus(&w, s, g);
	stats_kept_prometheus(&w, &s->kept, &g->kept);
	put_histogram(&w, P "request_duration_seconds",
	    "Duration of requests for answers.", &s->duration);
	put_histogram(&w, P "queue_wait_seconds",
	    "Time that jobs waited for a worker.", &s->queue_wait);
	put_histogram(&w, P "time_to_first_token_seconds",
	    "Time to the first content of a stream.", &s->first_token);
	return bufw_end(&w);
}
