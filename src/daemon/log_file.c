#include "daemon/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/log.h"
#include "system/fdio.h"

int
log_file_open(const struct settings *s)
{
	int fd = open(s->log_file,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	    0600);
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return -errno;
	/* A FIFO has its writers wait for whoever reads. */
	if (fstat(fd, &st) != 0 || S_ISFIFO(st.st_mode)) {
		fd_close(&fd);
		return -EINVAL;
	}
	/* dup2 replaces what the log uses in one step: nobody waits. */
	if (dup2(fd, STDERR_FILENO) < 0)
		rc = -errno;
	fd_close(&fd);
	if (rc == 0)
		log_configure(STDERR_FILENO, s->log_level, s->log_format);
	return rc;
}
