/*
 * The parts of the bench that are about kept threads of which nothing more is
 * asked: looking for one in vain, and having many.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>

#include "app_parts.h"
#include "app_sim.h"
#include "base/clock.h"
#include "bench.h"
#include "procfs.h"

/* A proxy without a floor beside it. */
static void
start(struct app_rig *rig, const struct app_bench *b, const char *name,
    const char *codex, const struct app_sim *sim, const char *const *options)
{
	struct proxy_spec spec = { .path = b->proxy,
		.codex = codex,
		.name = name,
		.options = options,
		.provider = sim != NULL ? sim->options : NULL };

	proxy_start(&rig->proxy, &spec);
	rig->child = procfs_child(rig->proxy.pid, "app-server");
}

/* ---- in vain ---- */

enum {
	BLOCKS = 20, /* of each, a round */
	WARM = 5, /* blocks before: then as many as may be are kept */
	BLOCKS_MAX = BLOCKS * APP_ROUNDS_MAX
};

struct blocks {
	double p50[BLOCKS_MAX], cpu[BLOCKS_MAX];
};

static void
run_block(struct app_rig *rig, const struct app_load *load, struct blocks *v,
    size_t at)
{
	struct app_run run = app_run_proxy(rig, load);

	v->p50[at] = run.v[RUN_P50];
	v->cpu[at] = run.v[RUN_CPU] + run.v[RUN_CHILD_CPU];
}

/*
 * The medians of both, which it sorts, and whether that of the ratios, block by
 * block, is within the aim.
 */
static void
print_pair(
    const char *where, const char *what, double *none, double *kept, size_t n)
{
	struct bench_aim aim = { what, false, 1.03 };
	double ratios[BLOCKS_MAX];

	for (size_t i = 0; i < n; i++)
		ratios[i] = kept[i] / none[i];
	printf("%-10s %.3f ms without, %.3f ms with kept threads; ", where,
	    median(none, n), median(kept, n));
	(void)bench_aim(&aim, median(ratios, n));
}

/* New conversations: each looks for a thread, and leaves one. */
static void
compare(const struct app_bench *b, const char *where, const char *codex,
    const struct app_sim *sim, size_t n)
{
	static const char *const none[] = { "--engine", "app-server",
		"--kept-threads", "0", NULL };
	static const char *const kept[] = { "--engine", "app-server", NULL };
	struct app_rig *rigs = calloc(2, sizeof(*rigs));
	struct blocks *v = calloc(2, sizeof(*v));
	struct app_load load = { .api = &apis[API_CHAT],
		.prompt = BENCH_PROMPT,
		.at_once = 1,
		.n = app_scaled(b, n) };
	size_t blocks = BLOCKS * (size_t)b->rounds;

	bench_must(rigs != NULL && v != NULL ? 0 : -1, "memory");
	start(&rigs[0], b, "none", codex, sim, none);
	start(&rigs[1], b, "some", codex, sim, kept);
	for (size_t i = 0; i < 2 * WARM; i++)
		(void)app_run_proxy(&rigs[i % 2], &load);
	/* Each begins as often as the other. */
	for (size_t i = 0; i < 2 * blocks; i++) {
		size_t which = (i + i / 2) % 2;

		run_block(&rigs[which], &load, &v[which], i / 2);
	}
	print_pair(where, "p50", v[0].p50, v[1].p50, blocks);
	print_pair(where, "processor", v[0].cpu, v[1].cpu, blocks);
	for (size_t i = 0; i < 2; i++)
		proxy_stop(&rigs[i].proxy);
	free(rigs);
	free(v);
}

void
app_part_miss(const struct app_bench *b)
{
	struct app_sim sim;

	compare(b, "fake_codex", b->fake, NULL, 100);
	if (!app_has_codex(b, "miss"))
		return;
	for (int websocket = 0; websocket < 2; websocket++) {
		app_sim_start(&sim, b->sim, websocket != 0);
		compare(b, websocket ? "WebSocket" : "HTTP", b->codex, &sim, 8);
		app_sim_stop(&sim);
	}
}

/* ---- many ---- */

enum {
	KEPT = 200,
	CONVERSATIONS = 2000,
	BATCHES = 40, /* of these */
	QUARTER = BATCHES / 4,
	AT_ONCE = 8,
	IDLE_MS = 10000
};

static double
mib(pid_t pid)
{
	return (double)process_rss(pid) / (1024 * 1024);
}

