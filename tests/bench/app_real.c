/* The parts of the bench that run on the real Codex, before sim_model. */
#include <errno.h>
#include <unistd.h>

#include "app_parts.h"
#include "app_sim.h"
#include "bench.h"
#include "procfs.h"

enum {
	BATCHES = 40, /* of a soak */
	QUARTER = BATCHES / 4,
	SOAK_AT_ONCE = 8
};

/* Runs `fn` on a proxy in front of the real Codex. */
static void
with_rig(const struct app_bench *b, const char *turns_at_once,
    void (*fn)(const struct app_bench *b, struct app_rig *rig, size_t n),
    size_t n)
{
	struct app_sim sim;
	const char *options[] = { "--engine", "app-server",
		"--turns-per-worker", turns_at_once, NULL };
	struct proxy_spec spec = { .path = b->proxy,
		.codex = b->codex,
		.name = "real",
		.options = options,
		.provider = sim.options };
	struct app_rig rig;

	app_sim_start(&sim, b->sim, false);
	app_rig_start(&rig, &spec);
	fn(b, &rig, n);
	app_rig_stop(&rig);
	app_sim_stop(&sim);
}

static double
mib(pid_t pid)
{
	return (double)process_rss(pid) / (1024 * 1024);
}

/* ---- streams ---- */

static void
measure_streams(const struct app_bench *b, struct app_rig *rig, size_t n)
{
	static const struct {
		size_t at_once, n;
	} loads[] = { { 1, 40 }, { 8, 120 }, { 32, 240 } };
	static const struct bench_aim aim = {
		"first content at 1, of the floor's", false, 1.05
	};
	struct app_row *rows = calloc(ARRAY_SIZE(loads), sizeof(*rows));
	size_t rounds = (size_t)b->rounds;

	(void)n;
	bench_must(rows != NULL ? 0 : -1, "memory");
	for (size_t i = 0; i < ARRAY_SIZE(loads); i++)
		rows[i].load = (struct app_load){ .api = &apis[API_CHAT],
			.prompt = "SIM:deltas=20",
			.stream = true,
			.at_once = loads[i].at_once,
			.n = app_scaled(b, loads[i].n),
			.deltas = 20 };
	app_table_run(rig, rows, ARRAY_SIZE(loads), rounds);
	app_table_print("real Codex", rows, ARRAY_SIZE(loads), rounds);
	printf("resident: proxy %.1f MiB, its child %.1f MiB, the floor's "
	       "child %.1f MiB\n",
	    proxy_rss(&rig->proxy), mib(rig->child), mib(rig->floor.child.pid));
	(void)bench_aim(&aim, app_row_ratio(&rows[0], rounds, RUN_FIRST_P50));
	free(rows);
}

void
app_part_real(const struct app_bench *b)
{
	if (app_has_codex(b, "real Codex"))
		with_rig(b, "32", measure_streams, 0);
}

/* ---- the soak ---- */

static void
soak(const struct app_bench *b, struct app_rig *rig, size_t turns)
{
	static const struct bench_aim aim = {
		"child's memory, last quarter of the second", false, 1.05
	};
	double quarters[4] = { 0, 0, 0, 0 };
	struct app_load load = { .api = &apis[API_CHAT],
		.prompt = BENCH_PROMPT,
		.at_once = SOAK_AT_ONCE,
		.n = turns / BATCHES };

	(void)b;
	for (size_t i = 0; i < BATCHES; i++) {
		(void)app_run_proxy(rig, &load);
		quarters[i / QUARTER] += mib(rig->child) / QUARTER;
		if (i % QUARTER == QUARTER - 1)
			printf("after %zu turns: child %.1f MiB on average, "
			       "proxy %.1f MiB\n",
			    (i + 1) * load.n, quarters[i / QUARTER],
			    proxy_rss(&rig->proxy));
	}
	errno = 0;
	bench_must(
	    procfs_child(rig->proxy.pid, "app-server") == rig->child ? 0 : -1,
	    "the child was replaced");
	(void)bench_aim(&aim, quarters[3] / quarters[1]);
}

void
app_part_soak(const struct app_bench *b, size_t turns)
{
	if (app_has_codex(b, "soak"))
		with_rig(b, "8", soak, turns);
}
