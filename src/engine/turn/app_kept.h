/*
 * app_kept.h - the table of the threads that one worker's child keeps after an
 * answer: which conversations they go on, and which of them is to go first.
 *
 * An entry stands for a turn of the worker's, by a number; whoever takes it out
 * has the thread. What is doomed is found by nobody any more, and waits for
 * the worker to drop its thread.
 *
 * Life cycle: zeroed; app_kept_clear in the end. Its owner serialises access
 * (the pool's lock).
 */
#ifndef ENGINE_TURN_APP_KEPT_H
#define ENGINE_TURN_APP_KEPT_H

#include "engine/turn/app_record.h"
#include "stats/stats_kept.h"

struct app_kept_entry {
	struct app_kept_entry *next; /* the table's; older */
	uint64_t number; /* never 0 */
	struct digest keys[APP_RECORD_KEYS]; /* chains over what it has */
	struct digest wishes; /* effort, tier, summary, schema */
	bool waiting; /* a turn, for the results of its calls */
	bool effort; /* one was said, which cannot be unsaid */
	size_t bytes; /* of its text */
	int64_t until; /* monotonic ns */
	bool doomed;
	enum stats_kept_eviction why; /* doomed */
};

struct app_kept {
	struct app_kept_entry *first; /* the latest */
	uint64_t last_number;
	size_t n_idle, n_waiting; /* without those that are doomed */
	size_t bytes; /* the same */
};

/* What is looked for. */
struct app_kept_query {
	const struct digest *key; /* the chain over what is known */
	const struct digest *wishes;
	bool results; /* what follows are results */
	bool effort; /* one is said */
};

/* A copy of it gets a number, which is returned. 0: memory is out. */
uint64_t app_kept_add(struct app_kept *k, const struct app_kept_entry *entry);

/*
 * The entry that fits, or NULL with the reason: KEPT_MISS_NEW when none has the
 * key.
 */
struct app_kept_entry *app_kept_find(const struct app_kept *k,
    const struct app_kept_query *q, enum stats_kept_miss *ret_miss);

/* Takes out that of this number; false: it is not there, or doomed. */
bool app_kept_take(struct app_kept *k, uint64_t number);

/* Nobody is to find it any more. */
void app_kept_doom(struct app_kept *k, struct app_kept_entry *entry,
    enum stats_kept_eviction why);

/*
 * Takes out one that is to be dropped: doomed, over its time, or the oldest of
 * more than `most` or of more than LIMIT_KEPT. Its number, or 0 for none.
 */
uint64_t app_kept_next_to_drop(struct app_kept *k, size_t most, int64_t now,
    enum stats_kept_eviction *ret_why);

void app_kept_clear(struct app_kept *k);

#endif
