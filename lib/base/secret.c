#include "base/secret.h"

#include <string.h>

bool
secret_equal(const char *expected, const char *presented, size_t presented_len)
{
	unsigned differs = 0;
	size_t at = 0;

	/*
	 * No strlen: it would take a time that tells the expected length.
	 * `at` stays on the NUL once it is there, without a branch.
	 */
	for (size_t i = 0; i < presented_len; i++) {
		unsigned e = (unsigned char)expected[at];

		differs |= e ^ (unsigned char)presented[i];
		differs |= e == 0;
		at += e != 0;
	}
	differs |= (unsigned char)expected[at];
	return differs == 0;
}

const char *
secret_redacted(const char *secret)
{
	return secret != NULL && *secret != '\0' ? "set" : "not set";
}

void
secret_wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
}
