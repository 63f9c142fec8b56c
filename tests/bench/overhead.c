/*
 * overhead - what the proxy adds to the cost of starting Codex, measured
 * against fake_codex, which answers at once.
 *
 * The floor (a bare C routine that starts the same command and reads its
 * answer) and the proxy take turns, so that a machine that grows slower
 * does so for both; each figure is the median over the rounds.
 */
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "bench.h"
#include "floor.h"
#include "load.h"
#include "proxy.h"

enum {
	ROUNDS_MAX = 99,
	MANY = 16
};

struct settings {
	const char *proxy;
	char *fake;
	int64_t requests;
	int64_t rounds;
};

/* One of the measured things; a result a round. */
struct series {
	const char *name;
	load_fn *fn;
	void *arg;
	size_t threads;
	struct figures rounds[ROUNDS_MAX];
};

/* Before a proxy, its floor. */
enum {
	FLOOR_ONE,
	PROXY_ONE,
	FLOOR_MANY,
	PROXY_MANY,
	N_SERIES
};

enum {
	P50,
	P99,
	RATE,
	N_FIGURES
};

enum {
	P50_RATIO,
	P99_RATIO,
	RATE_RATIO,
	RSS,
	READY,
	N_AIMS
};

static const struct bench_aim aims[N_AIMS] = {
	[P50_RATIO] = { "p50 ratio", false, 1.25 },
	[P99_RATIO] = { "p99 ratio", false, 2.0 },
	[RATE_RATIO] = { "rate ratio at 16", true, 0.75 },
	[RSS] = { "resident MiB", false, 10 },
	[READY] = { "ready ms", false, 30 },
};

static const struct option options[] = {
	{ "proxy", required_argument, NULL, 'p' },
	{ "fake", required_argument, NULL, 'f' },
	{ "requests", required_argument, NULL, 'n' },
	{ "rounds", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static void
read_options(int argc, char **argv, struct settings *s)
{
	int option, r = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'p')
			s->proxy = optarg;
		else if (option == 'f')
			s->fake = realpath(optarg, NULL);
		else if (option == 'n')
			r = parse_int(optarg, 1, 1000000, &s->requests);
		else if (option == 'r')
			r = parse_int(optarg, 1, ROUNDS_MAX, &s->rounds);
		if (option == '?' || r < 0)
			exit(2);
	}
	if (s->proxy == NULL || s->fake == NULL || optind < argc) {
		fprintf(stderr,
		    "usage: overhead --proxy PATH --fake PATH "
		    "[--requests N] [--rounds N]\n");
		exit(2);
	}
}

/* What the proxy starts is learned from one request, in a log. */
static void
learn(const struct proxy_spec *base, struct floor *f)
{
	struct proxy_spec spec = *base;
	struct proxy proxy;
	char calls[64];

	spec.log = bench_directory();
	proxy_start(&proxy, &spec);
	proxy_request(&proxy, 0);
	proxy_stop(&proxy);
	snprintf(calls, sizeof(calls), "%s/calls.log", spec.log);
	floor_learn(f, spec.codex, calls);
}

static void
run_rounds(const struct settings *s, struct series *series)
{
	struct samples samples;

	for (size_t r = 0; r < (size_t)s->rounds; r++) {
		for (size_t i = 0; i < N_SERIES; i++) {
			load_run(series[i].fn, series[i].arg, series[i].threads,
			    (size_t)s->requests, &samples);
			series[i].rounds[r] = samples_summary(&samples);
			samples_free(&samples);
		}
	}
}

static double
figure(const struct figures *s, int which)
{
	if (which == P50)
		return s->p50_ms;
	return which == P99 ? s->p99_ms : s->per_second;
}

static double
median_figure(const struct series *s, size_t rounds, int which)
{
	double values[ROUNDS_MAX];

	for (size_t r = 0; r < rounds; r++)
		values[r] = figure(&s->rounds[r], which);
	return median(values, rounds);
}

/* The median of the ratios of a proxy to the floor before it. */
static double
median_ratio(const struct series *proxy, size_t rounds, int which)
{
	const struct series *base = proxy - 1;
	double values[ROUNDS_MAX];

	for (size_t r = 0; r < rounds; r++)
		values[r] = figure(&proxy->rounds[r], which) /
		    figure(&base->rounds[r], which);
	return median(values, rounds);
}

static void
print_table(const struct series *series, size_t rounds)
{
	printf("%-12s %9s %9s %9s   ratio to the floor\n", "", "p50 ms",
	    "p99 ms", "req/s");
	for (size_t i = 0; i < N_SERIES; i++) {
		printf("%-12s", series[i].name);
		for (int k = 0; k < N_FIGURES; k++)
			printf(" %9.2f", median_figure(&series[i], rounds, k));
		for (int k = 0; k < N_FIGURES && i % 2 == 1; k++)
			printf("%s%.2f", k == 0 ? "   " : " ",
			    median_ratio(&series[i], rounds, k));
		printf("\n");
	}
}

/* One line an aim; returns how many were missed. */
static int
print_aims(const double values[N_AIMS])
{
	int missed = 0;

	for (size_t i = 0; i < N_AIMS; i++)
		missed += bench_aim(&aims[i], values[i]) ? 0 : 1;
	return missed;
}

static int
measure(const struct settings *s, struct floor *base, struct proxy *one,
    struct proxy *many)
{
	struct series series[N_SERIES] = {
		{ .name = "floor x1", floor_request, base, 1, { { 0 } } },
		{ .name = "proxy x1", proxy_request, one, 1, { { 0 } } },
		{ .name = "floor x16", floor_request, base, MANY, { { 0 } } },
		{ .name = "proxy x16", proxy_request, many, MANY, { { 0 } } },
	};
	size_t rounds = (size_t)s->rounds;
	double values[N_AIMS];

	run_rounds(s, series);
	print_table(series, rounds);
	values[P50_RATIO] = median_ratio(&series[PROXY_ONE], rounds, P50);
	values[P99_RATIO] = median_ratio(&series[PROXY_ONE], rounds, P99);
	values[RATE_RATIO] = median_ratio(&series[PROXY_MANY], rounds, RATE);
	values[RSS] = proxy_rss(many);
	values[READY] = one->ready_ms;
	printf("resident after the load: %.1f MiB with --max-concurrency 1, "
	       "%.1f MiB with 16\n",
	    proxy_rss(one), values[RSS]);
	printf("start to ready: %.1f ms, %.1f ms\n", one->ready_ms,
	    many->ready_ms);
	return print_aims(values);
}

int
main(int argc, char **argv)
{
	static const char *const one_options[] = { "--engine", "exec",
		"--max-concurrency", "1", NULL },
				 *const many_options[] = { "--engine", "exec",
					 "--max-concurrency", "16", NULL };
	struct settings s = { .requests = 200, .rounds = 5 };
	struct proxy_spec spec = { .name = "one", .options = one_options };
	struct floor base;
	struct proxy one, many;
	int missed;

	read_options(argc, argv, &s);
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_begin("overhead");
	spec.path = s.proxy;
	spec.codex = s.fake;
	learn(&spec, &base);
	proxy_start(&one, &spec);
	spec.name = "many";
	spec.options = many_options;
	proxy_start(&many, &spec);
	missed = measure(&s, &base, &one, &many);
	proxy_stop(&one);
	proxy_stop(&many);
	floor_free(&base);
	free(s.fake);
	bench_end();
	return missed == 0 ? 0 : 1;
}
