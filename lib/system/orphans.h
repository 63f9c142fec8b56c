/*
 * orphans.h - what a child leaves behind in sessions of its own: commands of
 * Codex's agent, whose sandbox makes one for each, when Codex is killed.
 *
 * DESIGN. A process group does not hold what has left it. So we are where
 * processes go whose parents have died (PR_SET_CHILD_SUBREAPER), and so is
 * each child that process.h starts, as long as it lives: what its descendants
 * leave behind is its own. Hence what comes to us is of a child that is dead,
 * and of no other; it is whatever child we have that the guardian's table does
 * not know. It is looked for when a child has ended, before anybody is told.
 */
#ifndef SYSTEM_ORPHANS_H
#define SYSTEM_ORPHANS_H

#include <sys/types.h>

/*
 * From now on orphans come to us. Main thread, once, when the guardian runs
 * and before there are other threads; without it (tests of small parts, the
 * commands) orphans_end does nothing.
 */
void orphans_adopt(void);

/*
 * Makes the calling process one that its descendants' orphans come to.
 * Async-signal-safe.
 */
void orphans_keep(void);

/*
 * Kills and reaps all that came to us. Those that cannot be killed within half
 * a second, such as another user's, are left for the next time. Any thread;
 * one at a time, the others wait.
 */
void orphans_end(void);

/*
 * Around the moment in which a child leaves the guardian's table and is
 * reaped, so that nobody takes it for an orphan in between.
 */
void orphans_lock(void);
void orphans_unlock(void);

#endif
