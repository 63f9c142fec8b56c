/*
 * stats.h - what the server counts, and how it is shown.
 *
 * One instance for the process, made at start and shared by all threads,
 * which update it without a lock (metrics.h). requests_* count requests for
 * answers, of all dialects, refused ones too: what operators poll does not move
 * them. Each such request is counted in exactly one of ok and error.
 */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include "conversation/error.h"
#include "codex/codex_limits.h"
#include "conversation/event.h"
#include "settings/key_ring.h"
#include "thread/budget.h"
#include "base/metrics.h"
#include "stats/stats_kept.h"

enum {
	STATS_STATUS_MAX = 600
};

/* The engines, for what is counted and shown of each. */
enum stats_engine {
	STATS_APP_SERVER,
	STATS_EXEC,
	STATS_ENGINES
};

struct stats_engine_counts {
	struct counter requests_ok, requests_error; /* that it was given */
	struct counter processes_started, processes_crashed, retries;
};

enum {
	STATS_DIALECTS = 8
};

/* One of the APIs in which callers ask. */
struct stats_dialect {
	const char *name; /* a constant */
	struct counter requests_ok, requests_error;
};

struct journal;

struct stats {
	struct journal *journal; /* of the last requests; set once */
	int64_t started; /* monotonic ns; set once */
	struct counter requests_total;
	struct counter requests_ok;
	struct counter requests_error;
	struct counter errors_by_status[STATS_STATUS_MAX];
	struct counter errors_by_code[ERROR_KINDS];
	struct counter http_responses[STATS_STATUS_MAX]; /* all paths */
	struct counter tokens_input, tokens_cached, tokens_output,
	    tokens_reasoning;
	struct counter estimated_input, estimated_output; /* part of those */
	struct stats_engine_counts by[STATS_ENGINES];
	struct stats_kept kept; /* threads */
	struct stats_dialect dialects[STATS_DIALECTS];
	size_t n_dialects; /* set before requests come */
	struct counter connections_slow; /* cut: their clients dawdled */
	struct counter connections_made_way; /* cut: others waited */
	struct budget unread; /* bytes of answers that clients have not taken */
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

enum {
	STATS_WORKERS_MAX = 256
};

/* Of an engine that was started. */
struct stats_engine_gauges {
	enum stats_engine engine;
	size_t queue_depth;
	size_t queue_capacity;
	size_t in_flight;
	size_t n_workers;
	struct stats_worker workers[STATS_WORKERS_MAX];
};

/* What is kept of answers. */
struct stats_store {
	uint64_t bytes, bytes_max;
	uint64_t answers, conversations;
	uint64_t kept, evicted, dropped, faults; /* since the start */
};

struct stats_gauges {
	const char *engine; /* as --engine has it; a constant */
	size_t n_engines;
	struct stats_engine_gauges by[STATS_ENGINES];
	bool app_server_pool_started;
	struct stats_kept_gauges kept; /* threads, of app-server */
	bool draining;
	size_t body_bytes, body_bytes_max; /* of all request bodies */
	uint64_t bodies_refused; /* for want of room, since the start */
	uint64_t log_lines_lost; /* since the start */
	struct stats_store store;
	bool account; /* what follows is shown */
	const struct key_usage *keys; /* list, or NULL */
	struct codex_limits limits;
};

/* "app-server" or "exec". */
const char *stats_engine_name(enum stats_engine engine);

struct stats *stats_new(void);
void stats_free(struct stats *s);

/* Requests of this API are counted. Main thread, before any comes. */
void stats_add_dialect(struct stats *s, const char *name);

/* Of this API one has ended, well or with `kind`. */
void
stats_dialect_ended(struct stats *s, const char *name, enum error_kind kind);

/* A request for an answer has begun. */
void stats_request_begun(struct stats *s);

/*
 * ... and has ended: `kind` is ERROR_NONE for success, `status` what its
 * callers were told, `ns` its duration, `engine` whose it was; STATS_ENGINES:
 * it came to none.
 */
void stats_request_ended(struct stats *s, enum stats_engine engine,
    enum error_kind kind, int status, int64_t ns);

void stats_tokens(struct stats *s, const struct usage *usage);
void stats_http_response(struct stats *s, int status);

/* Append the pages of GET /metrics. Errors are those of buf. */
MUST_CHECK int stats_json(
    const struct stats *s, const struct stats_gauges *g, struct buf *out);
MUST_CHECK int stats_prometheus(
    const struct stats *s, const struct stats_gauges *g, struct buf *out);

#endif
