/*
 * pace.h - clients that keep a server waiting: whoever sends a request too
 * slowly is cut, and where a listener has no place left while somebody waits
 * to be accepted, the client that has been silent longest makes way.
 *
 * A time-out of silence alone is renewed by a byte now and then, for ever.
 * Here each stage of a request has a deadline from its beginning, which for
 * bodies grows with what has come. Silence within a stage is not looked at:
 * that is libmicrohttpd's own time-out.
 *
 * Cutting is shutdown(2): the socket's owner then reads its end, and closes
 * it. One thread, which sleeps until the next deadline.
 *
 * Lock: one mutex, under which no other is taken.
 */
#ifndef THREAD_PACE_H
#define THREAD_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/metrics.h"

struct pace;

enum pace_stage {
	PACE_BUSY, /* it is not its client's turn: no deadline */
	PACE_IDLE, /* no request has begun, as far as can be seen */
	PACE_HEAD, /* of a request the first line is there */
	PACE_BODY,
	PACE_REFUSED, /* a body that nobody wants */
	PACE_STAGES
};

struct pace_rule {
	int64_t grace; /* nanoseconds that it may take in any case */
	size_t rate; /* bytes that buy a further second; 0: none do */
	bool makes_way; /* for who waits to be accepted */
};

/* A listener's places. Embedded in its owner; outlives the pace. */
struct pace_room {
	int fd; /* it listens; not owned */
	size_t limit; /* how many its owner accepts at once */

	size_t n; /* private, as all below; under the lock */
	bool cut; /* one makes way already */
	int64_t look_at; /* when there may be one to make way */
};

/* A connection. Embedded in its owner, zeroed before pace_open. */
struct pace_entry {
	int fd; /* not owned */
	struct pace_room *room;

	struct pace_entry *prev, *next; /* private, as all; under the lock */
	enum pace_stage stage;
	int64_t since, due, latest;
	_Atomic uint64_t bytes; /* of this stage's body */
};

/*
 * Starts the thread; rules[PACE_BUSY] is not looked at. `slow` counts those
 * that were cut, `made_way` those that made way; both outlive the pace.
 * Errors: -errno.
 */
MUST_CHECK int pace_start(const struct pace_rule rules[PACE_STAGES],
    struct pace_room *rooms, size_t n_rooms, struct counter *slow,
    struct counter *made_way, struct pace **ret_pace);

/* Stops and joins the thread and frees; no entry may be left. */
void pace_stop(struct pace *p);

/* A connection was accepted; it is idle. Any thread, as all below. */
void
pace_open(struct pace *p, struct pace_entry *e, struct pace_room *room, int fd);

/* Its next stage. `latest`: when this one must be over, however much comes. */
void pace_enter(struct pace *p, struct pace_entry *e, enum pace_stage stage,
    int64_t latest);

/* So much of its body has come. Its owner's thread; costs nothing. */
void pace_received(struct pace_entry *e, size_t n);

/* Before its socket is closed: it is not touched any more. */
void pace_close(struct pace *p, struct pace_entry *e);

#endif
