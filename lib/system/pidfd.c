#include "system/pidfd.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int
pidfd_of(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : (int)fd;
}
