/*
 * signal_watch.h - a thread that hears SIGTERM and SIGINT while main waits
 * for something else: for Codex at start, for requests in a drain.
 *
 * Life cycle: signal_watch_start, signal_watch_stop; main thread. In between
 * the signals' descriptor belongs to the watch.
 */
#ifndef DAEMON_SIGNAL_WATCH_H
#define DAEMON_SIGNAL_WATCH_H

#include <pthread.h>
#include <stdbool.h>

struct signal_watch {
	int signal_fd;
	int done_fd; /* eventfd: no longer wanted */
	void (*fn)(void *arg);
	void *arg;
	pthread_t thread;
	bool started;
	bool heard; /* for main, after signal_watch_stop */
};

/*
 * Calls `fn` on the thread at the first SIGTERM or SIGINT; once. When it
 * cannot be started signals wait until main reads them.
 */
void signal_watch_start(
    struct signal_watch *w, int signal_fd, void (*fn)(void *arg), void *arg);

/* Ends the thread. */
void signal_watch_stop(struct signal_watch *w);

#endif
