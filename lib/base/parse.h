/*
 * parse.h - strict parsing of what people type: the whole text must be the
 * value, with nothing before or after it. Pure; any thread.
 *
 * Errors: -EINVAL for text that is no such value, -ERANGE for one outside
 * [min, max]. The result is written only on success.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* A decimal integer; a sign is allowed, white space is not. */
MUST_CHECK int
parse_int(const char *s, int64_t min, int64_t max, int64_t *ret_value);

/*
 * Seconds, possibly with a fraction ("30", "0.5"), into nanoseconds; digits
 * past the ninth are dropped. No exponent, no sign, no unit. The bounds are
 * nanoseconds.
 */
MUST_CHECK int
parse_seconds(const char *s, int64_t min_ns, int64_t max_ns, int64_t *ret_ns);

/* 1, true, yes, on and 0, false, no, off, in any case. */
MUST_CHECK int parse_bool(const char *s, bool *ret_value);

/*
 * MAJOR.MINOR.PATCH at the start of the first word of `s` that begins with a
 * digit ("codex-cli 0.169.0-alpha.1" gives 0, 169, 0).
 */
MUST_CHECK int parse_version(const char *s, unsigned ret_version[3]);

/* True when version `a` comes before `b`. */
bool version_older(const unsigned a[3], const unsigned b[3]);

#endif
