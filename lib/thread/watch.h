/*
 * watch.h - one thread that watches client sockets for hang-ups and calls
 * back at deadlines.
 *
 * libmicrohttpd does not notice that the client of a suspended connection
 * has gone, nor does it call at a time; this does both, with one epoll
 * instance and a heap of deadlines. While nothing is due the thread sleeps.
 *
 * Lock: one mutex, held while a callback runs. That makes watch_remove
 * synchronous: after it returns no callback of that entry is running or will
 * run. So callbacks are short, may take locks that are below the watch's
 * (channel, park), and never call the watch; and nobody calls the watch while
 * holding such a lock.
 */
#ifndef THREAD_WATCH_H
#define THREAD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct watch;

enum {
	/*
	 * Most bytes that may wait unread in a watched socket. Less than half
	 * of the 128 KiB that a TCP socket has room for by default: with a
	 * window of zero a FIN does not come through.
	 */
	WATCH_UNREAD_MAX = 32 * 1024
};

enum watch_event {
	/*
	 * The peer closed or reset, or has sent so much that nobody reads that
	 * its close could not be seen behind it; reported once.
	 */
	WATCH_HANGUP,
	WATCH_DEADLINE /* the deadline has come; reported once per setting */
};

typedef void watch_fn(void *arg, enum watch_event event);

/* Embedded in its owner. Zero it before watch_add. */
struct watch_entry {
	watch_fn *fn;
	void *arg;
	int fd; /* or -1 */
	int64_t deadline; /* under the watch's lock */
	size_t heap_index; /* private */
	uint64_t id; /* private */
	bool added; /* under the watch's lock */
	bool gone; /* private: the hang-up was told */
};

/* Starts the thread. Errors: -errno. */
MUST_CHECK int watch_start(struct watch **ret_watch);

/* Stops and joins the thread and frees the watch; no entry may be left. */
void watch_stop(struct watch *w);

/*
 * Watches the socket `fd` (-1: none) for the peer's close or reset, and calls
 * `fn` at `deadline` (CLOCK_NEVER: never). A half-close counts as a close, and
 * so does more input than WATCH_UNREAD_MAX. Data that arrives is not touched.
 * Errors: -ENOMEM, -errno of epoll_ctl; the entry is then not added.
 */
MUST_CHECK int watch_add(struct watch *w, struct watch_entry *e, int fd,
    int64_t deadline, watch_fn *fn, void *arg);

/* Sets another deadline. Nothing happens if the entry is not added. */
void
watch_set_deadline(struct watch *w, struct watch_entry *e, int64_t deadline);

/* Takes the entry out. See above. May be repeated. */
void watch_remove(struct watch *w, struct watch_entry *e);

#endif
