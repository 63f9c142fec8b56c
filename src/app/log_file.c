#include "app/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "runtime/fdio.h"

int
log_file_open(const struct settings *s)
{
	int fd = open(s->log_file,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
	int rc = 0;

	if (fd < 0)
		return -errno;
	/* dup2 replaces what the log uses in one step: nobody waits. */
	if (dup2(fd, STDERR_FILENO) < 0)
		rc = -errno;
	fd_close(&fd);
	if (rc == 0)
		log_configure(STDERR_FILENO, s->log_level, s->log_format);
	return rc;
}
