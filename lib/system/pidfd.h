/*
 * pidfd.h - a process as a descriptor: what glibc has only since 2.36, while
 * the kernels that the program runs on have had it for longer. So a program
 * that is built with a newer glibc still starts on one of 2.34. Any thread.
 */
#ifndef SYSTEM_PIDFD_H
#define SYSTEM_PIDFD_H

#include <sys/types.h>
#include <sys/wait.h>

#include "base/compiler.h"

/* waitid's idtype for one; older headers do not name it. */
#define PIDFD_IDTYPE ((idtype_t)3)

/*
 * A descriptor, close-on-exec, that is readable once the process has exited;
 * the caller closes it. Errors: -errno (-ESRCH: there is no such process).
 */
MUST_CHECK int pidfd_of(pid_t pid);

#endif
