/*
 * spending.h - the tokens of one choice: as Codex tells them, or an estimate
 * where the answer was cut off before. Pure.
 *
 * Life cycle: zero-initialise; nothing to free. Threads: one at a time.
 */
#ifndef DIALECT_SPENDING_H
#define DIALECT_SPENDING_H

#include "conversation/event.h"
#include "conversation/generation.h"
#include "conversation/size.h"

struct spending {
	struct usage told;
	struct size_meter said; /* what the model has written */
	bool counted; /* Codex has told */
	bool cut; /* the answer was, so that Codex may not tell */
};

/* Takes note of any event of the choice, whether it is used or not. */
void spending_note(struct spending *s, const struct event *e);

/* Adds what was spent on this request to `sum`. */
void spending_add(const struct spending *s, const struct generation *request,
    struct usage *sum);

#endif
