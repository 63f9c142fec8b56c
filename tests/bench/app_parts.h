/*
 * app_parts.h - the parts of the bench for the app-server engine. Each starts
 * what it needs, prints its table and its aims, and ends what it started; it
 * ends the program when something fails. A missed aim is no failure.
 */
#ifndef BENCH_APP_PARTS_H
#define BENCH_APP_PARTS_H

#include <stdint.h>

#include "app_table.h"

struct app_bench {
	const char *proxy;
	char *fake, *sim;
	const char *codex; /* NULL: what needs it is left out, and said so */
	int64_t rounds;
	int64_t scale; /* per cent of the usual numbers of requests */
};

/* So many requests by b->scale; at least 1. */
size_t app_scaled(const struct app_bench *b, size_t n);

/* False, and said, when there is no Codex to measure `what` with. */
bool app_has_codex(const struct app_bench *b, const char *what);

/* The real Codex: streams at 1, 8 and 32 at once. */
void app_part_real(const struct app_bench *b);
/* fake_codex: short requests that do not stream, at 1 and 64 at once. */
void app_part_short(const struct app_bench *b);
/* fake_codex: long streams, at 1 and 64 at once. */
void app_part_deltas(const struct app_bench *b);
/* fake_codex: memory of 1,000 streams in which nothing happens. */
void app_part_parked(const struct app_bench *b);
/* The real Codex: an agent's loop on kept threads, and without them. */
void app_part_loop(const struct app_bench *b);
/* What looking for a kept thread in vain costs, on both. */
void app_part_miss(const struct app_bench *b);
/* The real Codex: 200 kept threads at rest, and 2,000 conversations. */
void app_part_kept(const struct app_bench *b);
/* The real Codex: its memory over so many turns. */
void app_part_soak(const struct app_bench *b, size_t turns);

#endif
