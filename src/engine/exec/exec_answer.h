/*
 * exec_answer.h - makes the events of a job from the lines of one
 * `codex exec --json`.
 *
 * exec does not tell an answer from a comment on the way: the last agent
 * message of the turn is the answer, so each is held until the next one (then
 * it was commentary) or the end of the turn.
 * Life cycle: init, a line at a time, free. The thread that runs the job.
 */
#ifndef ENGINE_EXEC_EXEC_ANSWER_H
#define ENGINE_EXEC_EXEC_ANSWER_H

#include <stdbool.h>

#include "base/buf.h"
#include "engine/job.h"

struct exec_answer {
	struct job *job;
	struct buf message; /* the newest agent message */
	bool has_message;
	unsigned n_items; /* that were handed on */
	bool handed_on; /* anything was: a crash cannot be retried */
	bool final; /* the job has its final event */
	bool to_be_ended; /* final, and Codex would go on */
	char *complaint; /* last error line that was not final, or NULL */
};

void exec_answer_init(struct exec_answer *a, struct job *j);
void exec_answer_free(struct exec_answer *a);

/*
 * Takes one line of stdout. Lines that are not JSON are skipped. At
 * turn.completed the answer is checked against its format and the job
 * is ended; at turn.failed it is failed.
 * Errors: those of job_push; -ENOMEM.
 */
MUST_CHECK int
exec_answer_line(struct exec_answer *a, const char *line, size_t len);

#endif
