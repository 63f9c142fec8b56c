/*
 * api_unread.h - how much of an answer waits for its client, as it counts in
 * what all clients have not taken yet (limits.h). HTTP thread.
 */
#ifndef API_API_UNREAD_H
#define API_API_UNREAD_H

#include "thread/budget.h"

struct api_unread {
	struct budget *all;
	size_t n; /* of it, this answer's */
};

/* So many bytes wait from now on. */
void api_unread_set(struct api_unread *u, size_t n);

/* A whole answer waits at once, or, when it finds no room, not at all. */
bool api_unread_take(struct api_unread *u, size_t len);

#endif
