#include "app_table.h"

#include "bench.h"

void
app_table_run(
    struct app_rig *rig, struct app_row *rows, size_t n, size_t rounds)
{
	for (size_t r = 0; r < rounds; r++) {
		for (struct app_row *row = rows; row < rows + n; row++) {
			row->base[r] = row->like != NULL
			    ? row->like->proxy[r]
			    : app_run_floor(rig, &row->load);
			row->proxy[r] = app_run_proxy(rig, &row->load);
		}
	}
}

static double
median_of(const struct app_run *runs, size_t rounds, enum app_figure which)
{
	double values[APP_ROUNDS_MAX];

	for (size_t r = 0; r < rounds; r++)
		values[r] = runs[r].v[which];
	return median(values, rounds);
}

double
app_row_figure(const struct app_row *row, size_t rounds, enum app_figure which)
{
	return median_of(row->proxy, rounds, which);
}

double
app_row_ratio(const struct app_row *row, size_t rounds, enum app_figure which)
{
	double values[APP_ROUNDS_MAX];

	for (size_t r = 0; r < rounds; r++)
		values[r] = row->proxy[r].v[which] / row->base[r].v[which];
	return median(values, rounds);
}

void
app_row_aim(const struct app_row *row, size_t rounds, const struct app_aim *aim)
{
	char name[128];
	struct bench_aim named = { name, aim->at_least, aim->limit };

	snprintf(name, sizeof(name), "%s x%zu: %s", row->load.api->name,
	    row->load.at_once, aim->what);
	(void)bench_aim(&named,
	    aim->ratio ? app_row_ratio(row, rounds, aim->figure)
		       : app_row_figure(row, rounds, aim->figure));
}

static const struct {
	const char *head;
	int digits;
	bool of_streams;
} columns[RUN_FIGURES] = {
	[RUN_FIRST_P50] = { "first ms", 3, true },
	[RUN_P50] = { "p50 ms", 3, false },
	[RUN_P99] = { "p99 ms", 3, false },
	[RUN_RATE] = { "req/s", 1, false },
	[RUN_DELTAS] = { "deltas/s", 0, true },
	[RUN_CPU] = { "cpu ms", 3, false },
	[RUN_CHILD_CPU] = { "child ms", 3, false },
};

/* `digits` behind the point, or as many as the column has where that is < 0. */
static void
print_row(const char *what, const struct app_load *load,
    const double figures[RUN_FIGURES], int digits)
{
	printf("%-9s x%-4zu %s", load->api->name, load->at_once, what);
	for (int k = 0; k < RUN_FIGURES; k++) {
		if (columns[k].of_streams && !load->stream)
			printf(" %9s", "-");
		else
			printf(" %9.*f",
			    digits < 0 ? columns[k].digits : digits,
			    figures[k]);
	}
	printf("\n");
}

void
app_table_print(
    const char *title, const struct app_row *rows, size_t n, size_t rounds)
{
	double base[RUN_FIGURES], proxy[RUN_FIGURES], ratio[RUN_FIGURES];

	printf("%-21s", title);
	for (int k = 0; k < RUN_FIGURES; k++)
		printf(" %9s", columns[k].head);
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		const struct app_row *row = &rows[i];

		for (int k = 0; k < RUN_FIGURES; k++) {
			base[k] = median_of(row->base, rounds, k);
			proxy[k] = app_row_figure(row, rounds, k);
			ratio[k] = app_row_ratio(row, rounds, k);
		}
		if (row->like == NULL)
			print_row("floor", &row->load, base, -1);
		print_row("proxy", &row->load, proxy, -1);
		print_row("ratio", &row->load, ratio, 2);
	}
}
