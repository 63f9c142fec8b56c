/*
 * stats: both pages of GET /metrics, and that half a page is none.
 */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "stats/stats.h"

#include "unit/oom.h"
#include "unit/unit.h"

/* The clock stands still. */
int64_t __wrap_clock_now(void);

int64_t
__wrap_clock_now(void)
{
	return 5000 * NS_PER_S + 678 * NS_PER_MS;
}

static struct key_usage second = { .name = "b.c-d" };
static struct key_usage first = { .name = "a", .next = &second };

static void
fill(struct stats *s, struct stats_gauges *g)
{
	static const struct usage usage = { .input = 11,
		.cached_input = 7,
		.output = 5,
		.reasoning_output = 3,
		.estimated_input = 2,
		.estimated_output = 1 };

	*s = (struct stats){ .started = 4000 * NS_PER_S };
	for (int i = 0; i < 4; i++)
		stats_request_begun(s);
	stats_add_dialect(s, "chat");
	stats_add_dialect(s, "other");
	stats_dialect_ended(s, "chat", ERROR_NONE);
	stats_dialect_ended(s, "chat", ERROR_UPSTREAM);
	stats_dialect_ended(s, "chat", ERROR_QUEUE_FULL);
	stats_request_ended(
	    s, STATS_APP_SERVER, ERROR_NONE, 200, 15 * NS_PER_MS);
	stats_request_ended(
	    s, STATS_ENGINES, ERROR_QUEUE_FULL, 429, 2 * NS_PER_MS);
	stats_request_ended(s, STATS_EXEC, ERROR_UPSTREAM, 502, 700 * NS_PER_S);
	stats_tokens(s, &usage);
	stats_http_response(s, 200);
	stats_http_response(s, 429);
	counter_add(&s->by[STATS_EXEC].processes_started, 2);
	counter_add(&s->by[STATS_APP_SERVER].processes_started, 1);
	counter_add(&s->kept.hits_idle, 4);
	counter_add(&s->kept.hits_waiting, 5);
	counter_add(&s->kept.misses[KEPT_MISS_NEW], 6);
	counter_add(&s->kept.evictions[KEPT_EVICTED_COUNT], 7);
	counter_add(&s->kept.failures, 8);
	counter_add(&s->connections_slow, 2);
	counter_add(&s->connections_made_way, 1);
	budget_add(&s->unread, 5000);
	histogram_observe(&s->queue_wait, 1234567);
	counter_add(&first.requests, 9);
	counter_add(&second.tokens_output, UINT64_MAX);
	*g = (struct stats_gauges){ .engine = "auto",
		.body_bytes = 100,
		.body_bytes_max = 1000,
		.bodies_refused = 5,
		.store = { 10, 20, 3, 4, 5, 6, 7, 8 },
		.app_server_pool_started = true,
		.kept = { .idle = 2, .waiting = 1 },
		.account = true,
		.keys = &first,
		.limits.primary = { true, 0.295, 18000, 1800000000 },
		.limits.secondary = { .known = true },
		.n_engines = 2,
		.by = { { .engine = STATS_APP_SERVER,
			    .queue_depth = 1,
			    .queue_capacity = 64,
			    .in_flight = 2,
			    .n_workers = 1,
			    .workers = { { "busy", 3, 1, 4096 } } },
		    { .engine = STATS_EXEC,
			.queue_depth = 5,
			.queue_capacity = 64,
			.n_workers = 1,
			.workers = { { "idle", 0, 0, 0 } } } } };
}

