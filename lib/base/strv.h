/*
 * strv.h - a growing, NULL-terminated vector of owned strings: argv, envp,
 * lists of option values.
 *
 * Life cycle: strv_init, additions, strv_free. `v` is NULL until the first
 * addition and NULL-terminated after it. Threads: none of its own.
 * Errors: -ENOMEM, -E2BIG past STRV_MAX; the vector is then unchanged.
 */
#ifndef BASE_STRV_H
#define BASE_STRV_H

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"

enum {
	STRV_MAX = 65536
};

struct strv {
	char **v;
	size_t n;
	size_t size; /* slots allocated */
};

void strv_init(struct strv *sv);
void strv_free(struct strv *sv);

/* Drops the strings from index `n` (at most sv->n) on. */
void strv_truncate(struct strv *sv, size_t n);

/* Appends a copy of `s`. */
MUST_CHECK int strv_add(struct strv *sv, const char *s);

/* Appends a formatted string. */
MUST_CHECK int
strv_addf(struct strv *sv, const char *fmt, ...) PRINTF_LIKE(2, 3);
MUST_CHECK int
strv_vaddf(struct strv *sv, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* Appends copies of the NULL-terminated strings that follow. */
MUST_CHECK int strv_add_all(struct strv *sv, ...) __attribute__((sentinel));

/* Appends copies of all strings of the NULL-terminated `v` (may be NULL). */
MUST_CHECK int strv_add_vector(struct strv *sv, char *const *v);

/*
 * Sets NAME=VALUE in an environment vector, replacing an entry of that name.
 */
MUST_CHECK int
strv_env_set(struct strv *sv, const char *name, const char *value);

/* Value of NAME in an environment vector, or NULL. Borrowed. */
const char *strv_env_get(const struct strv *sv, const char *name);

/* Removes all entries whose NAME starts with `prefix`. */
void strv_env_drop_prefix(struct strv *sv, const char *prefix);

/* Removes NAME if it is there. */
void strv_env_unset(struct strv *sv, const char *name);

#endif
