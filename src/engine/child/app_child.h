/*
 * app_child.h - one `codex app-server` process: its pipes, its lines, and its
 * end.
 *
 * Life cycle: app_child_start; the owner polls the descriptors of `process`
 * and calls app_child_read and _flush; app_child_close begins
 * its end, which app_child_escalate drives on; app_child_reap when the process
 * has exited; app_child_free. The owner is one worker thread.
 *
 * Requests are appended to `out` and leave together at the next flush, so
 * that all that one pass of the owner's loop says is one write.
 */
#ifndef ENGINE_CHILD_APP_CHILD_H
#define ENGINE_CHILD_APP_CHILD_H

#include "json/jsonl.h"
#include "rpc/rpc_events.h"
#include "settings/settings.h"
#include "engine/child/app_pulse.h"
#include "engine/setup/codex.h"
#include "engine/child/stderr_tail.h"
#include "system/process.h"

struct app_turn;

enum app_child_end {
	APP_END_NOT,
	APP_END_INPUT, /* its stdin is closed */
	APP_END_TERM,
	APP_END_KILL
};

struct app_child {
	struct process process;
	struct codex *codex; /* reference */
	int64_t started; /* monotonic ns */

	struct buf out; /* requests; from out_sent on not written yet */
	size_t out_sent;
	bool stuck; /* its pipe did not take all of it */
	int64_t last_id; /* of our requests */
	int64_t patient_until; /* no answer is late before; monotonic ns */
	struct buf in;
	struct jsonl lines;
	struct stderr_tail errors;
	struct app_pulse pulse; /* fed here; judged by the owner */

	int64_t quota_resets_at; /* Unix seconds, when it is used up; else 0 */
	/* For the turns: bytes that it may be decoding images to, and the one
	 * that is to be next, or NULL. */
	uint64_t decoding;
	const struct app_turn *decodes_next;

	bool exited; /* and reaped */
	enum app_child_end ending;
	int64_t end_by; /* when the next step of the end is due */
};

/*
 * Starts one with the argv of codex_command. A reference to `codex` is taken.
 * Errors: -errno; nothing is left behind.
 */
MUST_CHECK int app_child_start(const struct settings *s, struct codex *codex,
    struct app_child **ret_child);

/* A fresh id for a request. */
int64_t app_child_next_id(struct app_child *c);

/* Bytes that wait to be written. */
size_t app_child_backlog(const struct app_child *c);

/*
 * Writes what the pipe takes. -EPIPE: it has closed its stdin, and so have we;
 * what is still to be said is dropped from then on.
 */
MUST_CHECK int app_child_flush(struct app_child *c);

/*
 * One read of stdout; calls `fn` for each event of it until that returns
 * other than 0, which is then the result. A line over limit_child_line is an
 * event, too. -EPIPE at the end of its output, -EINVAL for a line that is none
 * of the protocol, -ENOMEM.
 */
typedef int app_child_event_fn(void *arg, const struct rpc_event *e);
MUST_CHECK int
app_child_read(struct app_child *c, app_child_event_fn *fn, void *arg);

/* Begins its end at this step; later steps are never undone. */
void app_child_close(struct app_child *c, enum app_child_end how);

/* Takes the next step when it is due. */
void app_child_escalate(struct app_child *c, int64_t now);

/* It has exited: reaps it, and writes into `obituary` how it ended. */
void app_child_reap(struct app_child *c, char obituary[PROCESS_OBITUARY_MAX]);

/* Frees it; what still runs is killed and reaped first. */
void app_child_free(struct app_child *c);

#endif
