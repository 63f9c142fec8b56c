/*
 * exec_run.h - one `codex exec` process, from start to obituary.
 *
 * DESIGN. One poll loop watches the child's stdin (as long as prompt is left
 * to write; writes never block), stdout, stderr, its pidfd and the worker's
 * wake descriptor. What it can do when it has ended for one of the reasons
 * below is decided in one place, exec_run itself.
 *
 *	reason          how it is seen
 *	final event     turn.completed or turn.failed on stdout
 *	death           the pidfd: it exited without a final event
 *	silence         stdout was closed, and it does not exit
 *	overflow        a line over LIMIT_EXEC_LINE
 *	deadline        the job's own
 *	cancelled       the job's channel, through the wake descriptor
 *
 * The answer is handed on at the final event, before the process has exited;
 * the rest of its life is then bounded by EXEC_EXIT_GRACE.
 */
#ifndef ENGINE_EXEC_EXEC_RUN_H
#define ENGINE_EXEC_EXEC_RUN_H

#include "base/limits.h"
#include "settings/settings.h"
#include "stats/stats.h"
#include "engine/setup/codex.h"
#include "engine/job.h"

/* Between TERM and KILL; a client's hang-up is over within a second. */
#define EXEC_KILL_GRACE (500 * NS_PER_MS)
/* After the last event, or after stdout was closed. */
#define EXEC_EXIT_GRACE (2 * NS_PER_S)

enum exec_outcome {
	EXEC_ENDED, /* the job has its final event */
	EXEC_DIED /* crashed before any output was handed on: may be retried,
	               and the job has not ended */
};

/*
 * Runs Codex once for `j`. `wake_fd` is an eventfd that the job's cancel hook
 * writes to. When `last_try`, a crash ends the job, too. Returns what became
 * of it; the process and its files are gone in any case. Worker threads.
 */
enum exec_outcome exec_run(const struct settings *s, struct stats *stats,
    const struct codex *codex, struct job *j, int wake_fd, bool last_try);

#endif
