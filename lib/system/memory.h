/*
 * memory.h - who may see memory, and what becomes of it once it is freed.
 * glibc keeps it, and the more the larger the blocks were; a server that once
 * read 20 bodies of 30 MB would hold hundreds of MiB for ever. With another
 * libc these do nothing.
 */
#ifndef SYSTEM_MEMORY_H
#define SYSTEM_MEMORY_H

/*
 * Large blocks go back to the system when they are freed, always: left to
 * itself glibc raises the size from which that is so to 32 MiB. Main thread,
 * before there are others.
 */
void memory_setup(void);

/*
 * Gives back whole pages that lie free between blocks in use. Takes some
 * milliseconds, in which other threads may wait for memory. Any thread.
 */
void memory_trim(void);

/*
 * What stands in memory, keys above all, goes into no core file, and no other
 * process of this user may look at it (ptrace, /proc). Not when the variable
 * MEMORY_OPEN is set, for debuggers and for tests. Children are as ever.
 */
#define MEMORY_OPEN "CODEX_API_PROXY_DUMPABLE"
void memory_hide(void);

#endif