/* Ends in a call, for whose result the turn waits. */
static void
ask_call(void *arg, size_t thread)
{
	static const char body[] =
	    "{\"model\":\"codex-local\",\"tools\":[{\"type\":\"function\","
	    "\"function\":{\"name\":\"look\"}}],\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"SIM:tool=look:{}\"}]}";
	struct app_rig *rig = arg;
	struct client *c = &rig->proxy.clients[thread];
	int status = client_request(c, apis[API_CHAT].path, body);

	errno = 0;
	bench_must(status == 200 && strstr(c->answer.data, "tool_calls") != NULL
		? 0
		: -1,
	    "a call");
}

/* How many are kept, by state. */
static void
count_kept(struct app_rig *rig, int *ret_idle, int *ret_waiting)
{
	struct client *c = &rig->proxy.clients[0];
	int status = client_request(c, "/metrics", NULL);
	json_t *metrics;

	errno = 0;
	bench_must(status == 200 ? 0 : -1, "/metrics");
	metrics = json_loads(strstr(c->answer.data, "\r\n\r\n"), 0, NULL);
	bench_must(json_unpack(metrics, "{s:{s:i, s:i}}", "kept_threads",
		       "idle", ret_idle, "waiting", ret_waiting),
	    "kept_threads in /metrics");
	json_decref(metrics);
}

/* Half of them idle, half waiting. */
static void
fill(struct app_rig *rig)
{
	static const struct app_load load = { .api = &apis[API_CHAT],
		.prompt = BENCH_PROMPT,
		.at_once = AT_ONCE,
		.n = KEPT / 2 };
	double before = mib(rig->child), idle, waiting;
	struct samples samples;
	int n_idle, n_waiting;

	(void)app_run_proxy(rig, &load);
	idle = mib(rig->child) - before;
	load_run(ask_call, rig, AT_ONCE, KEPT / 2, &samples);
	samples_free(&samples);
	waiting = mib(rig->child) - before - idle;
	count_kept(rig, &n_idle, &n_waiting);
	printf("child at rest %.1f MiB; %d kept idle and %d waiting: %.2f and "
	       "%.2f MiB each\n",
	    before, n_idle, n_waiting, idle / (KEPT / 2.0),
	    waiting / (KEPT / 2.0));
}

static void
measure_idle(struct app_rig *rig)
{
	static const struct bench_aim aim = {
		"200 kept, processor of both, ms a second", false, 5
	};
	int64_t before = procfs_cpu(rig->child) + procfs_cpu(rig->proxy.pid);
	int64_t start = clock_now(), spent;

	(void)poll(NULL, 0, IDLE_MS);
	spent = procfs_cpu(rig->child) + procfs_cpu(rig->proxy.pid) - before;
	(void)bench_aim(
	    &aim, (double)spent * 1000 / (double)(clock_now() - start));
}

static void
soak(struct app_rig *rig)
{
	static const struct bench_aim aim = {
		"200 kept, child's memory, last quarter of the second", false,
		1.05
	};
	struct app_load load = { .api = &apis[API_CHAT],
		.prompt = BENCH_PROMPT,
		.at_once = AT_ONCE,
		.n = CONVERSATIONS / BATCHES };
	double quarters[4] = { 0, 0, 0, 0 };
	int idle, waiting;

	for (size_t i = 0; i < BATCHES; i++) {
		(void)app_run_proxy(rig, &load);
		quarters[i / QUARTER] += mib(rig->child) / QUARTER;
		if (i % QUARTER != QUARTER - 1)
			continue;
		count_kept(rig, &idle, &waiting);
		printf("after %zu conversations: child %.1f MiB on average, "
		       "proxy %.1f MiB, %d kept\n",
		    (i + 1) * load.n, quarters[i / QUARTER],
		    proxy_rss(&rig->proxy), idle + waiting);
	}
	errno = 0;
	bench_must(
	    procfs_child(rig->proxy.pid, "app-server") == rig->child ? 0 : -1,
	    "the child was replaced");
	(void)bench_aim(&aim, quarters[3] / quarters[1]);
}

void
app_part_kept(const struct app_bench *b)
{
	static const char *const options[] = { "--engine", "app-server",
		"--kept-threads", "200", "--kept-seconds", "3600",
		"--turns-per-worker", "8", NULL };
	struct app_sim sim;
	struct app_rig *rig;

	if (!app_has_codex(b, "kept"))
		return;
	rig = calloc(1, sizeof(*rig));
	bench_must(rig != NULL ? 0 : -1, "memory");
	app_sim_start(&sim, b->sim, true);
	start(rig, b, "many", b->codex, &sim, options);
	fill(rig);
	measure_idle(rig);
	soak(rig);
	proxy_stop(&rig->proxy);
	app_sim_stop(&sim);
	free(rig);
}
