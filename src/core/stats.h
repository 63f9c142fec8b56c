/*
 * stats.h - what the server counts, and how it is shown.
 *
 * One instance for the process, made at start and shared by all threads,
 * which update it without a lock (metrics.h). requests_* count POST
 * /v1/chat/completions alone, refused ones too: what operators poll does not
 * move them. Each such request is counted in exactly one of ok and error.
 */
#ifndef CORE_STATS_H
#define CORE_STATS_H

#include "core/api_error.h"
#include "core/event.h"
#include "core/key_ring.h"
#include "runtime/metrics.h"

enum {
	STATS_STATUS_MAX = 600
};

struct stats {
	int64_t started; /* monotonic ns; set once */
	struct counter requests_total;
	struct counter requests_ok;
	struct counter requests_error;
	struct counter errors_by_status[STATS_STATUS_MAX];
	struct counter errors_by_code[API_ERROR_KINDS];
	struct counter http_responses[STATS_STATUS_MAX]; /* all paths */
	struct counter tokens_input, tokens_cached, tokens_output,
	    tokens_reasoning;
	struct counter processes_started, processes_crashed, retries;
	struct histogram duration; /* whole requests */
	struct histogram queue_wait; /* of jobs that were begun */
	struct histogram first_token; /* streams: to the first content */
};

/* What is read off other rooms when a page is rendered. */
struct stats_worker {
	const char *state; /* a constant: "idle", "busy", ... */
	uint64_t turns;
	uint64_t restarts;
	int64_t rss_bytes; /* of its child; 0 = no child now */
};

/* A window of Codex's quota as it last reported it. */
struct stats_window {
	bool known;
	double used; /* 0 to 1 */
	int64_t seconds; /* its length; 0 = unknown */
	int64_t resets_at; /* Unix seconds; 0 = unknown */
};

struct stats_limits {
	struct stats_window primary, secondary;
};

enum {
	STATS_WORKERS_MAX = 256
};

struct stats_gauges {
	const char *engine; /* a constant */
	size_t queue_depth;
	size_t queue_capacity;
	size_t in_flight;
	bool app_server_pool_started;
	bool draining;
	const struct key_usage *keys; /* list, or NULL */
	struct stats_limits limits;
	size_t n_workers;
	struct stats_worker workers[STATS_WORKERS_MAX];
};

struct stats *stats_new(void);
void stats_free(struct stats *s);

/* A chat completion has begun. */
void stats_request_begun(struct stats *s);

/*
 * ... and has ended: `kind` is API_ERROR_NONE for success, `ns` its duration.
 */
void stats_request_ended(struct stats *s, enum api_error_kind kind, int64_t ns);

void stats_tokens(struct stats *s, const struct usage *usage);
void stats_http_response(struct stats *s, int status);

/* Append the pages of GET /metrics. Errors are those of buf. */
MUST_CHECK int stats_json(
    const struct stats *s, const struct stats_gauges *g, struct buf *out);
MUST_CHECK int stats_prometheus(
    const struct stats *s, const struct stats_gauges *g, struct buf *out);

#endif
