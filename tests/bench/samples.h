/*
 * samples.h - durations of one run of requests, and what is said of them.
 *
 * Life cycle: samples_init with room for n, samples_set from any threads
 * (each index once), then samples_summary; samples_free.
 */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
	int64_t *ns;
	size_t n;
	int64_t wall_ns; /* of the whole run */
};

struct figures {
	double p50_ms;
	double p99_ms;
	double per_second;
};

void samples_init(struct samples *s, size_t n);
void samples_free(struct samples *s);
void samples_set(struct samples *s, size_t i, int64_t ns);

/* Sorts the samples. */
struct figures samples_summary(struct samples *s);

/* The middle one of n values, which it sorts. */
double median(double *values, size_t n);

#endif
