/*
 * size_generation.h - how many tokens a request takes, estimated (size.h).
 * Pure, takes no memory; any thread.
 */
#ifndef CONVERSATION_SIZE_GENERATION_H
#define CONVERSATION_SIZE_GENERATION_H

#include <stdint.h>

#include "conversation/generation.h"

/*
 * What a model reads of it: items, images, the tools that are offered, the
 * schema of the answer, and what stands around each. Not what is beside it,
 * and nothing for a REFERENCE.
 */
uint64_t size_of_generation(const struct generation *g);

enum {
	SIZE_SOON_MAX = 256 * 1024
};

/*
 * The same for who cannot wait, as the HTTP thread: where that would take
 * over a few milliseconds, for texts of over SIZE_SOON_MAX bytes, only a token
 * for each four bytes.
 */
uint64_t size_of_generation_soon(const struct generation *g);

#endif
