/*
 * bench.h - what all of the bench shares.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

/* The prompt of every request, through the proxy and of the floor. */
#define BENCH_PROMPT "ping"

/*
 * Ends the program with a message when r < 0: a bench that went wrong has
 * no result. Says errno's text when that is set.
 */
void bench_must(int r, const char *what);

#endif
