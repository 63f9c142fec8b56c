/*
 * app_odd.h - what a turn should not do, outside of its stages.
 */
#ifndef FAKE_APP_ODD_H
#define FAKE_APP_ODD_H

#include "app_turn.h"

/* The end of the process, if it is to come after the deltas said so far. */
void odd_death_after(struct turn *t);

/* What the process does from the start of this turn on. */
void odd_start(const struct turn *t);

/* What comes behind turn/completed. */
void odd_end(struct turn *t);

#endif
