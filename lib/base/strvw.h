/*
 * strvw.h - adds strings to a vector in straight lines, as bufw.h does with
 * bytes: the first error sticks, and is looked at once, at the end.
 *
 *	strvw_begin(&w, argv);
 *	strvw_add_all(&w, binary, "exec", "--json", NULL);
 *	if (model != NULL)
 *		strvw_addf(&w, "--model=%s", model);
 *	return strvw_end(&w);
 *
 * After the first error nothing more is added, and strvw_end takes back what
 * was. Threads: those of the vector.
 */
#ifndef BASE_STRVW_H
#define BASE_STRVW_H

#include "base/strv.h"

/* Private. */
struct strvw {
	struct strv *out;
	size_t start; /* how many there were */
	int error;
};

void strvw_begin(struct strvw *w, struct strv *out);

/* 0, or the first error (of strv, or given to strvw_fail). */
MUST_CHECK int strvw_end(struct strvw *w);

void strvw_add(struct strvw *w, const char *s);
void strvw_addf(struct strvw *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strvw_add_all(struct strvw *w, ...) __attribute__((sentinel));

/* Notes the error of another function's; 0 is none. */
void strvw_fail(struct strvw *w, int error);

#endif
