/*
 * oom.h - makes the n-th allocation of the code under test fail.
 *
 * All unit tests are linked with UNIT_WRAP (configure.ac), which sends malloc,
 * calloc and realloc of all objects linked in through oom.c. Allocations
 * inside shared libraries are not counted; those of Check may be, so no
 * assertion while oom_left is set. One thread only.
 *
 *	OOM_EACH(call, check) runs `call` again and again, letting another
 *	allocation fail each time, and `check` after each failure, until it
 *	gets through without one.
 */
#ifndef TESTS_OOM_H
#define TESTS_OOM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* Allocations yet to succeed; negative: none fails. */
extern long oom_left;

/* Ends the counting; true when an allocation was made to fail. */
static inline bool
oom_fired(void)
{
	bool fired = oom_left < 0;

	oom_left = -1;
	return fired;
}

#define OOM_EACH(call, check) \
	do { \
		for (long oom_n = 0;; oom_n++) { \
			int oom_r; \
\
			oom_left = oom_n; \
			oom_r = (call); \
			if (!oom_fired()) { \
				ck_assert_int_eq(oom_r, 0); \
				/* Or nothing was tested. */ \
				ck_assert_int_gt(oom_n, 0); \
				break; \
			} \
			ck_assert_int_eq(oom_r, -ENOMEM); \
			check; \
		} \
	} while (0)

#endif
