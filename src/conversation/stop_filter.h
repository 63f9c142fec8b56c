/*
 * stop_filter.h - cuts a text that arrives in pieces at the first of up to
 * four stop strings. Pure.
 *
 * What could be the beginning of a stop string is held back until it is
 * known not to be one; never is a part of one let through.
 * Life cycle: stop_filter_init, feed..., finish, stop_filter_free.
 */
#ifndef CONVERSATION_STOP_FILTER_H
#define CONVERSATION_STOP_FILTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/text.h"

enum {
	STOP_FILTER_STRINGS = 4
};

struct stop_filter {
	const struct text *stop; /* borrowed; none is empty */
	size_t n_stop;
	size_t longest;
	struct buf held; /* the text's end that may begin a stop string */
	bool stopped;
	size_t which; /* of the strings has stopped it */
};

void
stop_filter_init(struct stop_filter *f, const struct text *stop, size_t n_stop);
void stop_filter_free(struct stop_filter *f);

/* Forgets what it was fed. */
void stop_filter_reset(struct stop_filter *f);

/*
 * Takes a piece and appends to `out` what can be let through. After the stop
 * string was found (f->stopped) everything is swallowed. When several match,
 * the one that begins first cuts, whatever the pieces; of those that begin
 * together the first in the list.
 * Errors are those of buf; the piece is then not taken in.
 */
MUST_CHECK int stop_filter_feed(
    struct stop_filter *f, const char *text, size_t len, struct buf *out);

/*
 * The text is over: lets through what was held back, or what stands before
 * a stop string in it that a longer one, now impossible, kept undecided. What
 * is fed after that is another text.
 */
MUST_CHECK int stop_filter_finish(struct stop_filter *f, struct buf *out);

#endif
