/*
 * guardian.h - no child outlives us, not even when we are killed.
 *
 * DESIGN. A parent-death signal is not enough: it reaches the child alone, not
 * the helpers that the child started. So a small guardian process is forked at
 * start, before any thread. It shares a table of process groups with us and
 * waits in read(2) on a pipe whose other end only we hold. However we die, the
 * kernel closes our end, the read returns, and the guardian kills every group
 * in the table and ends.
 * Registering costs one atomic store, no system call. A child does it itself,
 * before it becomes another program.
 *
 * The guardian leads a session of its own and ignores the signals that
 * terminals and service managers send to whole groups, so that it is the
 * last to go.
 */
#ifndef SYSTEM_GUARDIAN_H
#define SYSTEM_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

enum {
	GUARDIAN_SLOTS = 4096
};

/*
 * Forks the guardian. Called once from main, before any thread is started
 * and before any descriptor is opened that must not be kept open by it.
 * Without it (tests of small parts) the other functions do nothing.
 * Errors: -errno.
 */
MUST_CHECK int guardian_start(void);

/*
 * Puts a group under guard and returns its slot, or -1 when the guardian
 * does not run or all slots are taken. Any thread; async-signal-safe.
 */
int guardian_add(pid_t group);

/* Whether it runs, and whether this is it or the leader of a guarded group. */
bool guardian_runs(void);
bool guardian_knows(pid_t pid);

/* Takes it out; called before the leader is reaped, while the id is ours. */
void guardian_remove(int slot);

/* Ends and reaps the guardian, e.g. before a clean exit. */
void guardian_stop(void);

#endif
