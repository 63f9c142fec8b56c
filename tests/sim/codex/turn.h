/*
 * turn.h - one "codex exec --json" of fake_codex.
 */
#ifndef FAKE_TURN_H
#define FAKE_TURN_H

#include <stddef.h>

#include "script.h"

/* Does what the script says; returns the exit status, if it returns. */
int turn_run(const struct script *s, const char *prompt, size_t len);

/* Waits until a signal ends it, at most HANG_MAX seconds. */
enum {
	HANG_MAX = 120
};
_Noreturn void turn_hang(void);

#endif
