/*
 * floor.h - the least that a request can cost: start the same program with
 * the same argv and environment, hand it the prompt, read to the end, wait.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include "base/strv.h"

struct floor {
	const char *path; /* borrowed */
	struct strv argv;
	struct strv envp;
};

/*
 * Takes argv and the environment from the line about "exec" in a calls.log
 * of fake_codex, which is at `path`; values that it does not tell come from
 * our own environment.
 */
void floor_learn(struct floor *f, const char *path, const char *calls_log);
void floor_free(struct floor *f);

/* A load_fn over a struct floor. */
void floor_request(void *arg, size_t thread);

#endif
