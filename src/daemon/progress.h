/*
 * progress.h - one line on a terminal that says what is waited for, rewritten
 * in place and removed at the end. What is over soon is not shown at all.
 *
 * On anything but a terminal nothing is ever written. Nothing here waits: the
 * caller calls progress_tick once progress_deadline has come. Main thread.
 */
#ifndef DAEMON_PROGRESS_H
#define DAEMON_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

enum {
	PROGRESS_MAX = 200 /* bytes of a text that are kept */
};

struct progress {
	int fd; /* borrowed; -1: no terminal */
	int64_t show_at; /* the deadline before which nothing is shown */
	char text[PROGRESS_MAX]; /* empty: none */
	size_t shown; /* columns in use on the terminal */
};

/* Shows nothing before `show_at` (monotonic clock). */
void progress_init(struct progress *p, int fd, int64_t show_at);

/* Takes the place of the text before; shown at once if it is time. */
void progress_set(struct progress *p, const char *text);

/* When a text that is kept back is due; CLOCK_NEVER: none is. */
int64_t progress_deadline(const struct progress *p);
void progress_tick(struct progress *p);

/* Takes the line off, for other output. The next progress_tick shows it. */
void progress_hide(struct progress *p);

#endif
