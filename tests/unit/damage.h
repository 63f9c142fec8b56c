/*
 * damage.h - text with a few bytes changed, left out or added.
 */
#ifndef TESTS_UNIT_DAMAGE_H
#define TESTS_UNIT_DAMAGE_H

#include <string.h>

#include "unit/random.h"

enum {
	DAMAGE_MAX = 2 /* bytes that may be added */
};

/* Bytes that mean something to a reader of JSON. */
static inline char
odd_byte(uint64_t *seed)
{
	static const char bytes[] = "\"\\{}[]:,0123456789u \n\t\x01\x7f\x80\xbf"
				    "\xc0\xc3\xe2\xed\xf0\xf4\xff";

	return bytes[random_below(seed, sizeof(bytes))];
}

/* `bytes` has room for DAMAGE_MAX more; returns the new length. */
static inline size_t
damage(char *bytes, size_t len, uint64_t *seed)
{
	for (size_t k = random_below(seed, DAMAGE_MAX + 1); k > 0 && len > 1;
	     k--) {
		size_t at = random_below(seed, len);

		switch (random_below(seed, 3)) {
		case 0:
			bytes[at] = odd_byte(seed);
			break;
		case 1: /* without this one */
			memmove(bytes + at, bytes + at + 1, --len - at);
			break;
		default: /* one more */
			memmove(bytes + at + 1, bytes + at, len++ - at);
			bytes[at] = odd_byte(seed);
			break;
		}
	}
	return len;
}

#endif
