/*
 * random_id.h - names that nobody else has, for requests and answers. Any
 * thread. Not for secrets: what is left of the kernel's bytes stays in memory.
 */
#ifndef SYSTEM_RANDOM_ID_H
#define SYSTEM_RANDOM_ID_H

#include <stddef.h>

enum {
	RANDOM_ID_BYTES_MAX = 16
};

/*
 * Writes `prefix` and `bytes` (1 to RANDOM_ID_BYTES_MAX) random bytes in
 * hexadecimal into `out`, which has `size` bytes, enough for it. All zeros if
 * the kernel has none to give.
 */
void random_id(char *out, size_t size, const char *prefix, size_t bytes);

#endif
