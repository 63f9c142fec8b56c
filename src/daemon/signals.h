/*
 * signals.h - the signals by which the server is told things, and how its own
 * commands send one.
 *
 * They are blocked in all threads and read from a descriptor, so that no
 * handler ever runs. SIGTERM and SIGINT end it, SIGHUP has it read files
 * again. A SIGTERM that was queued with a value (sigqueue(3)) says, too, how
 * long the drain may take: milliseconds and one more. Main thread.
 */
#ifndef DAEMON_SIGNALS_H
#define DAEMON_SIGNALS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/* How long a drain may take, when nobody has said so. */
#define SIGNALS_DRAIN_UNSAID INT64_C(-1)

/*
 * Before threads. Returns the descriptor, which is non-blocking, or -errno.
 * SIGPIPE and SIGXFSZ are ignored from here on: writes say EPIPE, EFBIG.
 */
MUST_CHECK int signals_take(void);

/*
 * Waits for the next signal; 0 when the watchdog wants to hear from us first.
 * With one that ends the server *ret_drain is nanoseconds, or
 * SIGNALS_DRAIN_UNSAID.
 */
int signals_next(int signal_fd, int64_t *ret_drain);

/*
 * Tells the server `pid` to end, and how long its drain may take, in
 * nanoseconds or SIGNALS_DRAIN_UNSAID. Errors: -errno.
 */
MUST_CHECK int signals_send_end(pid_t pid, int64_t drain);

#endif
