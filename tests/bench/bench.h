/*
 * bench.h - what all of the benches share: their scratch directory, their end
 * when something goes wrong, and their aims.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>

/* The prompt of every request, through the proxy and of the floor. */
#define BENCH_PROMPT "ping"

/* Makes the scratch directory; `program` is what messages begin with. */
void bench_begin(const char *program);
const char *bench_directory(void);
/* Removes it. */
void bench_end(void);

/*
 * Ends the program with a message when r < 0: a bench that went wrong has
 * no result. Says errno's text when that is set. The scratch directory stays.
 */
void bench_must(int r, const char *what);

struct bench_aim {
	const char *name;
	bool at_least; /* else at most */
	double limit;
};

/* Prints one line; true when the aim is met. */
bool bench_aim(const struct bench_aim *aim, double value);

#endif
