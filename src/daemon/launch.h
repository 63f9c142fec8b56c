/*
 * launch.h - how the outcome of a start reaches whoever asked for it.
 *
 * In the foreground that is stderr. In the background the server runs in a
 * child; it tells the waiting parent over a pipe: what it waits for, warnings,
 * and then either that it is up or why it is not. A child that dies without a
 * word closes the pipe, which says enough.
 *
 * Life cycle: launch_foreground, or launch_fork, whose child goes on with the
 * server while the parent calls launch_wait. Main thread.
 */
#ifndef DAEMON_LAUNCH_H
#define DAEMON_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

struct launch {
	int pipe_fd; /* -1 in the foreground */
	pid_t child; /* in the parent; 0 elsewhere */
};

void launch_foreground(struct launch *l);

/*
 * Forks. The child leads a session of its own, with / as its directory and
 * stdin and stdout at /dev/null. It gets SIGTERM when the parent ends before
 * launch_succeeded. Errors: -errno.
 */
MUST_CHECK int launch_fork(struct launch *l);

/*
 * The server: what it waits for from now on. In the background, on a terminal
 * and when the start takes long, the parent shows the latest (progress.h).
 */
void launch_step(struct launch *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The server: a line for whoever starts it in the background. */
void launch_warning(struct launch *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The server: it cannot start. One line. */
void launch_failed(struct launch *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The server: it is up. Closes the pipe. */
void launch_succeeded(struct launch *l);

/*
 * The parent: shows what it is told until the server is up (true) or is not
 * (false; the reason has been printed). A child that says nothing for
 * `patience` nanoseconds is killed.
 */
bool launch_wait(struct launch *l, int64_t patience);

#endif
