/*
 * procfs.h - what the kernel tells of a running process: whose child it is,
 * how it was started, the time it took.
 */
#ifndef BENCH_PROCFS_H
#define BENCH_PROCFS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/strv.h"

/* The child of `parent` that runs this command (argv[1]). Ends the bench if
 * there is none. */
pid_t procfs_child(pid_t parent, const char *command);

/* "cmdline" or "environ" of a process, appended to an empty `ret`. */
void procfs_words(pid_t pid, const char *file, struct strv *ret);

/* User and system time of all its threads so far, in ns. */
int64_t procfs_cpu(pid_t pid);

#endif
