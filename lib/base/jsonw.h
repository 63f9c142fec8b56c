/*
 * jsonw.h - writing JSON straight into a buffer.
 *
 * Streams produce the same few shapes a hundred thousand times a second;
 * these append them without a tree in between. The caller writes the commas
 * and brackets; strings and numbers are encoded here. jsonw_value is for trees
 * that there are anyway.
 * Errors are those of buf. Any thread.
 */
#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Appends a quoted JSON string. `s` should be UTF-8; each byte that is not
 * part of a well-formed character becomes U+FFFD, so that the output is
 * always valid JSON.
 */
MUST_CHECK int jsonw_string(struct buf *b, const char *s, size_t len);

/* The same for a C string; NULL gives null. */
MUST_CHECK int jsonw_cstring(struct buf *b, const char *s);

/* Appends a decimal integer. */
MUST_CHECK int jsonw_int(struct buf *b, int64_t value);

/* Appends milliseconds with three decimals for a time in nanoseconds. */
MUST_CHECK int jsonw_ms(struct buf *b, int64_t ns);

/* Appends any value without white space, members in the order they have. */
MUST_CHECK int jsonw_value(struct buf *b, const json_t *value);

#endif
