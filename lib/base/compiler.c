#include "base/compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
bug(const char *file, int line, const char *what)
{
	char text[512];
	int n;

	/* No stdio stream: its lock may be what the fault is about. */
	n = snprintf(text, sizeof(text), "codex-api-proxy: bug at %s:%d: %s\n",
	    file, line, what);
	if (n >= (int)sizeof(text)) {
		n = sizeof(text) - 1;
		text[n - 1] = '\n';
	}
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		abort();
	abort();
}
