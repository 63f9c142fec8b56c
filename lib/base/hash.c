#include "base/hash.h"

uint64_t
hash_bytes(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}
