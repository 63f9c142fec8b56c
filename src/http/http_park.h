/*
 * http_park.h - suspends a connection until somebody has something to tell
 * it, and resumes it from any thread. The only place that calls
 * MHD_suspend_connection and MHD_resume_connection.
 *
 * DESIGN. It is a binary semaphore over one connection. A wake that comes
 * before the suspend is remembered, so that none is lost: whoever wants to
 * park looks for work first, then calls http_park_suspend, and looks again
 * when that says no. `suspended` is set under the lock together with the
 * call to libmicrohttpd, and a wake resumes under the same lock only what is
 * suspended and not closed; so a resume never meets a connection that is not
 * suspended or no longer there.
 *
 * Lock: one mutex. Below it only libmicrohttpd's own (a resume takes its
 * list mutex and writes to its eventfd; it calls nothing of ours).
 */
#ifndef HTTP_HTTP_PARK_H
#define HTTP_HTTP_PARK_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/compiler.h"

struct http_park {
	pthread_mutex_t lock; /* all below */
	struct MHD_Connection *connection; /* NULL once closed */
	bool woken;
	bool suspended;
};

void http_park_init(struct http_park *p, struct MHD_Connection *connection);

/*
 * The connection's own thread, inside a handler or content reader. True: it
 * is suspended, and the caller returns to libmicrohttpd at once. False: a
 * wake has come since the last look; look again.
 */
MUST_CHECK bool http_park_suspend(struct http_park *p);

/*
 * The connection's own thread: a wake that has come is none. Where from here on
 * nobody but one can wake it, its next wake is his.
 */
void http_park_forget(struct http_park *p);

/* Any thread. Harmless when not suspended or closed. */
void http_park_wake(struct http_park *p);

/* The connection's own thread: the request is over; wakes do nothing more. */
void http_park_close(struct http_park *p);

/* After the last possible wake. */
void http_park_destroy(struct http_park *p);

#endif
