/*
 * app_table.h - rounds of runs, the proxy and what it is compared with in
 * turn, and the medians of what came out.
 */
#ifndef BENCH_APP_TABLE_H
#define BENCH_APP_TABLE_H

#include "app_run.h"

enum {
	APP_ROUNDS_MAX = 99
};

struct app_row {
	struct app_load load;
	/* An earlier row, which it is compared with; NULL: the floor. */
	const struct app_row *like;
	struct app_run base[APP_ROUNDS_MAX], proxy[APP_ROUNDS_MAX];
};

/* Fills in `rounds` runs of each of the `n` rows. */
void app_table_run(
    struct app_rig *rig, struct app_row *rows, size_t n, size_t rounds);

/* `title` is of what the loads have in common. */
void app_table_print(
    const char *title, const struct app_row *rows, size_t n, size_t rounds);

/* The proxy's figure: median over the rounds. */
double
app_row_figure(const struct app_row *row, size_t rounds, enum app_figure which);

/* The same as a multiple of the base's in the same round. */
double
app_row_ratio(const struct app_row *row, size_t rounds, enum app_figure which);

struct app_aim {
	const char *what;
	enum app_figure figure;
	bool ratio; /* and not the figure itself */
	bool at_least;
	double limit;
};

/* Prints whether the row meets it. */
void app_row_aim(
    const struct app_row *row, size_t rounds, const struct app_aim *aim);

#endif
