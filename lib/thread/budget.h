/*
 * budget.h - one count of something that many take of and give back, with a
 * bound. Any thread; no lock.
 */
#ifndef THREAD_BUDGET_H
#define THREAD_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
	_Atomic size_t used;
	size_t max; /* set once */
};

static inline size_t
budget_used(const struct budget *b)
{
	return atomic_load_explicit(&b->used, memory_order_relaxed);
}

/* Takes `n` in any case. */
static inline void
budget_add(struct budget *b, size_t n)
{
	atomic_fetch_add_explicit(&b->used, n, memory_order_relaxed);
}

static inline void
budget_give(struct budget *b, size_t n)
{
	atomic_fetch_sub_explicit(&b->used, n, memory_order_relaxed);
}

/* Takes `n` if they are there; else none. */
static inline bool
budget_take(struct budget *b, size_t n)
{
	size_t used = budget_used(b);

	do {
		if (used > b->max || n > b->max - used)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&b->used, &used,
	    used + n, memory_order_relaxed, memory_order_relaxed));
	return true;
}

#endif
