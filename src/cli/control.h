/*
 * control.h - the commands that act on a server from outside: start in the
 * background, stop, status; and what restart makes of them.
 *
 * Main thread.
 */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "settings/settings.h"

/* Take the words behind the command's name; return the exit status. */
int control_start(char **argv);
int control_stop(char **argv);
int control_status(char **argv);

/* What start and restart are told besides the server's options. */
struct manner {
	bool foreground;
	bool verbose;
	json_t *before; /* restart: the settings of the server before; owned */
};

/* Takes the words for it out of argv. */
void manner_take(struct manner *m, char **argv);

/*
 * Starts the server; until it is up, or, in the foreground, until its end.
 * Hides secrets in argv. Returns the exit status.
 */
int control_start_with(
    const struct settings *s, char **argv, const struct manner *m);

/*
 * --drain-seconds, if it is among what was given, in nanoseconds; else
 * SIGNALS_DRAIN_UNSAID (daemon/signals.h).
 */
int64_t control_given_drain(const struct settings *s);

/*
 * Ends the server of these files and waits for it, which a terminal shows;
 * `drain` as above. 0: it has stopped; -ESRCH: nothing ran; -EPERM: the lock
 * is held by somebody who is no server; -ETIMEDOUT or another -errno.
 * *ret_pid is who that was, or 0.
 */
MUST_CHECK int
control_end(const struct settings *s, int64_t drain, pid_t *ret_pid);

/*
 * Says what became of it, which began at `since` (monotonic ns). Returns the
 * exit status.
 */
int
control_report_end(const struct settings *s, int rc, pid_t pid, int64_t since);

#endif
