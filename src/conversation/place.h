/*
 * place.h - where in the caller's request something was written.
 */
#ifndef CONVERSATION_PLACE_H
#define CONVERSATION_PLACE_H

#include <stdint.h>

/* In the place of an index: all of it, or unknown which. */
#define PLACE_ALL UINT32_MAX

/*
 * `outer` is the index in the caller's list (a message, an item, a tool),
 * `inner` the one in that (a part, a block, a call).
 */
struct place {
	uint32_t outer, inner;
};

#define PLACE_NONE ((struct place){ PLACE_ALL, PLACE_ALL })

#endif
