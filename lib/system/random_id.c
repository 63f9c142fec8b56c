#include "system/random_id.h"

#include <string.h>
#include <sys/random.h>

#include "base/compiler.h"

/*
 * The bytes come many at a time: one call into the kernel serves a dozen
 * names. getrandom gives so few at once, whole.
 */
struct pool {
	unsigned char bytes[256];
	size_t left; /* at the end of `bytes` */
};

static const unsigned char *
take(size_t n)
{
	static _Thread_local struct pool p;

	if (p.left < n) {
		p.left = sizeof(p.bytes);
		if (getrandom(p.bytes, p.left, 0) != (ssize_t)p.left)
			memset(p.bytes, 0, p.left);
	}
	p.left -= n;
	return p.bytes + p.left;
}

void
random_id(char *out, size_t size, const char *prefix, size_t bytes)
{
	static const char hex[] = "0123456789abcdef";
	size_t len = strlen(prefix);
	const unsigned char *from;

	BUG_ON(bytes == 0 || bytes > RANDOM_ID_BYTES_MAX ||
	    len + 2 * bytes >= size);
	from = take(bytes);
	memcpy(out, prefix, len);
	for (size_t i = 0; i < bytes; i++) {
		out[len++] = hex[from[i] >> 4];
		out[len++] = hex[from[i] & 15];
	}
	out[len] = '\0';
}
