#include "base/arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	BLOCK_MIN = 4096, /* with what stands before its bytes */
	BLOCK_MAX = 256 * 1024
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* of `bytes` */
	size_t used;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *a, size_t cap)
{
	a->blocks = NULL;
	a->cap = cap;
	a->held = 0;
}

void
arena_raise(struct arena *a, size_t more)
{
	a->cap = more > SIZE_MAX - a->cap ? SIZE_MAX : a->cap + more;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b = a->blocks, *next;

	for (; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	arena_init(a, a->cap);
}

/* Bytes that a new block may have at most. */
static size_t
room(const struct arena *a)
{
	size_t left = a->cap - a->held;

	return left > sizeof(struct arena_block)
	    ? left - sizeof(struct arena_block)
	    : 0;
}

/* Twice what there is, within bounds: few blocks, and little of them unused. */
static size_t
usual_size(const struct arena *a)
{
	size_t whole = a->held < BLOCK_MIN ? (size_t)BLOCK_MIN : a->held;
	size_t size = (whole < BLOCK_MAX ? whole : (size_t)BLOCK_MAX) -
	    sizeof(struct arena_block);

	return size < room(a) ? size : room(a);
}

static struct arena_block *
new_block(struct arena *a, size_t size)
{
	struct arena_block *b = NULL;

	if (size <= room(a))
		b = malloc(sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->size = size;
	b->used = 0;
	a->held += sizeof(*b) + size;
	return b;
}

static char *
take(struct arena_block *b, size_t size)
{
	char *piece = b->bytes + b->used;

	b->used += size;
	return piece;
}

/*
 * What would leave much of a block unused gets one of its own, behind the
 * first, which goes on being filled.
 */
static char *
take_new(struct arena *a, size_t size)
{
	bool usual = size <= usual_size(a) / 4;
	struct arena_block *first = a->blocks;
	struct arena_block *b = new_block(a, usual ? usual_size(a) : size);

	if (b == NULL)
		return NULL;
	if (usual || first == NULL) {
		b->next = first;
		a->blocks = b;
	} else {
		b->next = first->next;
		first->next = b;
	}
	return take(b, size);
}

static size_t
aligned(size_t n)
{
	return (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	struct arena_block *b = a->blocks;
	size_t bytes;
	char *piece;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	if (b != NULL && aligned(b->used) <= b->size &&
	    bytes <= b->size - aligned(b->used)) {
		b->used = aligned(b->used);
		piece = take(b, bytes);
	} else {
		piece = take_new(a, bytes);
	}
	return piece != NULL ? memset(piece, 0, bytes) : NULL;
}

int
arena_text(struct arena *a, struct text from, struct text *ret_copy)
{
	struct arena_block *b = a->blocks;
	char *copy;

	if (from.len == SIZE_MAX)
		return -ENOMEM;
	if (b != NULL && from.len < b->size - b->used)
		copy = take(b, from.len + 1);
	else
		copy = take_new(a, from.len + 1);
	if (copy == NULL)
		return -ENOMEM;
	if (from.len > 0)
		memcpy(copy, from.s, from.len);
	copy[from.len] = '\0';
	*ret_copy = (struct text){ copy, from.len };
	return 0;
}

size_t
arena_held(const struct arena *a)
{
	return a->held;
}
