/*
 * latency.h - the record of one chat completion from which its latency line
 * is logged.
 *
 * The HTTP side and each job hold a reference and write their own fields; the
 * line is logged when the last lets go, because an answer can be with its
 * caller before the process that gave it has been reaped.
 *
 * Threads: each field has one writer, named below; dropping a reference
 * publishes what was written.
 */
#ifndef STATS_LATENCY_H
#define STATS_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "conversation/generation.h"
#include "stats/journal.h"
#include "stats/stats.h"

enum phase {
#define PHASE(kind, name) PHASE_##kind,
#include "stats/phases.def"
#undef PHASE
	PHASES
};

/* Durations in nanoseconds; 0 is "did not happen". */
struct phases {
	int64_t ns[PHASES];
	/* app-server: bytes that its child was sent for it, 0 before; and
	 * whether its thread was one that was kept. */
	uint64_t sent;
	bool kept;
};

enum {
	LATENCY_ID_MAX = 128,
	LATENCY_MODEL_MAX = 256
};

struct latency {
	/* written by the HTTP side */
	char request_id[LATENCY_ID_MAX + 1];
	char model[LATENCY_MODEL_MAX + 1]; /* as asked; empty if unknown */
	const char *dialect; /* a constant, or NULL */
	const char *engine; /* a constant; as --engine until it is routed */
	enum stats_engine given_to; /* STATS_ENGINES: to none yet */
	char codex_model[LATENCY_MODEL_MAX + 1]; /* that answers, or empty */
	char left_out[LATENCY_MODEL_MAX + 1]; /* tools not shown, or empty */
	bool stream;
	int status;
	const char *code; /* a constant, or NULL for success */
	int64_t started; /* monotonic ns */
	int64_t first_sse, first_content_sse; /* monotonic ns, 0 = never */
	struct usage usage; /* of all choices, once it has ended */
	struct phases http;
	struct journal *journal; /* set once; NULL: none */
	uint64_t row; /* its handle there; set once */
	unsigned jobs; /* of `job`, those that there are */
	/* written by the engine's thread, one a choice */
	struct phases job[CHOICES_MAX];

	_Atomic unsigned refs; /* private */
};

/* One reference; started is now. NULL: out of memory. */
struct latency *latency_new(const char *request_id, const char *engine);
struct latency *latency_ref(struct latency *l);

/*
 * The request gets its row in the journal; `key` is the name of its key, or
 * NULL. Before there are jobs.
 */
void latency_enter(struct latency *l, struct journal *journal, const char *key);

/* What is known of model and engine goes there, too. The HTTP side. */
void latency_describe(const struct latency *l);

/* It comes to this stage now. Any thread that has a reference. */
void latency_reach(const struct latency *l, enum journal_stage stage);

/* This engine has the request now; `codex_model` is the one that answers. */
void latency_route(
    struct latency *l, enum stats_engine engine, const char *codex_model);

/* The last one logs the line chat_completion_latency and frees. */
void latency_unref(struct latency *l);

/* Adds the time since `since` to a phase and returns now. */
int64_t phase_add(struct phases *p, enum phase phase, int64_t since);

/* Notes that the first SSE chunk goes out now, and logs the event. */
void latency_first_sse(struct latency *l);

#endif
