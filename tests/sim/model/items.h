/*
 * items.h - the output items of a response: added, streamed, done.
 *
 * Life cycle: fill in plan, script and n, then call in the order in which
 * the items shall come. Errors are the plan's.
 */
#ifndef SIM_ITEMS_H
#define SIM_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"
#include "script.h"

struct items {
	struct plan *plan;
	const struct script *script; /* split, gap, cut */
	uint64_t n; /* number of the request */
	int64_t index; /* of the next item */
};

/*
 * An assistant message. `unfinished` leaves out everything after its
 * deltas, which end after script->cut of them when that is not negative.
 */
void items_message(struct items *it, const struct buf *text, const char *phase,
    bool unfinished);

/*
 * A reasoning item whose summary is one part, or none when it is NULL. What is
 * sealed of it comes with its end; NULL: nothing.
 */
void items_reasoning(struct items *it, const char *summary, const char *sealed);

/*
 * A function call, NAME or NAMESPACE/NAME; its arguments come in two deltas, or
 * only the first does.
 */
void items_call(
    struct items *it, const char *name, const char *arguments, bool half_only);

#endif
