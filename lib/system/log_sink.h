/*
 * log_sink.h - where log lines go, written so that no reader who stops
 * reading (a paused pager, a stopped terminal, a collector that hangs) can
 * hold up who writes.
 *
 *	file       written as it is
 *	socket     with MSG_DONTWAIT
 *	pipe, tty  through a file description of our own that does not block.
 *	           O_NONBLOCK on the one that we were given would be set for
 *	           everybody who shares it, the user's shell among them.
 *	           A pipe is made as large as it may be, for bursts.
 *	           Where it cannot be opened anew (a terminal of another user,
 *	           no /proc, no descriptor left) it is asked before each
 *	           PIPE_BUF bytes whether it takes them: of a pipe that nobody
 *	           else writes to that is as good.
 *
 * Threads: log_sink_write from any, open and close from one while no other
 * writes.
 */
#ifndef SYSTEM_LOG_SINK_H
#define SYSTEM_LOG_SINK_H

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

enum log_sink_way {
	LOG_SINK_PLAIN,
	LOG_SINK_SOCKET,
	LOG_SINK_ASK
};

struct log_sink {
	int fd; /* what is written to */
	int own; /* the description of our own, or -1 */
	enum log_sink_way way;
};

/* What it is before it is opened: written to as it is. */
#define LOG_SINK_INIT(fd) \
	{ \
		(fd), -1, LOG_SINK_PLAIN \
	}

/* Borrows `fd`. Cannot fail: what is not known is written to as it is. */
void log_sink_open(struct log_sink *s, int fd);

/* Closes what it has opened itself. May be repeated. */
void log_sink_close(struct log_sink *s);

/* Bytes written, perhaps fewer than `len`; or -errno, -EAGAIN: no room. */
MUST_CHECK ssize_t log_sink_write(
    const struct log_sink *s, const char *data, size_t len);

#endif
