/*
 * nearest.h - which of the words that there are somebody may have meant. Pure;
 * any thread.
 */
#ifndef OPTIONS_NEAREST_H
#define OPTIONS_NEAREST_H

#include <stddef.h>

enum {
	NEAREST_MAX = 256 /* bytes of a word that are looked at */
};

/*
 * How many letters must be put in, taken out, changed or swapped with their
 * neighbour to make `b` of `a` (the optimal string alignment distance).
 */
size_t nearest_distance(const char *a, const char *b);

/*
 * Looks for the nearest of many. Life cycle: nearest_begin, nearest_offer for
 * each of the words that there are, nearest_end. Borrows them all.
 */
struct nearest {
	const char *word;
	const char *best;
	size_t distance;
};

void nearest_begin(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *candidate);

/*
 * The first of those that are nearest, or NULL when none is near enough to
 * have been meant: a third of its letters may be wrong, one in any case but
 * in words of two, and an end that is left out counts as one.
 */
const char *nearest_end(const struct nearest *n);

#endif
