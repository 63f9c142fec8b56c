/*
 * process.h - child processes: started in a process group of
 * their own, watched through a pidfd, ended by escalation, reaped by their
 * owner.
 *
 * Life cycle: fill a process_spec, process_start; the owner polls the fds and
 * talks to the child; process_end stops what still runs of the group and
 * reaps. The owner is the thread that started it, and it alone calls the
 * functions below on that process. No SIGCHLD handler is used or needed.
 *
 * What the child gets: the argv and environment given and nothing else of
 * ours: signal mask emptied, dispositions reset, every other descriptor
 * closed by close-on-exec, the group registered with the guardian
 * (guardian.h) so that it dies with us.
 */
#ifndef SYSTEM_PROCESS_H
#define SYSTEM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/compiler.h"

struct process_spec {
	const char *path; /* executable, found without PATH; absolute */
	char *const *argv; /* NULL-terminated */
	char *const *envp; /* NULL-terminated */
	const char *cwd; /* or NULL: ours */
	bool no_stdin; /* /dev/null instead of a pipe */
};

struct process {
	pid_t pid; /* also the process group; -1 when not running */
	int pidfd; /* readable once the leader has exited */
	int stdin_fd; /* our ends; non-blocking; -1 when closed */
	int stdout_fd;
	int stderr_fd;
	int guardian_slot; /* private */
};

/* What became of a process. */
struct process_status {
	bool signalled; /* ended by a signal; else by exit */
	int code; /* signal number or exit status */
	bool killed; /* process_end had to signal it */
};

/*
 * Starts the child. On success `ret_process` is filled in and belongs to the
 * caller until process_end. Errors: -errno of pipe, pidfd_open or of exec
 * itself (-ENOENT, -EACCES, ...); nothing is left behind then.
 */
MUST_CHECK int
process_start(const struct process_spec *spec, struct process *ret_process);

/* Closes the child's stdin: end of input. */
void process_close_stdin(struct process *p);

/* Sends a signal to the whole group. Harmless when it is gone. */
void process_signal_group(struct process *p, int signo);

/*
 * Ends and reaps: closes all pipes; if the leader still runs, TERM to the
 * group, `grace_ns` later KILL; KILL to what is left of the group in any
 * case; waits for the leader and fills in *ret_status (may be NULL).
 * Afterwards *p is empty; calling it again does nothing.
 * Blocks for at most the grace time plus what the kernel needs for a KILL.
 */
void process_end(
    struct process *p, int64_t grace_ns, struct process_status *ret_status);

/* Resident memory of a process in bytes, or 0 when that cannot be read. */
int64_t process_rss(pid_t pid);

/* Writes "exit status 1" or "signal 11 (Segmentation fault)" into `out`. */
enum {
	PROCESS_OBITUARY_MAX = 64
};
void process_obituary(
    const struct process_status *st, char out[PROCESS_OBITUARY_MAX]);

/*
 * Runs a command to its end with stdin from /dev/null and collects its
 * output into the two buffers (their caps bound it: what is over is read and
 * dropped). Ends it when `deadline` passes (-ETIMEDOUT) or when `abort_fd`
 * (or -1) becomes readable (-ECANCELED). Errors: those of process_start.
 */
MUST_CHECK int
process_capture(const struct process_spec *spec, int64_t deadline, int abort_fd,
    struct buf *out, struct buf *err, struct process_status *ret_status);

#endif
