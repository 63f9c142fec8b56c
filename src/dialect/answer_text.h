/*
 * answer_text.h - the text of one choice's answer on its way to the writer:
 * JSON is taken out of what stands around it, and all is kept for the check of
 * the format; then the stop strings cut. Pure.
 *
 * Life cycle: answer_text_init; feed, finish at the end of each text that is
 * one to the stop strings; answer_text_free. Threads: one at a time.
 */
#ifndef DIALECT_ANSWER_TEXT_H
#define DIALECT_ANSWER_TEXT_H

#include "conversation/error.h"
#include "conversation/fence_filter.h"
#include "conversation/generation.h"
#include "conversation/stop_filter.h"

struct answer_text {
	const struct generation *request; /* borrowed */
	struct fence_filter fence;
	struct stop_filter stop;
	struct buf bare; /* private */
	struct buf whole; /* where its format is checked: the answer so far */
};

void answer_text_init(struct answer_text *t, const struct generation *request);
void answer_text_free(struct answer_text *t);

/* Forgets what it was fed. */
void answer_text_reset(struct answer_text *t);

/* Nothing is done to the text, so that it need not be fed. */
bool answer_text_is_plain(const struct answer_text *t);

/*
 * Takes a piece, and appends to `out` what of all so far can be let through.
 * After a stop string (t->stop.stopped) nothing is. Errors are those of buf.
 */
MUST_CHECK int answer_text_feed(
    struct answer_text *t, const char *text, size_t len, struct buf *out);

/* Appends what was held back. */
MUST_CHECK int answer_text_finish(struct answer_text *t, struct buf *out);

/*
 * Whether the whole answer keeps to its format: 0, or -EINVAL with the error
 * set. What a stop string has left of a JSON document is none.
 */
MUST_CHECK int
answer_text_check(const struct answer_text *t, struct error *ret_error);

#endif
