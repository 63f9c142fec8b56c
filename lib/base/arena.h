/*
 * arena.h - memory for many small things that live and die together.
 *
 * Life cycle: arena_init; pieces are taken one by one and never given back by
 * themselves; arena_free gives back all of them. Pieces do not move.
 * Bounded: it never holds more than `cap` bytes.
 * Threads: one at a time while pieces are taken.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/compiler.h"
#include "base/text.h"

struct arena_block;

/* Private, but for arena_init. */
struct arena {
	struct arena_block *blocks; /* the first one has room yet */
	size_t cap;
	size_t held; /* bytes of all blocks */
};

/* `cap`: most bytes that it may hold, what it needs for itself included. */
void arena_init(struct arena *a, size_t cap);

/* Lets it hold `more` bytes more. */
void arena_raise(struct arena *a, size_t more);

/* Frees all pieces; the arena is as after arena_init. */
void arena_free(struct arena *a);

/*
 * `n` things of `size` bytes, zeroed and aligned for any type. NULL: out of
 * memory, or over the cap. Not NULL when they are none.
 */
MUST_CHECK void *arena_array(struct arena *a, size_t n, size_t size);

/*
 * A copy of `from` with a NUL behind it; `ret_copy` may be `from`. -ENOMEM:
 * out of memory, or over the cap.
 */
MUST_CHECK int
arena_text(struct arena *a, struct text from, struct text *ret_copy);

/* Bytes that it holds now. */
size_t arena_held(const struct arena *a);

#endif