static const char json_page[] =
    "{\"requests_total\":4,\"requests_ok\":1,\"requests_error\":2,"
    "\"errors_by_status\":{\"429\":1,\"502\":1},"
    "\"errors_by_code\":{\"queue_full\":1,\"upstream_error\":1},"
    "\"engine\":\"auto\",\"uptime_seconds\":1000.678,"
    "\"app_server_pool_started\":true,\"draining\":false,"
    "\"queue_depth\":6,\"queue_capacity\":128,\"in_flight\":2,"
    "\"request_bodies\":{\"bytes\":100,\"max_bytes\":1000,\"refused\":5},"
    "\"connections_cut\":{\"slow\":2,\"room\":1},"
    "\"log_lines_lost\":0,"
    "\"unread_bytes\":5000,"
    "\"dialects\":{\"chat\":{\"requests_ok\":1,\"requests_error\":2},"
    "\"other\":{\"requests_ok\":0,\"requests_error\":0}},"
    "\"engines\":{\"app-server\":{\"queue_depth\":1,"
    "\"queue_capacity\":64,\"in_flight\":2,\"requests_ok\":1,"
    "\"requests_error\":0,\"processes_started\":1,"
    "\"processes_crashed\":0,\"retries\":0},\"exec\":{"
    "\"queue_depth\":5,\"queue_capacity\":64,\"in_flight\":0,"
    "\"requests_ok\":0,\"requests_error\":1,\"processes_started\":2,"
    "\"processes_crashed\":0,\"retries\":0}},"
    "\"workers\":[{\"engine\":\"app-server\",\"state\":\"busy\",\"turns\":3,"
    "\"restarts\":1,"
    "\"rss_bytes\":4096},{\"engine\":\"exec\",\"state\":\"idle\",\"turns\":0,"
    "\"restarts\":0,"
    "\"rss_bytes\":0}],\"rate_limits\":{\"primary\":{\"used_percent\":30,"
    "\"window_seconds\":18000,\"resets_at\":1800000000},"
    "\"secondary\":{\"used_percent\":0,\"window_seconds\":null,"
    "\"resets_at\":null}},"
    "\"kept_threads\":{\"idle\":2,\"waiting\":1,\"hits\":{\"idle\":4,"
    "\"waiting\":5},\"misses\":{\"new\":6,\"request\":0,\"news\":0,"
    "\"settings\":0,\"busy\":0,\"lost\":0},\"evictions\":{\"time\":0,"
    "\"count\":7,\"bytes\":0,\"busy\":0,\"calls\":0,\"worn\":0,"
    "\"lost\":0},\"failures\":8},"
    "\"tokens\":{\"input\":11,\"cached_input\":7,"
    "\"output\":5,\"reasoning_output\":3,\"estimated_input\":2,"
    "\"estimated_output\":1},"
    "\"codex_processes\":{\"started\":3,\"crashed\":0,\"retries\":0},"
    "\"store\":{\"bytes\":10,\"max_bytes\":20,\"answers\":3,"
    "\"conversations\":4,\"kept\":5,\"evicted\":6,\"dropped\":7,"
    "\"faults\":8},"
    "\"keys\":{\"a\":{\"requests\":9,\"errors\":0,\"tokens_input\":0,"
    "\"tokens_output\":0},\"b.c-d\":{\"requests\":0,\"errors\":0,"
    "\"tokens_input\":0,\"tokens_output\":18446744073709551615}},"
    "\"latency_ms\":{\"total\":{\"count\":3,\"p50\":15.000,"
    "\"p90\":600000.000,\"p99\":600000.000},\"queue_wait\":{\"count\":1,"
    "\"p50\":1.500,\"p90\":1.900,\"p99\":1.990},"
    "\"first_token\":{\"count\":0,\"p50\":0.000,\"p90\":0.000,"
    "\"p99\":0.000}}}\n";

START_TEST(json)
{
	struct stats_gauges g;
	struct stats s;
	struct buf b;

	fill(&s, &g);
	buf_init(&b, 10000);
	ck_assert_int_eq(stats_json(&s, &g, &b), 0);
	ck_assert_str_eq(b.data, json_page);
	buf_free(&b);
}
END_TEST

/* Lines that stand there, each once. */
static const char *const lines[] = {
	"# HELP codex_proxy_requests_total Requests for answers, in all "
	"dialects.",
	"# TYPE codex_proxy_requests_total counter",
	"codex_proxy_requests_total 4",
	"codex_proxy_requests_ok_total 1",
	"codex_proxy_requests_error_total 2",
	"codex_proxy_errors_total{code=\"queue_full\",status=\"429\"} 1",
	"codex_proxy_errors_total{code=\"timeout\",status=\"504\"} 0",
	"codex_proxy_http_responses_total{status=\"200\"} 1",
	"codex_proxy_tokens_estimated_total{kind=\"output\"} 1",
	"codex_proxy_tokens_total{kind=\"reasoning_output\"} 3",
	"codex_proxy_codex_processes_started_total{engine=\"exec\"} 2",
	"codex_proxy_retries_total{engine=\"app-server\"} 0",
	"codex_proxy_kept_threads{state=\"idle\"} 2",
	"codex_proxy_kept_threads{state=\"waiting\"} 1",
	"codex_proxy_kept_hits_total{state=\"waiting\"} 5",
	"codex_proxy_kept_misses_total{reason=\"new\"} 6",
	"codex_proxy_kept_misses_total{reason=\"busy\"} 0",
	"codex_proxy_kept_evictions_total{reason=\"count\"} 7",
	"codex_proxy_kept_failures_total 8",
	"codex_proxy_store_bytes 10",
	"codex_proxy_store_conversations 4",
	"codex_proxy_store_dropped_total 7",
	"codex_proxy_dialect_requests_ok_total{dialect=\"chat\"} 1",
	"codex_proxy_dialect_requests_error_total{dialect=\"chat\"} 2",
	"codex_proxy_dialect_requests_error_total{dialect=\"other\"} 0",
	"codex_proxy_engine_requests_ok_total{engine=\"app-server\"} 1",
	"codex_proxy_engine_requests_error_total{engine=\"exec\"} 1",
	"codex_proxy_engine_requests_error_total{engine=\"app-server\"} 0",
	"codex_proxy_key_requests_total{key=\"a\"} 9",
	"codex_proxy_key_output_tokens_total{key=\"b.c-d\"} "
	"18446744073709551615",
	"codex_proxy_info{engine=\"auto\"} 1",
	"codex_proxy_uptime_seconds 1000.678",
	"# TYPE codex_proxy_queue_depth gauge",
	"codex_proxy_queue_capacity{engine=\"exec\"} 64",
	"codex_proxy_queue_depth{engine=\"app-server\"} 1",
	"codex_proxy_queue_depth{engine=\"exec\"} 5",
	"codex_proxy_unread_bytes 5000",
	"codex_proxy_workers_busy{engine=\"app-server\"} 1",
	"codex_proxy_draining 0",
	"codex_proxy_worker_turns_total{engine=\"app-server\",worker=\"0\"} 3",
	"codex_proxy_worker_up{engine=\"exec\",worker=\"0\"} 1",
	"codex_proxy_rate_limit_used_ratio{window=\"primary\"} 0.295",
	"# TYPE codex_proxy_queue_wait_seconds histogram",
	"codex_proxy_request_duration_seconds_bucket{le=\"600\"} 2",
	"codex_proxy_request_duration_seconds_bucket{le=\"+Inf\"} 3",
	"codex_proxy_time_to_first_token_seconds_count 0",
};

