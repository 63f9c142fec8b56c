/*
 * app_table.h - rounds of runs, floor and proxy in turn, and the medians of
 * what came out.
 */
#ifndef BENCH_APP_TABLE_H
#define BENCH_APP_TABLE_H

#include "app_run.h"

enum {
	APP_ROUNDS_MAX = 99
};

struct app_row {
	struct app_load load;
	struct app_run floor[APP_ROUNDS_MAX], proxy[APP_ROUNDS_MAX];
};

/* Fills in `rounds` runs of each of the `n` rows. */
void app_table_run(
    struct app_rig *rig, struct app_row *rows, size_t n, size_t rounds);

void app_table_print(const struct app_row *rows, size_t n, size_t rounds);

/* The proxy's figure: median over the rounds. */
double
app_row_figure(const struct app_row *row, size_t rounds, enum app_figure which);

/* The same as a multiple of the floor's in the same round. */
double
app_row_ratio(const struct app_row *row, size_t rounds, enum app_figure which);

#endif
