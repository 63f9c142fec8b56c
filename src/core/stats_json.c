/*
 * The JSON page of GET /metrics. The names requests_total, requests_ok,
 * requests_error, errors_by_status, engine, uptime_seconds and
 * app_server_pool_started are fixed: other programs read them.
 */
#include "core/stats.h"

#include "base/clock.h"
#include "base/jsonw.h"
#include "core/stats_engine.h"

static unsigned long long
get(const struct counter *c)
{
	return (unsigned long long)counter_get(c);
}

static int
append_requests(const struct stats *s, struct buf *b)
{
	return buf_printf(b,
	    "\"requests_total\":%llu,\"requests_ok\":%llu,"
	    "\"requests_error\":%llu",
	    get(&s->requests_total), get(&s->requests_ok),
	    get(&s->requests_error));
}

static int
append_errors(const struct stats *s, struct buf *b)
{
	const char *comma = "";
	int rc = buf_puts(b, ",\"errors_by_status\":{");

	for (int i = 0; rc == 0 && i < STATS_STATUS_MAX; i++) {
		if (counter_get(&s->errors_by_status[i]) == 0)
			continue;
		rc = buf_printf(
		    b, "%s\"%d\":%llu", comma, i, get(&s->errors_by_status[i]));
		comma = ",";
	}
	if (rc == 0)
		rc = buf_puts(b, "},\"errors_by_code\":{");
	comma = "";
	for (int i = 1; rc == 0 && i < API_ERROR_KINDS; i++) {
		if (counter_get(&s->errors_by_code[i]) == 0)
			continue;
		rc = buf_printf(b, "%s\"%s\":%llu", comma, api_error_code(i),
		    get(&s->errors_by_code[i]));
		comma = ",";
	}
	return rc != 0 ? rc : buf_puts(b, "}");
}

static int
append_server(
    const struct stats *s, const struct stats_gauges *g, struct buf *b)
{
	return buf_printf(b,
	    ",\"engine\":\"%s\",\"uptime_seconds\":%.3f,"
	    "\"app_server_pool_started\":%s,\"draining\":%s,"
	    "\"queue_depth\":%zu,\"queue_capacity\":%zu,\"in_flight\":%zu",
	    g->engine, (double)(clock_now() - s->started) / (double)NS_PER_S,
	    g->app_server_pool_started ? "true" : "false",
	    g->draining ? "true" : "false", g->queue_depth, g->queue_capacity,
	    g->in_flight);
}

static int
append_counters(const struct stats *s, struct buf *b)
{
	return buf_printf(b,
	    ",\"tokens\":{\"input\":%llu,\"cached_input\":%llu,"
	    "\"output\":%llu,\"reasoning_output\":%llu},"
	    "\"codex_processes\":{\"started\":%llu,\"crashed\":%llu,"
	    "\"retries\":%llu}",
	    get(&s->tokens_input), get(&s->tokens_cached),
	    get(&s->tokens_output), get(&s->tokens_reasoning),
	    get(&s->processes_started), get(&s->processes_crashed),
	    get(&s->retries));
}

static int
append_quantiles(const char *name, const struct histogram *h, struct buf *b)
{
	static const struct {
		const char *name;
		double q;
	} points[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 } };
	int rc = buf_printf(b, "\"%s\":{\"count\":%llu", name,
	    (unsigned long long)histogram_count(h));

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(points); i++) {
		rc = buf_printf(b, ",\"%s\":", points[i].name);
		if (rc == 0)
			rc = jsonw_ms(b, histogram_quantile(h, points[i].q));
	}
	return rc != 0 ? rc : buf_puts(b, "}");
}

static int
append_latency(const struct stats *s, struct buf *b)
{
	int rc = buf_puts(b, ",\"latency_ms\":{");

	if (rc == 0)
		rc = append_quantiles("total", &s->duration, b);
	if (rc == 0)
		rc = buf_puts(b, ",");
	if (rc == 0)
		rc = append_quantiles("queue_wait", &s->queue_wait, b);
	if (rc == 0)
		rc = buf_puts(b, ",");
	if (rc == 0)
		rc = append_quantiles("first_token", &s->first_token, b);
	return rc != 0 ? rc : buf_puts(b, "}");
}

/* Names are of [A-Za-z0-9._-] and need no escapes. */
static int
append_keys(const struct key_usage *u, struct buf *b)
{
	const char *comma = "";
	int rc = buf_puts(b, ",\"keys\":{");

	for (; rc == 0 && u != NULL; u = u->next) {
		rc = buf_printf(b,
		    "%s\"%s\":{\"requests\":%llu,\"errors\":%llu,"
		    "\"tokens_input\":%llu,\"tokens_output\":%llu}",
		    comma, u->name, get(&u->requests), get(&u->errors),
		    get(&u->tokens_input), get(&u->tokens_output));
		comma = ",";
	}
	return rc != 0 ? rc : buf_puts(b, "}");
}

int
stats_json(const struct stats *s, const struct stats_gauges *g, struct buf *out)
{
	int rc = buf_puts(out, "{");

	if (rc == 0)
		rc = append_requests(s, out);
	if (rc == 0)
		rc = append_errors(s, out);
	if (rc == 0)
		rc = append_server(s, g, out);
	if (rc == 0)
		rc = stats_engine_json(g, out);
	if (rc == 0)
		rc = append_counters(s, out);
	if (rc == 0)
		rc = append_keys(g->keys, out);
	if (rc == 0)
		rc = append_latency(s, out);
	return rc != 0 ? rc : buf_puts(out, "}\n");
}
