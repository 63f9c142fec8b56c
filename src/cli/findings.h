/*
 * findings.h - what doctor has found, a line each on standard output.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stdbool.h>

#include "base/compiler.h"

struct findings {
	unsigned problems;
	/* A server runs and is ready, as the same settings would have it: what
	 * speaks against that is of this shell, and no problem of its. */
	bool proven;
};

/* "ok    WHAT   ..." or "FAULT WHAT   ...". */
void findings_say(struct findings *f, bool well, const char *what,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * The same of what a ready server proves; against it there is only a note.
 */
void findings_say_proven(struct findings *f, bool well, const char *what,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
