#include "faults.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "output.h"

enum {
	STDERR_BLOCK = 4096
};

void
fault_crash(int64_t signo)
{
	static const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal((int)signo, SIG_DFL);
	raise((int)signo);
	output_must(-EINVAL, "crash");
	abort();
}

int
fault_early_exit(const char *how)
{
	const char *text = strchr(how, ':');

	if (text != NULL)
		fprintf(stderr, "%s\n", text + 1);
	return (int)strtol(how, NULL, 10);
}

void
fault_flood_stderr(int64_t bytes)
{
	char block[STDERR_BLOCK];
	size_t n;

	memset(block, 'e', sizeof(block));
	block[sizeof(block) - 1] = '\n';
	for (; bytes > 0; bytes -= (int64_t)n) {
		n = bytes < STDERR_BLOCK ? (size_t)bytes : sizeof(block);
		output_write(STDERR_FILENO, block, n, 0);
	}
}

void
fault_ignore_term(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}
