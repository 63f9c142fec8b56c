/*
 * The JSON page of GET /metrics. The names requests_total, requests_ok,
 * requests_error, errors_by_status, engine, uptime_seconds and
 * app_server_pool_started are fixed: other programs read them.
 */
#include "stats/stats.h"

#include "base/clock.h"
#include "json/jsonw.h"
#include "stats/stats_dialect.h"
#include "stats/stats_engine.h"

static void
put_count(struct jsonw *w, const char *name, const struct counter *c)
{
	jsonw_u64(w, name, counter_get(c));
}

static void
put_if_any(struct jsonw *w, const char *name, const struct counter *c)
{
	uint64_t n = counter_get(c);

	if (n > 0)
		jsonw_u64(w, name, n);
}

static void
put_requests(struct jsonw *w, const struct stats *s)
{
	put_count(w, "requests_total", &s->requests_total);
	put_count(w, "requests_ok", &s->requests_ok);
	put_count(w, "requests_error", &s->requests_error);
}

static void
put_errors(struct jsonw *w, const struct stats *s)
{
	jsonw_object(w, "errors_by_status");
	for (int i = 0; i < STATS_STATUS_MAX; i++) {
		char status[12];

		snprintf(status, sizeof(status), "%d", i);
		put_if_any(w, status, &s->errors_by_status[i]);
	}
	jsonw_close(w);
	jsonw_object(w, "errors_by_code");
	for (int i = 1; i < ERROR_KINDS; i++)
		put_if_any(w, error_code(i), &s->errors_by_code[i]);
	jsonw_close(w);
}

static void
put_server(struct jsonw *w, const struct stats *s, const struct stats_gauges *g)
{
	jsonw_str(w, "engine", g->engine);
	jsonw_seconds(w, "uptime_seconds", clock_now() - s->started);
	jsonw_bool(w, "app_server_pool_started", g->app_server_pool_started);
	jsonw_bool(w, "draining", g->draining);
	stats_engine_sums_json(w, g);
	jsonw_object(w, "request_bodies");
	jsonw_u64(w, "bytes", g->body_bytes);
	jsonw_u64(w, "max_bytes", g->body_bytes_max);
	jsonw_u64(w, "refused", g->bodies_refused);
	jsonw_close(w);
	jsonw_object(w, "connections_cut");
	put_count(w, "slow", &s->connections_slow);
	put_count(w, "room", &s->connections_made_way);
	jsonw_close(w);
	jsonw_u64(w, "log_lines_lost", g->log_lines_lost);
	jsonw_u64(w, "unread_bytes", budget_used(&s->unread));
}

static void
put_store(struct jsonw *w, const struct stats_store *s)
{
	jsonw_object(w, "store");
	jsonw_u64(w, "bytes", s->bytes);
	jsonw_u64(w, "max_bytes", s->bytes_max);
	jsonw_u64(w, "answers", s->answers);
	jsonw_u64(w, "conversations", s->conversations);
	jsonw_u64(w, "kept", s->kept);
	jsonw_u64(w, "evicted", s->evicted);
	jsonw_u64(w, "dropped", s->dropped);
	jsonw_u64(w, "faults", s->faults);
	jsonw_close(w);
}

/* Of all engines together; `offset` is the counter's. */
static void
put_sum(struct jsonw *w, const char *name, const struct stats *s, size_t offset)
{
	uint64_t sum = 0;

	for (int i = 0; i < STATS_ENGINES; i++)
		sum += counter_get(
		    (const void *)((const char *)&s->by[i] + offset));
	jsonw_u64(w, name, sum);
}

static void
put_counters(struct jsonw *w, const struct stats *s)
{
	jsonw_object(w, "tokens");
	put_count(w, "input", &s->tokens_input);
	put_count(w, "cached_input", &s->tokens_cached);
	put_count(w, "output", &s->tokens_output);
	put_count(w, "reasoning_output", &s->tokens_reasoning);
	put_count(w, "estimated_input", &s->estimated_input);
	put_count(w, "estimated_output", &s->estimated_output);
	jsonw_close(w);
	jsonw_object(w, "codex_processes");
	put_sum(w, "started", s,
	    offsetof(struct stats_engine_counts, processes_started));
	put_sum(w, "crashed", s,
	    offsetof(struct stats_engine_counts, processes_crashed));
	put_sum(w, "retries", s, offsetof(struct stats_engine_counts, retries));
	jsonw_close(w);
}

static void
put_quantiles(struct jsonw *w, const char *name, const struct histogram *h)
{
	jsonw_object(w, name);
	jsonw_u64(w, "count", histogram_count(h));
	jsonw_millis(w, "p50", histogram_quantile(h, 0.5));
	jsonw_millis(w, "p90", histogram_quantile(h, 0.9));
	jsonw_millis(w, "p99", histogram_quantile(h, 0.99));
	jsonw_close(w);
}

static void
put_latency(struct jsonw *w, const struct stats *s)
{
	jsonw_object(w, "latency_ms");
	put_quantiles(w, "total", &s->duration);
	put_quantiles(w, "queue_wait", &s->queue_wait);
	put_quantiles(w, "first_token", &s->first_token);
	jsonw_close(w);
}

static void
put_keys(struct jsonw *w, const struct key_usage *u)
{
	jsonw_object(w, "keys");
	for (; u != NULL; u = u->next) {
		jsonw_object(w, u->name);
		put_count(w, "requests", &u->requests);
		put_count(w, "errors", &u->errors);
		put_count(w, "tokens_input", &u->tokens_input);
		put_count(w, "tokens_output", &u->tokens_output);
		jsonw_close(w);
	}
	jsonw_close(w);
}

int
stats_json(const struct stats *s, const struct stats_gauges *g, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	put_requests(&w, s);
	put_errors(&w, s);
	put_server(&w, s, g);
	stats_dialects_json(&w, s);
	stats_engine_json(&w, s, g);
	stats_kept_json(&w, &s->kept, &g->kept);
	put_counters(&w, s);
	put_store(&w, &g->store);
	if (g->account)
		put_keys(&w, g->keys);
	put_latency(&w, s);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}
