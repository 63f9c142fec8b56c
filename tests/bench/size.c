/*
 * size - what the estimate of tokens costs: for each file that is named, its
 * tokens, and the time of a megabyte of it (the file repeated), as CPU time of
 * this thread. The least of the rounds counts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "conversation/size.h"

enum {
	MEGABYTE = 1000 * 1000,
	ROUNDS = 9
};

static const struct bench_aim aim = { "the slowest, ms a megabyte", false, 10 };

static int64_t
cpu_ns(void)
{
	struct timespec ts;

	bench_must(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts), "the clock");
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Fills a megabyte with the file, over and over. Returns its own length. */
static size_t
fill(const char *path, char *text)
{
	FILE *f = fopen(path, "r");
	size_t len;

	bench_must(f == NULL ? -1 : 0, path);
	len = fread(text, 1, MEGABYTE, f);
	fclose(f);
	errno = 0;
	bench_must(len == 0 ? -1 : 0, "an empty file");
	for (size_t i = len; i < MEGABYTE; i++)
		text[i] = text[i - len];
	return len;
}

static double
ms_a_megabyte(const char *text)
{
	int64_t best = INT64_MAX, start, took;

	for (int i = 0; i < ROUNDS; i++) {
		start = cpu_ns();
		bench_must(size_of_text(text, MEGABYTE) > 0 ? 0 : -1, "size");
		took = cpu_ns() - start;
		if (took < best)
			best = took;
	}
	return (double)best / 1e6;
}

int
main(int argc, char **argv)
{
	char *text = malloc(MEGABYTE);
	double ms, worst = 0;
	size_t len;

	bench_must(text == NULL ? -1 : 0, "memory");
	printf("%8s %8s %6s\n", "bytes", "tokens", "ms/MB");
	for (int i = 1; i < argc; i++) {
		len = fill(argv[i], text);
		ms = ms_a_megabyte(text);
		worst = ms > worst ? ms : worst;
		printf("%8zu %8llu %6.2f  %s\n", len,
		    (unsigned long long)size_of_text(text, len), ms, argv[i]);
	}
	free(text);
	return bench_aim(&aim, worst) ? EXIT_SUCCESS : EXIT_FAILURE;
}
