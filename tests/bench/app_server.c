/*
 * app_server - what the proxy adds to a turn of `codex app-server`: on the
 * real Codex in front of sim_model, and on fake_codex, which answers at once.
 *
 * A bare client that drives the same program over pipes (the floor) and the
 * proxy take turns, so that a machine that grows slower does so for both;
 * each figure is the median over the rounds.
 */
#include <errno.h>
#include <getopt.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app_parts.h"
#include "base/parse.h"
#include "bench.h"

static const struct option options[] = {
	{ "proxy", required_argument, NULL, 'p' },
	{ "fake", required_argument, NULL, 'f' },
	{ "sim", required_argument, NULL, 'm' },
	{ "codex", required_argument, NULL, 'c' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "scale", required_argument, NULL, 's' },
	{ "only", required_argument, NULL, 'o' },
	{ "soak", required_argument, NULL, 'k' },
	{ NULL, 0, NULL, 0 },
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: app_server --proxy PATH --fake PATH --sim PATH\n"
	    "\t[--codex PATH] [--rounds N] [--scale PERCENT]\n"
	    "\t[--only real|short|deltas|parked|loop|miss|kept] "
	    "[--soak TURNS]\n");
	exit(2);
}

static void
take_option(struct app_bench *b, int option, const char **only, int64_t *soak)
{
	int r = 0;

	switch (option) {
	case 'p':
		b->proxy = optarg;
		break;
	case 'f':
		b->fake = realpath(optarg, NULL);
		break;
	case 'm':
		b->sim = realpath(optarg, NULL);
		break;
	case 'c':
		b->codex = optarg;
		break;
	case 'r':
		r = parse_int(optarg, 1, APP_ROUNDS_MAX, &b->rounds);
		break;
	case 's':
		r = parse_int(optarg, 1, 10000, &b->scale);
		break;
	case 'o':
		*only = optarg;
		break;
	case 'k':
		r = parse_int(optarg, 200, 1000000, soak);
		break;
	default:
		usage();
	}
	if (r < 0)
		usage();
}

/* A thousand connections on either side. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	bench_must(getrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
	limit.rlim_cur = limit.rlim_max;
	bench_must(setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
}

size_t
app_scaled(const struct app_bench *b, size_t n)
{
	size_t scaled = n * (size_t)b->scale / 100;

	return scaled > 0 ? scaled : 1;
}

bool
app_has_codex(const struct app_bench *b, const char *what)
{
	if (b->codex != NULL)
		return true;
	printf("%s: LEFT OUT, since --codex PATH was not given\n", what);
	return false;
}

static const struct {
	const char *name;
	void (*run)(const struct app_bench *b);
} parts[] = {
	{ "real", app_part_real },
	{ "short", app_part_short },
	{ "deltas", app_part_deltas },
	{ "parked", app_part_parked },
	{ "loop", app_part_loop },
	{ "miss", app_part_miss },
	{ "kept", app_part_kept },
};

int
main(int argc, char **argv)
{
	struct app_bench b = { .rounds = 3, .scale = 100 };
	const char *only = NULL;
	int64_t soak = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(&b, option, &only, &soak);
	if (b.proxy == NULL || b.fake == NULL || b.sim == NULL || optind < argc)
		usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_descriptor_limit();
	bench_begin("app_server");
	if (soak > 0)
		app_part_soak(&b, (size_t)soak);
	for (size_t i = 0; soak == 0 && i < ARRAY_SIZE(parts); i++) {
		if (only == NULL || strcmp(only, parts[i].name) == 0)
			parts[i].run(&b);
	}
	bench_end();
	free(b.fake);
	free(b.sim);
	return 0;
}
