/*
 * load.h - runs a routine n times on several threads at once.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>

#include "samples.h"

enum {
	LOAD_THREADS_MAX = 64
};

/* One request of thread `thread`. Ends the program on failure. */
typedef void load_fn(void *arg, size_t thread);

/*
 * `threads` threads call `fn` until it has run `n` times, each as soon as
 * its last call is over. Fills in *ret_samples, which is the caller's.
 */
void load_run(load_fn *fn, void *arg, size_t threads, size_t n,
    struct samples *ret_samples);

#endif
