/*
 * app_floor.h - the least that a turn of `codex app-server` can cost: the
 * same program with the same argv and environment, driven over pipes by one
 * thread that looks at no more of a line than it must.
 *
 * What it says is what the proxy says, made by the same functions of core.
 */
#ifndef BENCH_APP_FLOOR_H
#define BENCH_APP_FLOOR_H

#include "base/buf.h"
#include "json/jsonl.h"
#include "base/strv.h"
#include "conversation/generation.h"
#include "system/process.h"
#include "samples.h"

enum {
	APP_FLOOR_TURNS_MAX = 64
};

struct app_floor_turn; /* private */

struct app_floor {
	struct process child;
	struct strv argv, envp;
	char *cwd;
	struct jsonl lines;
	struct buf in, out;
	const struct generation *request; /* of the turns that run */
	struct app_floor_turn *turns, *last;
	size_t n_turns; /* at once */
	int64_t requests; /* made so far */
	size_t to_begin, to_end; /* turns */
	struct samples *first, *whole;
	size_t deltas;
};

struct app_floor_result {
	struct samples first; /* to the first delta */
	struct samples whole; /* to turn/completed */
	size_t deltas;
};

/*
 * Starts a child as `like` was started, which is one of the proxy's, and
 * shakes hands with it; its threads are to work in `cwd`. Ends the bench when
 * that fails.
 */
void app_floor_start(struct app_floor *f, pid_t like, const char *cwd);
void app_floor_stop(struct app_floor *f);

/*
 * Runs `n` turns for the request in `body`, `at_once` at once. The caller
 * frees the two samples.
 */
void app_floor_run(struct app_floor *f, const char *body, size_t at_once,
    size_t n, struct app_floor_result *ret_result);

#endif
