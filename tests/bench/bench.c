#include "bench.h"

#include <errno.h>
#include <ftw.h>
#include <unistd.h>

#include "proxy.h"

static const char *name = "bench";
static char directory[] = "/tmp/proxy-bench.XXXXXX";

void
bench_begin(const char *program)
{
	name = program;
	bench_must(mkdtemp(directory) != NULL ? 0 : -1, directory);
}

const char *
bench_directory(void)
{
	return directory;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
bench_end(void)
{
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void
bench_must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", name, what,
	    errno != 0 ? strerror(errno) : "failed");
	fprintf(stderr, "%s: see %s\n", name, directory);
	proxy_kill_all();
	_exit(1);
}

bool
bench_aim(const struct bench_aim *aim, double value)
{
	bool met = aim->at_least ? value >= aim->limit : value <= aim->limit;

	printf("%s %.2f (aim %s %.2f) %s\n", aim->name, value,
	    aim->at_least ? ">=" : "<=", aim->limit, met ? "ok" : "MISSED");
	return met;
}
