#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"

static int journal_fd = -1;

int
journal_open(const char *path)
{
	journal_fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return journal_fd < 0 ? -errno : 0;
}

void
journal_close(void)
{
	if (journal_fd >= 0)
		close(journal_fd);
	journal_fd = -1;
}

void
journal_write(json_t *entry)
{
	char *line = NULL;
	size_t len;

	if (journal_fd >= 0)
		line = json_dumps(entry, JSON_COMPACT | JSON_REAL_PRECISION(9));
	if (line != NULL) {
		len = strlen(line);
		line[len] = '\n'; /* in the NUL's place */
		if (write(journal_fd, line, len + 1) < 0)
			perror("sim_model: log");
	}
	free(line);
	json_decref(entry);
}

void
journal_closed(uint64_t n, bool completed, bool cut, int64_t started)
{
	journal_write(json_pack("{s:I, s:s, s:b, s:b, s:f}", "n", (json_int_t)n,
	    "event", "closed", "completed", completed, "cut", cut, "ms",
	    (double)(clock_now() - started) / NS_PER_MS));
}
