/*
 * journal.h - the last requests for answers, a row each: when it reached
 * which stage, whose it was, what it took and how it ended; and the last hour
 * by minutes. Never a text of what was asked or answered.
 *
 * One instance for the process. JOURNAL_ROWS are kept: a new one takes the
 * place of the oldest that has ended, and only where all run that of a running
 * one, whose later changes are then lost.
 *
 * A watcher is told once that something has changed, and again only after he
 * has read: so a slow one costs nothing and holds up nobody, and where changes
 * are many he reads many at once. With no watcher there is nobody to tell.
 *
 * Life cycle: journal_new; all below from any thread; journal_close, after
 * which nobody is told any more; journal_free when no thread uses it.
 *
 * Lock: one mutex, held while a watcher's hook runs, for some microseconds
 * while rows are copied, and over nothing that waits. So a hook may take only
 * locks that are below it (park), and never calls the journal.
 */
#ifndef STATS_JOURNAL_H
#define STATS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "conversation/usage.h"

enum {
	JOURNAL_ROWS = LIMIT_JOURNAL_ROWS,
	JOURNAL_MINUTES = LIMIT_JOURNAL_MINUTES,
	JOURNAL_WATCHERS = LIMIT_JOURNAL_WATCHERS,
	JOURNAL_ID_MAX = 128,
	/* Longer names are cut: LATENCY_MODEL_MAX is for the log. */
	JOURNAL_NAME_MAX = 128
};

/* What a request comes to, in this order, as far as it gets. */
enum journal_stage {
	JOURNAL_QUEUED, /* read and understood; it waits for a worker */
	JOURNAL_TAKEN, /* a worker has it, and readies a Codex */
	JOURNAL_ASKED, /* Codex asks the model */
	JOURNAL_FIRST, /* the first of the answer is there */
	JOURNAL_ENDED,
	JOURNAL_STAGES
};

struct journal_row {
	uint64_t number; /* from 1; 0: an empty place */
	uint64_t revision; /* the journal's, at its last change */
	char request_id[JOURNAL_ID_MAX + 1];
	const char *dialect; /* a constant */
	const char *engine; /* a constant; as --engine until it is routed */
	char model[JOURNAL_NAME_MAX + 1]; /* as asked, or empty */
	char codex_model[JOURNAL_NAME_MAX + 1]; /* that answers, or empty */
	char key[JOURNAL_NAME_MAX + 1]; /* its name, or empty */
	bool stream;
	int64_t begun_at; /* Unix time in milliseconds */
	int64_t begun; /* monotonic ns, as all of these */
	int64_t at[JOURNAL_STAGES]; /* 0: it did not come to that */
	int status; /* once it has ended, as the rest */
	const char *code; /* a constant, or NULL for success */
	struct usage usage;
};

/* What ended within a minute. */
struct journal_minute {
	int64_t at; /* Unix seconds of its beginning; 0: none */
	uint64_t revision;
	uint64_t requests, errors;
	uint64_t input, output; /* tokens */
};

/* What can be said of a request before it ends; copied. */
struct journal_about {
	const char *engine; /* a constant */
	const char *model, *codex_model; /* "": not known */
	bool stream;
};

struct journal;

/* NULL: out of memory. All functions below take NULL for no journal. */
struct journal *journal_new(void);
void journal_free(struct journal *j);

/*
 * A request has begun: a handle of its row for the calls below, which do
 * nothing once the row is another's. `key` may be NULL; dialect and engine are
 * constants.
 */
uint64_t journal_begin(struct journal *j, const char *request_id,
    const char *dialect, const char *engine, const char *key);
void journal_describe(
    struct journal *j, uint64_t row, const struct journal_about *about);
/* It has come to this stage now; only the first time counts. */
void journal_reach(struct journal *j, uint64_t row, enum journal_stage stage);
/* It has ended; `code` is a constant, NULL for success. */
void journal_end(struct journal *j, uint64_t row, int status, const char *code,
    const struct usage *usage);

/* ---- reading ---- */

/* A copy, which its reader owns. Zeroed before the first journal_read. */
struct journal_view {
	struct journal_row *rows; /* in the order in which they began */
	size_t n_rows;
	struct journal_minute minutes[JOURNAL_MINUTES]; /* oldest first */
	size_t n_minutes;
	uint64_t revision; /* to be handed in the next time */
	bool closed;
};

typedef void journal_hook_fn(void *arg);

/* Embedded in its owner; zeroed before journal_watch. */
struct journal_watcher {
	journal_hook_fn *hook;
	void *arg;
	struct journal_watcher *prev, *next; /* private, as `told` */
	bool told;
};

/*
 * Has `hook` called when something changes that he has not read yet, also once
 * at the close. Errors: -EPIPE closed, -ENOSPC there are JOURNAL_WATCHERS.
 */
MUST_CHECK int journal_watch(struct journal *j, struct journal_watcher *w,
    journal_hook_fn *hook, void *arg);
/* After it no hook runs or will. May be repeated, also before a watch. */
void journal_unwatch(struct journal *j, struct journal_watcher *w);

/*
 * What has changed since that revision (0: all there is). `w` is the watcher
 * who reads, or NULL. journal_view_free when it is done with.
 * Errors: -ENOMEM; the view is then empty.
 */
MUST_CHECK int journal_read(struct journal *j, struct journal_watcher *w,
    uint64_t since, struct journal_view *ret_view);
void journal_view_free(struct journal_view *v);

/* Nobody watches any more: wakes all who do. May be repeated. */
void journal_close(struct journal *j);
bool journal_is_closed(struct journal *j);

/* ---- as text: errors are those of buf ---- */

/* {"rows":[...],"minutes":[...]} and a newline. `now` is clock_now(). */
MUST_CHECK int
journal_json(const struct journal_view *v, int64_t now, struct buf *out);
/* The same as server-sent events, one a row and a minute. */
MUST_CHECK int
journal_events(const struct journal_view *v, int64_t now, struct buf *out);

#endif
