/*
 * running.h - the server that runs, as the commands see it: who holds the pid
 * file, and what that process says over its private socket.
 *
 * Life cycle: running_find, running_free. Main thread.
 */
#ifndef CLIENT_RUNNING_H
#define CLIENT_RUNNING_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "settings/settings.h"

struct running {
	pid_t pid; /* as the pid file has it; 0: nothing runs, or unknown */
	bool listens; /* it is that process which has the private socket */
	json_t *about; /* GET /private/server, an object; NULL: no answer */
	json_t *readiness; /* GET /ready, an object; NULL: no answer */
	bool ready;
};

/*
 * Looks whose --pid-file and --state-file these are, and asks it. Returns 0
 * when one runs, whether it answers or not; else, with nothing found, -ENOENT,
 * -ESRCH for a stale pid file, -EINVAL for one that is no pid file, or another
 * -errno. `ret_running` is to be freed in each case.
 */
MUST_CHECK int
running_find(const struct settings *s, struct running *ret_running);
void running_free(struct running *r);

/*
 * Asks the server that was found for another path; the answer must be an
 * object and its status 200. A new reference, or NULL.
 */
json_t *running_ask(
    const struct settings *s, const struct running *r, const char *path);

/*
 * Connects to the server that was found; *ret_fd is non-blocking. Errors:
 * -errno, -ETIMEDOUT past `deadline` (monotonic ns).
 */
MUST_CHECK int running_connect(const struct settings *s,
    const struct running *r, int64_t deadline, int *ret_fd);

/* A setting as the running server has it, secrets redacted; or NULL. */
const char *running_setting(const struct running *r, const char *name);

/* Why it is not ready: "draining, no worker initialised"; or nothing. */
void running_reasons(const struct running *r, struct buf *out);

#endif