static void
check_once(const char *page, const char *line)
{
	char whole[200];
	const char *at;

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	at = strstr(page, whole);
	ck_assert_msg(at != NULL, "not there: %s", line);
	ck_assert_msg(strstr(at + 1, whole) == NULL, "twice: %s", line);
}

START_TEST(prometheus)
{
	struct stats_gauges g;
	struct stats s;
	struct buf b;

	fill(&s, &g);
	buf_init(&b, 100000);
	ck_assert_int_eq(buf_putc(&b, '\n'), 0);
	ck_assert_int_eq(stats_prometheus(&s, &g, &b), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		check_once(b.data, lines[i]);
	buf_free(&b);
}
END_TEST

/* Names, what each has used, and the quota: for whoever has a key. */
START_TEST(strangers_are_not_told_of_the_account)
{
	static const char *const told[] = { "\"keys\"", "rate_limits", "b.c-d",
		"codex_proxy_key_", "codex_proxy_rate_limit_", "window",
		"1800000000" };
	struct stats_gauges g;
	struct stats s;
	struct buf b;

	fill(&s, &g);
	g.account = false;
	buf_init(&b, 100000);
	ck_assert_int_eq(stats_json(&s, &g, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data, "\"requests_total\":4,"));
	ck_assert_int_eq(stats_prometheus(&s, &g, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data, "codex_proxy_requests_total 4\n"));
	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		ck_assert_msg(strstr(b.data, told[i]) == NULL, "%s", told[i]);
	buf_free(&b);
}
END_TEST

START_TEST(without_an_engine_there_is_less_to_say)
{
	struct stats_gauges g = { .engine = "exec" };
	struct stats s;
	struct buf b;

	fill(&s, &g);
	g = (struct stats_gauges){
		.engine = "exec", .draining = true, .account = true
	};
	buf_init(&b, 100000);
	ck_assert_int_eq(stats_json(&s, &g, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data,
	    ",\"draining\":true,\"queue_depth\":0,\"queue_capacity\":0,"
	    "\"in_flight\":0,"
	    "\"request_bodies\":{\"bytes\":0,\"max_bytes\":0,\"refused\":0},"
	    "\"connections_cut\":{\"slow\":2,\"room\":1},"
	    "\"log_lines_lost\":0,\"unread_bytes\":5000,"
	    "\"dialects\":{\"chat\":{\"requests_ok\":1,"
	    "\"requests_error\":2},\"other\":{\"requests_ok\":0,"
	    "\"requests_error\":0}},\"engines\":{},"
	    "\"workers\":[],"
	    "\"rate_limits\":"
	    "{\"primary\":null,\"secondary\":null},"
	    "\"kept_threads\":{\"idle\":0,"));
	ck_assert_ptr_nonnull(strstr(b.data, "\"keys\":{},"));
	buf_reset(&b);
	ck_assert_int_eq(stats_prometheus(&s, &g, &b), 0);
	ck_assert_ptr_null(strstr(b.data, "codex_proxy_key_"));
	ck_assert_ptr_null(strstr(b.data, "{window="));
	ck_assert_ptr_nonnull(strstr(b.data, "\ncodex_proxy_draining 1\n"));
	buf_free(&b);
}
END_TEST

static void
check_caps(int (*page)(
    const struct stats *s, const struct stats_gauges *g, struct buf *out))
{
	struct stats_gauges g;
	struct stats s;
	struct buf b;
	size_t need;

	fill(&s, &g);
	buf_init(&b, 100000);
	OOM_EACH(page(&s, &g, &b), ck_assert_uint_eq(b.len, 0));
	need = b.len;
	buf_free(&b);
	for (size_t cap = 0; cap <= need; cap++) {
		buf_init(&b, cap);
		ck_assert_int_eq(page(&s, &g, &b), cap < need ? -EMSGSIZE : 0);
		ck_assert_uint_eq(b.len, cap < need ? 0 : need);
		buf_free(&b);
	}
}

START_TEST(half_a_page_is_none)
{
	check_caps(stats_json);
	check_caps(stats_prometheus);
}
END_TEST

UNIT_MAIN("stats", json, prometheus, strangers_are_not_told_of_the_account,
    without_an_engine_there_is_less_to_say, half_a_page_is_none)
